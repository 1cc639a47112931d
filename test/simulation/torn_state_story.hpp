#pragma once

#include "test/simulation/story.hpp"

namespace ariadne::simulation {

/// All replicas meet. Then two part from the others, and forget what they erase. One of them dies while it sends its
/// last writes to the other one, which therefore knows events that no version vector will ever cover. When that one
/// meets one of the others again, it has to send its full state; the link closes in the middle of it, and opens again
/// later. Meanwhile the others, whose links stay open all the time, tell each other what they have got of it.
class torn_state_story : public story {
public:
  /// Casts the replicas that are up, at least four of them.
  torn_state_story(const world& w, random_source& random);

private:
  bool plan_chapter(const world& w, int chapter) override;

  std::size_t writer_ = 0;
  std::size_t heir_ = 0;
  std::size_t witness_ = 0;
};

} // namespace ariadne::simulation
