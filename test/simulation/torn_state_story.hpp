#pragma once

#include "test/simulation/story.hpp"

namespace ariadne::simulation {

/// All replicas meet. Then all but a witness forget that a key was erased. One of them dies while it sends its last
/// writes to an heir, which therefore knows events that no version vector will ever cover. When the heir meets the
/// witness, it has to send its full state; the link closes in the middle of it, and opens again later. Meanwhile the
/// witness tells the others what it has got of it.
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
