#include "test/simulation/retirement_story.hpp"

#include <algorithm>

namespace ariadne::simulation {

using action = operation::action;

retirement_story::retirement_story(const world& w, random_source& random) : story(random) {
  away_ = w.up();
  mortal_ = join_company();
  join_company();
  if (away_.size() > 1 && random.chance(50))
    join_company();
}

bool retirement_story::plan_chapter(const world& w, int chapter) {
  switch (chapter) {
    case 0:
      plan_writes(w);
      return true;
    case 1:
      plan_parting(w);
      return true;
    case 2:
      plan_death(w);
      return true;
    case 3:
      plan_return();
      return true;
    default:
      return false;
  }
}

void retirement_story::plan_writes(const world& w) {
  plan_closing(w, [this](std::size_t a, std::size_t b) { return is_in_company(a) && is_in_company(b); });
  plan_mesh();
  // One of those that will go away shall see what is written now.
  auto witness = away_[random_.below(away_.size())];
  plan(action::open, mortal_, witness, both_push);
  company_.push_back(witness);
  std::erase(away_, witness);
  for (auto left = random_.between(1, 3); left > 0; --left)
    plan(action::put, mortal_, 0, static_cast<std::uint32_t>(random_.below(w.parameters().keys)));
}

void retirement_story::plan_parting(const world& w) {
  away_.push_back(company_.back());
  company_.pop_back();
  plan_closing(w, [this](std::size_t a, std::size_t b) { return is_in_company(a) && !is_in_company(b); });
  plan_members();
  const auto last_words = random_.chance(70) ? action::erase : action::put;
  const auto& live = w.at(mortal_)->watch.live();
  const auto id = w.at(mortal_)->replica.id();
  for (std::uint32_t key = 0; key < live.size(); ++key)
    if (std::any_of(live[key].begin(), live[key].end(),
                    [&](auto number) { return w.events()[number].dot.replica == id; }))
      plan(last_words, mortal_, 0, key);
}

void retirement_story::plan_death(const world& w) {
  plan(action::crash, mortal_);
  std::erase(company_, mortal_);
  plan_closing(w, [this](std::size_t a, std::size_t b) { return is_in_company(a) && b == mortal_; });
  plan_members();
}

void retirement_story::plan_return() {
  auto returning = away_.back();
  plan(action::open, returning, company_.front(), both_push);
  company_.push_back(returning);
  plan_members();
}

} // namespace ariadne::simulation
