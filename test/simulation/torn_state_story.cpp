#include "test/simulation/torn_state_story.hpp"

namespace ariadne::simulation {

using action = operation::action;

torn_state_story::torn_state_story(const world& w, random_source& random) : story(random) {
  away_ = w.up();
  writer_ = join_company();
  heir_ = join_company();
  witness_ = join_company();
  while (!away_.empty())
    join_company();
}

bool torn_state_story::plan_chapter(const world& w, int chapter) {
  switch (chapter) {
    case 0:
      plan_reunion(w);
      return true;
    case 1:
      // All but the witness forget that a key was erased.
      plan_closing(w, [this](std::size_t a, std::size_t) { return a == witness_; });
      std::erase(company_, witness_);
      plan_members();
      for (auto key = any_key(w); auto what : {action::put, action::erase})
        plan(what, heir_, 0, key);
      return true;
    case 2:
      plan_closing(w, [this](std::size_t a, std::size_t) { return a == writer_ || a == heir_; });
      plan_death(w, writer_, heir_);
      // It has nothing to learn from the others, which do not lack what the heir has forgotten.
      for (auto slot : company_)
        if (slot != heir_)
          plan(action::open, witness_, slot, first_pushes);
      company_.push_back(witness_);
      plan(action::open, heir_, witness_, both_push);
      plan_deliveries(heir_, witness_, 4, 12);
      plan(action::close, heir_, witness_);
      plan(action::close, witness_, heir_);
      return true;
    case 3:
      plan(action::open, heir_, witness_, both_push);
      plan_members();
      return true;
    default:
      return false;
  }
}

} // namespace ariadne::simulation
