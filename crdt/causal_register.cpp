#include "crdt/causal_register.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace ariadne::crdt {

namespace {

/// Whether a reader prefers `left`: the greatest (stamp, replica id) wins. The counter only makes the order total.
bool wins(const entry& left, const entry& right) {
  return std::tie(left.stamp, left.dot) > std::tie(right.stamp, right.dot);
}

} // namespace

causal_register::causal_register(const causal_register& other)
  : newest_(other.newest_), more_(other.more_ ? std::make_unique<overflow>(*other.more_) : nullptr) {}

causal_register& causal_register::operator=(const causal_register& other) {
  return *this = causal_register{other};
}

causal_register::causal_register(std::vector<entry> live, version_vector context) {
  std::stable_sort(live.begin(), live.end(), [](const entry& l, const entry& r) { return l.dot < r.dot; });
  live.erase(std::unique(live.begin(), live.end(), [](const entry& l, const entry& r) { return l.dot == r.dot; }),
             live.end());
  assign(std::move(live), std::move(context));
}

void causal_register::assign(std::vector<entry> live, version_vector context) {
  overflow more;
  context.erase_if([&](dot d) {
    return std::any_of(live.begin(), live.end(),
                       [&](const entry& e) { return e.dot.replica == d.replica && e.dot.counter >= d.counter; });
  });
  more.superseded = std::move(context);
  std::sort(live.begin(), live.end(), wins);
  newest_ = live.empty() ? entry{} : std::move(live.front());
  if (live.size() > 1)
    more.live.assign(std::make_move_iterator(live.begin() + 1), std::make_move_iterator(live.end()));
  if (more.live.empty() && more.superseded.empty())
    more_.reset();
  else
    more_ = std::make_unique<overflow>(std::move(more));
}

void causal_register::put(entry written) {
  if (!more_ && (newest_.dot.counter == 0 || newest_.dot.replica == written.dot.replica)) {
    newest_ = std::move(written);
    return;
  }
  auto seen_before = context();
  seen_before.raise(written.dot);
  std::vector<entry> live;
  live.push_back(std::move(written));
  assign(std::move(live), std::move(seen_before));
}

bool causal_register::rewrite(dot old, entry written) {
  const auto d = written.dot;
  if (!erase(old, d))
    return false;
  std::vector<entry> live_entries{std::move(written)};
  for (std::size_t i = 0; i < live_count(); ++i)
    live_entries.push_back(live(i));
  auto seen_before = context();
  seen_before.raise(d);
  assign(std::move(live_entries), std::move(seen_before));
  return true;
}

void causal_register::erase(dot erased) {
  auto seen_before = context();
  seen_before.raise(erased);
  assign({}, std::move(seen_before));
}

bool causal_register::erase(dot target, dot erased) {
  if (!has_live(target))
    return false;
  std::vector<entry> kept;
  for (std::size_t i = 0; i < live_count(); ++i)
    if (live(i).dot != target)
      kept.push_back(live(i));
  auto seen_before = context();
  seen_before.raise(erased);
  assign(std::move(kept), std::move(seen_before));
  return true;
}

bool causal_register::join(const causal_register& other, const version_vector& covered_here) {
  if (!more_ && !other.more_ && newest_.dot == other.newest_.dot)
    return false;
  std::vector<entry> survivors;
  auto changed = false;
  for (std::size_t i = 0; i < live_count(); ++i) {
    const auto& mine = live(i);
    if (!other.covers(mine.dot) || other.has_live(mine.dot))
      survivors.push_back(mine);
    else
      changed = true;
  }
  for (std::size_t i = 0; i < other.live_count(); ++i) {
    const auto& theirs = other.live(i);
    if (!has_live(theirs.dot) && !covers(theirs.dot) && !covered_here.covers(theirs.dot)) {
      survivors.push_back(theirs);
      changed = true;
    }
  }
  other.for_each_context([&](dot d) { changed |= !covers(d); });
  if (!changed)
    return false;
  auto joined = context();
  other.for_each_context([&](dot d) { joined.raise(d); });
  assign(std::move(survivors), std::move(joined));
  return true;
}

void causal_register::supply(dot d, shared_bytes value) {
  for (std::size_t i = 0; i < live_count(); ++i)
    if (auto& e = i == 0 ? newest_ : more_->live[i - 1]; e.dot == d) {
      e.value = std::move(value);
      return;
    }
}

void causal_register::forget_context() {
  if (!more_)
    return;
  more_->superseded.clear();
  if (more_->live.empty())
    more_.reset();
}

bool causal_register::has_live(dot d) const {
  for (std::size_t i = 0; i < live_count(); ++i)
    if (live(i).dot == d)
      return true;
  return false;
}

std::uint64_t causal_register::seen(replica_id replica) const {
  auto highest = superseded()[replica];
  for (std::size_t i = 0; i < live_count(); ++i)
    if (live(i).dot.replica == replica)
      highest = std::max(highest, live(i).dot.counter);
  return highest;
}

const version_vector& causal_register::superseded() const {
  static const version_vector nothing;
  return more_ ? more_->superseded : nothing;
}

version_vector causal_register::context() const {
  auto result = superseded();
  for (std::size_t i = 0; i < live_count(); ++i)
    result.raise(live(i).dot);
  return result;
}

bool operator==(const causal_register& left, const causal_register& right) {
  if (left.live_count() != right.live_count() || left.context() != right.context())
    return false;
  for (std::size_t i = 0; i < left.live_count(); ++i)
    if (left.live(i) != right.live(i))
      return false;
  return true;
}

} // namespace ariadne::crdt
