#include "test/simulation/history.hpp"

#include "crdt/mix.hpp"

#include <algorithm>
#include <charconv>

namespace ariadne::simulation {

crdt::replica_id history::add_incarnation(std::size_t slot) {
  std::string letter(1, static_cast<char>('a' + slot));
  auto before = std::count_if(incarnations_.begin(), incarnations_.end(),
                              [&](const incarnation& i) { return i.name.starts_with(letter); });
  const auto number = incarnations_.size() + 1;
  // Ids sort at random; their low bits find the incarnation again.
  const crdt::replica_id id{(crdt::mix(seed_ + number) & ~std::uint64_t{0xffff}) | number};
  incarnations_.push_back({letter + std::to_string(before + 1), id, {}, {}});
  return id;
}

std::uint32_t history::add(event e) {
  auto& by = incarnations_[index(e.dot.replica)];
  auto& own = e.dot.replica == by.id ? by.events : by.large_events;
  if (e.dot.counter != own.size() + 1)
    throw violation{"dots are numbered 1, 2, 3, ...", name(e.dot) + " follows number " + std::to_string(own.size())};
  auto number = size();
  own.push_back(number);
  for (auto old : e.superseded)
    events_[old].superseded_by.push_back(number);
  if (!e.is_put || e.expires_at_ms != 0) {
    endings_.resize(std::max<std::size_t>(endings_.size(), e.key + 1));
    endings_[e.key].push_back(number);
  }
  events_.push_back(std::move(e));
  return number;
}

std::uint32_t history::find(crdt::dot d) const {
  auto i = index(d.replica);
  if (i >= incarnations_.size() || d.counter == 0 || d.counter > incarnations_[i].events_of(d.replica).size())
    throw violation{"only what has happened is known", "event " + std::to_string(d.counter) + " of "
                                                         + (i < incarnations_.size() ? incarnations_[i].name : "nobody")
                                                         + " has never happened"};
  return incarnations_[i].events_of(d.replica)[d.counter - 1];
}

const std::vector<std::uint32_t>& history::endings(std::uint32_t key) const {
  static const std::vector<std::uint32_t> none;
  return key < endings_.size() ? endings_[key] : none;
}

std::string history::name(crdt::replica_id id) const {
  auto i = index(id);
  if (i >= incarnations_.size())
    return to_string(id);
  return incarnations_[i].name + (id == incarnations_[i].id ? "" : "'");
}

std::string history::name(crdt::dot d) const {
  return name(d.replica) + ':' + std::to_string(d.counter);
}

std::string history::name(const crdt::version_vector& vector) const {
  std::vector<std::string> names;
  for (const auto& d : vector)
    names.push_back(name(d));
  std::sort(names.begin(), names.end());
  std::string text = "{";
  for (const auto& n : names)
    text += (text.size() > 1 ? " " : "") + n;
  return text + '}';
}

std::string key_name(std::uint32_t key) {
  return 'k' + std::to_string(key);
}

std::uint32_t key_number(std::string_view name) {
  std::uint32_t key = 0;
  auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), key);
  if (name.empty() || name[0] != 'k' || error != std::errc{} || end != name.data() + name.size())
    throw violation{"only keys that were written are there", std::string{name}};
  return key;
}

} // namespace ariadne::simulation
