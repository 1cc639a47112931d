#include "crdt/dot_index.hpp"

#include <algorithm>

namespace ariadne::crdt {

namespace {

constexpr unsigned owners_min = 4;

std::uint64_t page_of(std::uint64_t counter) {
  return counter / 64;
}

unsigned position_of(std::uint64_t counter) {
  return counter % 64;
}

} // namespace

void dot_index::page::insert(unsigned position, keyed_register* owner) {
  const auto count = static_cast<unsigned>(std::popcount(present_));
  if (count == capacity_)
    resize(std::max(owners_min, capacity_ * 2));
  const auto place = owners_.get() + rank(position);
  std::move_backward(place, owners_.get() + count, owners_.get() + count + 1);
  *place = owner;
  present_ |= std::uint64_t{1} << position;
}

void dot_index::page::erase(unsigned position) {
  const auto count = static_cast<unsigned>(std::popcount(present_));
  const auto place = owners_.get() + rank(position);
  std::move(place + 1, owners_.get() + count, place);
  present_ &= ~(std::uint64_t{1} << position);
  if (capacity_ > owners_min && (count - 1) * 2 <= capacity_)
    resize(capacity_ / 2);
}

void dot_index::page::resize(unsigned capacity) {
  auto owners = std::make_unique_for_overwrite<keyed_register*[]>(capacity);
  std::copy_n(owners_.get(), std::popcount(present_), owners.get());
  owners_ = std::move(owners);
  capacity_ = capacity;
}

dot_index::origin dot_index::name(replica_id replica) {
  if (const auto* known = find_tail(replica))
    return last_ = static_cast<origin>(known - tails_.data());
  auto [position, is_new] = names_.try_emplace(replica, static_cast<origin>(tails_.size()));
  if (is_new && free_.empty()) {
    tails_.push_back({replica, {}});
  } else if (is_new) {
    position->second = free_.back();
    free_.pop_back();
    tails_[position->second].replica = replica;
  }
  return last_ = position->second;
}

void dot_index::insert(dot d, keyed_register* owner) {
  auto& pages = tails_[name(d.replica)].pages;
  auto number = page_of(d.counter);
  // Most dots are the newest of their replica.
  auto position = !pages.empty() && pages.rbegin()->first == number ? std::prev(pages.end()) : pages.end();
  if (position == pages.end())
    position = pages.try_emplace(position, number);
  if (position->second.holds(position_of(d.counter)))
    return;
  position->second.insert(position_of(d.counter), owner);
  ++size_;
}

void dot_index::erase(dot d) {
  const auto* found = find_tail(d.replica);
  if (found == nullptr)
    return;
  const auto name = static_cast<origin>(found - tails_.data());
  auto& pages = tails_[name].pages;
  auto position = pages.find(page_of(d.counter));
  if (position == pages.end() || !position->second.holds(position_of(d.counter)))
    return;
  --size_;
  position->second.erase(position_of(d.counter));
  if (!position->second.empty())
    return;
  pages.erase(position);
  if (!pages.empty())
    return;
  free_.push_back(name);
  names_.erase(d.replica);
}

const keyed_register* dot_index::find(dot d) const {
  const auto* found = find_tail(d.replica);
  if (found == nullptr || found->pages.rbegin()->first < page_of(d.counter))
    return nullptr;
  const auto position = found->pages.find(page_of(d.counter));
  if (position == found->pages.end() || !position->second.holds(position_of(d.counter)))
    return nullptr;
  return position->second[position_of(d.counter)];
}

std::pair<std::uint64_t, keyed_register*> dot_index::next(replica_id replica, std::uint64_t after) const {
  const auto* found = find_tail(replica);
  if (found == nullptr)
    return {0, nullptr};
  const auto first = after + 1;
  auto position = found->pages.lower_bound(page_of(first));
  if (position == found->pages.end())
    return {0, nullptr};
  auto entry = position->first == page_of(first) ? position->second.next(position_of(first)) : position->second.next(0);
  if (entry == 64) {
    if (++position == found->pages.end())
      return {0, nullptr};
    entry = position->second.next(0);
  }
  return {position->first * 64 + entry, position->second[entry]};
}

std::uint64_t dot_index::highest(replica_id replica) const {
  const auto* found = find_tail(replica);
  return found == nullptr ? 0 : found->highest();
}

} // namespace ariadne::crdt
