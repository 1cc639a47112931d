#pragma once

#include "test/simulation/story.hpp"

namespace ariadne::simulation {

/// A register that names a late event of its writer reaches a bridge before the events in between, while the bridge is
/// sending that writer's events on to somebody who knows none of them, in parts. The others come in between two parts.
class late_event_story : public story {
public:
  /// Casts the replicas that are up, at least four of them.
  late_event_story(const world& w, random_source& random);

private:
  bool plan_chapter(const world& w, int chapter) override;
  /// Closes all links, and opens one between these two.
  void plan_only_link(const world& w, std::size_t one, std::size_t other);

  std::size_t writer_ = 0;
  std::size_t bridge_ = 0;
  std::size_t witness_ = 0;
  std::size_t latecomer_ = 0;
  std::uint32_t late_key_ = 0;
};

} // namespace ariadne::simulation
