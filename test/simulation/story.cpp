#include "test/simulation/story.hpp"

#include <algorithm>

namespace ariadne::simulation {

namespace {

using action = operation::action;

constexpr int deliveries_max = 100;
/// Enough to forget what was erased, to tell each other, and to retire the incarnation.
constexpr int rounds = 4;
constexpr std::uint32_t both_push = 3;

std::uint8_t narrow(std::size_t n) {
  return static_cast<std::uint8_t>(n);
}

std::uint32_t as_bits(const std::vector<std::size_t>& slots) {
  std::uint32_t bits = 0;
  for (auto slot : slots)
    bits |= 1u << slot;
  return bits;
}

} // namespace

story::story(const world& w, random_source& random) : random_(random) {
  for (std::size_t slot = 0; slot < slots_max; ++slot)
    if (w.at(slot))
      away_.push_back(slot);
  auto join_company = [&] {
    auto position = away_.begin() + static_cast<std::ptrdiff_t>(random_.below(away_.size()));
    company_.push_back(*position);
    away_.erase(position);
  };
  join_company();
  mortal_ = company_.front();
  join_company();
  if (away_.size() > 1 && random_.chance(50))
    join_company();
}

std::optional<operation> story::next(const world& w) {
  while (planned_.empty()) {
    if (auto o = settle(w))
      return o;
    rounds_left_ = rounds;
    deliveries_left_ = deliveries_max;
    switch (chapter_++) {
      case 0:
        plan_writes(w);
        break;
      case 1:
        plan_parting(w);
        break;
      case 2:
        plan_death(w);
        break;
      case 3:
        plan_return();
        break;
      default:
        return std::nullopt;
    }
  }
  auto o = planned_.front();
  planned_.pop_front();
  return o;
}

void story::plan(action what, std::size_t slot, std::size_t peer, std::uint32_t argument) {
  planned_.push_back({what, narrow(slot), narrow(peer), 0, argument});
}

void story::plan_members() {
  for (auto slot : company_)
    plan(action::set_members, slot, 0, as_bits(company_));
}

template <class Predicate>
void story::plan_closing(const world& w, Predicate closes) {
  // From the oldest on, as the ages of the others change with each link that is gone.
  for (const auto* l : w.links())
    if (auto a = l->ends[0].slot, b = l->ends[1].slot; closes(a, b) || closes(b, a))
      for (auto [slot, peer] : {std::pair{a, b}, std::pair{b, a}})
        planned_.push_back({action::close, narrow(slot), narrow(peer), w.age(*l)});
}

void story::plan_writes(const world& w) {
  plan_closing(w, [this](std::size_t a, std::size_t b) { return is_in_company(a) && is_in_company(b); });
  for (auto one = company_.begin(); one != company_.end(); ++one)
    for (auto other = company_.begin(); other != one; ++other)
      plan(action::open, *one, *other, both_push);
  // One of those that will go away shall see what is written now.
  auto witness = away_[random_.below(away_.size())];
  plan(action::open, mortal_, witness, both_push);
  company_.push_back(witness);
  std::erase(away_, witness);
  for (auto left = random_.between(1, 3); left > 0; --left)
    plan(action::put, mortal_, 0, static_cast<std::uint32_t>(random_.below(w.parameters().keys)));
}

void story::plan_parting(const world& w) {
  away_.push_back(company_.back());
  company_.pop_back();
  plan_closing(w, [this](std::size_t a, std::size_t b) { return is_in_company(a) && !is_in_company(b); });
  plan_members();
  const auto& live = w.at(mortal_)->watch.live();
  const auto id = w.at(mortal_)->replica.id();
  for (std::uint32_t key = 0; key < live.size(); ++key)
    if (std::any_of(live[key].begin(), live[key].end(),
                    [&](auto number) { return w.events()[number].dot.replica == id; }))
      plan(action::erase, mortal_, 0, key);
}

void story::plan_death(const world& w) {
  plan(action::crash, mortal_);
  std::erase(company_, mortal_);
  plan_closing(w, [this](std::size_t a, std::size_t b) { return is_in_company(a) && b == mortal_; });
  plan_members();
}

void story::plan_return() {
  auto returning = away_.back();
  plan(action::open, returning, company_.front(), both_push);
  company_.push_back(returning);
  plan_members();
}

bool story::is_in_company(std::size_t slot) const {
  return std::find(company_.begin(), company_.end(), slot) != company_.end();
}

std::optional<operation> story::settle(const world& w) {
  for (const auto* l : w.links())
    for (std::size_t end = 0; end < 2 && deliveries_left_ > 0; ++end) {
      const auto& from = l->ends[1 - end];
      const auto& to = l->ends[end];
      if (to.queue.empty() || to.is == link_end::state::closed || !is_in_company(from.slot) || !is_in_company(to.slot))
        continue;
      --deliveries_left_;
      return operation{action::deliver, narrow(from.slot), narrow(to.slot), w.age(*l)};
    }
  if (rounds_left_ == 0)
    return std::nullopt;
  --rounds_left_;
  for (auto slot : company_) {
    plan(action::work, slot);
    plan(action::tick, slot);
  }
  auto o = planned_.front();
  planned_.pop_front();
  return o;
}

} // namespace ariadne::simulation
