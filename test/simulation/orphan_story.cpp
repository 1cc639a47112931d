#include "test/simulation/orphan_story.hpp"

namespace ariadne::simulation {

using action = operation::action;

orphan_story::orphan_story(const world& w, random_source& random) : story(random) {
  away_ = w.up();
  while (!away_.empty())
    join_company();
  writer_ = company_[0];
  heir_ = company_[1];
}

bool orphan_story::plan_chapter(const world& w, int chapter) {
  switch (chapter) {
    case 0:
      plan_reunion(w);
      return true;
    case 1:
      plan_closing(w, [this](std::size_t a, std::size_t) { return a == writer_; });
      plan_death(w, writer_, heir_);
      plan_members();
      return true;
    default:
      return false;
  }
}

} // namespace ariadne::simulation
