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
      plan_death(w);
      return true;
    default:
      return false;
  }
}

void orphan_story::plan_reunion(const world& w) {
  plan_closing_all(w);
  plan_mesh();
  plan_members();
}

void orphan_story::plan_death(const world& w) {
  plan_closing(w, [this](std::size_t a, std::size_t) { return a == writer_; });
  for (auto left = random_.between(3, 6); left > 0; --left)
    plan(action::put, writer_, 0, any_key(w));
  plan(action::open, writer_, heir_, both_push);
  // The hellos, and some of the parts.
  plan_deliveries(writer_, heir_, 3, 8);
  plan(action::crash, writer_);
  plan(action::close, heir_, writer_);
  std::erase(company_, writer_);
  plan_members();
}

} // namespace ariadne::simulation
