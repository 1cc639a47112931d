#include "crdt/staged_values.hpp"

#include <algorithm>

namespace ariadne::crdt {

std::optional<staged_values::addition> staged_values::add(const piece& p, std::size_t bytes_max, std::uint64_t now_ms) {
  auto position = values_.find(p.dot);
  if (position == values_.end()) {
    if (p.offset > 0 || p.length == 0 || !make_room(p.length, bytes_max))
      return addition{};
    position = values_.emplace(p.dot, staged{bytes_builder{p.length}}).first;
    bytes_ += p.length;
  }
  auto& [value, progress_ms, age] = position->second;
  if (value.size() != p.length)
    return std::nullopt;
  age = ++pieces_;
  // Another neighbour may have sent the beginning of it.
  const auto has_added = p.offset <= value.written() && p.offset + p.bytes.size() > value.written();
  if (has_added) {
    value.append(p.bytes.substr(value.written() - p.offset));
    progress_ms = now_ms;
  }
  return addition{value.written(), has_added};
}

bool staged_values::make_room(std::uint64_t length, std::size_t bytes_max) {
  while (!values_.empty() && bytes_ + length > bytes_max)
    erase(std::min_element(values_.begin(), values_.end(),
                           [](const auto& l, const auto& r) { return l.second.age < r.second.age; }));
  return bytes_ + length <= bytes_max;
}

const shared_bytes* staged_values::find(dot d, std::uint64_t length) const {
  const auto position = values_.find(d);
  if (position == values_.end())
    return nullptr;
  const auto& value = position->second.value;
  return value.is_whole() && value.size() == length ? &value.bytes() : nullptr;
}

staged_values::map::iterator staged_values::erase(map::iterator position) {
  bytes_ -= position->second.value.size();
  return values_.erase(position);
}

void staged_values::erase(dot d) {
  if (const auto position = values_.find(d); position != values_.end())
    erase(position);
}

void staged_values::give_up_old(std::uint64_t now_ms) {
  for (auto position = values_.begin(); position != values_.end();) {
    // The clock may have been set back.
    auto& since_ms = position->second.progress_ms;
    since_ms = std::min(since_ms, now_ms);
    position = now_ms - since_ms >= keep_ms ? erase(position) : std::next(position);
  }
}

std::vector<value_progress> staged_values::progress(std::size_t values_max) const {
  std::vector<std::pair<std::uint64_t, value_progress>> by_age;
  for (const auto& [dot, value] : values_)
    by_age.push_back({value.age, {dot, value.value.written()}});
  const auto told = std::min(values_max, by_age.size());
  std::partial_sort(by_age.begin(), by_age.begin() + static_cast<std::ptrdiff_t>(told), by_age.end(),
                    [](const auto& l, const auto& r) { return l.first > r.first; });
  std::vector<value_progress> result;
  for (std::size_t i = 0; i < told; ++i)
    result.push_back(by_age[i].second);
  return result;
}

} // namespace ariadne::crdt
