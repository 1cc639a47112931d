#pragma once

#include "test/simulation/story.hpp"

namespace ariadne::simulation {

/// All replicas meet. Then one that is cut off writes, finds one neighbour again, and dies while it sends the first of
/// many parts. What has come of them is known to that neighbour alone, whose links to the others stay open all the
/// time.
class orphan_story : public story {
public:
  /// Casts the replicas that are up, at least three of them.
  orphan_story(const world& w, random_source& random);

private:
  bool plan_chapter(const world& w, int chapter) override;

  std::size_t writer_ = 0;
  std::size_t heir_ = 0;
};

} // namespace ariadne::simulation
