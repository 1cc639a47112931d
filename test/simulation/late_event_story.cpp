#include "test/simulation/late_event_story.hpp"

namespace ariadne::simulation {

using action = operation::action;

late_event_story::late_event_story(const world& w, random_source& random) : story(random) {
  away_ = w.up();
  writer_ = join_company();
  bridge_ = join_company();
  witness_ = join_company();
  latecomer_ = join_company();
}

bool late_event_story::plan_chapter(const world& w, int chapter) {
  switch (chapter) {
    case 0:
      // All know the same.
      plan_closing_all(w);
      for (auto slot : {bridge_, witness_, latecomer_})
        plan(action::open, writer_, slot, both_push);
      plan_members();
      return true;
    case 1:
      // The bridge knows the writer's next events, and the latecomer does not.
      plan_only_link(w, writer_, bridge_);
      plan_puts(w, writer_, 1, 2);
      return true;
    case 2:
      // The witness knows those that follow, and has seen the last of them superseded.
      plan_only_link(w, writer_, witness_);
      late_key_ = any_key(w);
      plan_puts(w, writer_, 1, 2);
      plan(action::put, writer_, 0, late_key_);
      return true;
    case 3:
      plan_closing_all(w);
      plan(action::put, witness_, 0, late_key_);
      plan(action::open, witness_, bridge_, both_push);
      plan_deliveries(witness_, bridge_, 3, 4);
      plan(action::open, bridge_, latecomer_, both_push);
      plan_deliveries(bridge_, latecomer_, 3, 7);
      plan_deliveries(witness_, bridge_, 2, 8);
      plan_deliveries(bridge_, latecomer_, 1, 3);
      return true;
    default:
      return false;
  }
}

void late_event_story::plan_only_link(const world& w, std::size_t one, std::size_t other) {
  plan_closing_all(w);
  plan(action::open, one, other, both_push);
}

} // namespace ariadne::simulation
