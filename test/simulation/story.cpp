#include "test/simulation/story.hpp"

#include <algorithm>

namespace ariadne::simulation {

namespace {

using action = operation::action;

constexpr int deliveries_max = 300;
/// Enough to forget what was erased, to tell each other, and to retire an incarnation.
constexpr int rounds = 4;

std::uint32_t as_bits(const std::vector<std::size_t>& slots) {
  std::uint32_t bits = 0;
  for (auto slot : slots)
    bits |= 1u << slot;
  return bits;
}

} // namespace

std::optional<operation> story::next(const world& w) {
  while (planned_.empty()) {
    if (auto o = settle(w))
      return o;
    rounds_left_ = rounds;
    deliveries_left_ = deliveries_max;
    if (!plan_chapter(w, chapter_++))
      return std::nullopt;
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

void story::plan_mesh() {
  for (auto one = company_.begin(); one != company_.end(); ++one)
    for (auto other = company_.begin(); other != one; ++other)
      plan(action::open, *one, *other, both_push);
}

void story::plan_reunion(const world& w) {
  plan_closing_all(w);
  plan_mesh();
  plan_members();
}

void story::plan_puts(const world& w, std::size_t slot, std::uint64_t least, std::uint64_t most) {
  for (auto left = random_.between(least, most); left > 0; --left)
    plan(action::put, slot, 0, any_key(w));
}

void story::plan_death(const world& w, std::size_t writer, std::size_t heir) {
  plan_puts(w, writer, 3, 6);
  plan(action::open, writer, heir, both_push);
  // The hellos, and some of the parts.
  plan_deliveries(writer, heir, 3, 8);
  plan(action::crash, writer);
  plan(action::close, heir, writer);
  std::erase(company_, writer);
}

void story::plan_deliveries(std::size_t one, std::size_t other, std::uint64_t least, std::uint64_t most) {
  for (auto left = random_.between(least, most); left > 0; --left) {
    plan(action::deliver, one, other);
    plan(action::deliver, other, one);
  }
}

std::size_t story::join_company() {
  auto position = away_.begin() + static_cast<std::ptrdiff_t>(random_.below(away_.size()));
  company_.push_back(*position);
  away_.erase(position);
  return company_.back();
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
