#pragma once

#include "test/simulation/story.hpp"

namespace ariadne::simulation {

/// An incarnation writes, most replicas go away and count as departed, it erases all that it has written, or else
/// writes on, and dies. The one or two that are left retire it, but only if nothing of it is left. One that was away
/// comes back.
class retirement_story : public story {
public:
  /// Casts the replicas that are up, at least three of them.
  retirement_story(const world& w, random_source& random);

private:
  bool plan_chapter(const world& w, int chapter) override;
  void plan_writes(const world& w);
  void plan_parting(const world& w);
  void plan_death(const world& w);
  void plan_return();

  std::size_t mortal_ = 0;
};

} // namespace ariadne::simulation
