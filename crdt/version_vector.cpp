#include "crdt/version_vector.hpp"

#include "crdt/mix.hpp"

#include <algorithm>

namespace ariadne::crdt {

namespace {

template <class Dots>
auto find_position(Dots& dots, replica_id replica) {
  return std::lower_bound(dots.begin(), dots.end(), replica,
                          [](const dot& d, replica_id id) { return d.replica < id; });
}

} // namespace

version_vector::version_vector(std::initializer_list<dot> dots) {
  for (const auto& d : dots)
    raise(d);
}

std::uint64_t version_vector::operator[](replica_id replica) const {
  auto position = find_position(dots_, replica);
  return position != dots_.end() && position->replica == replica ? position->counter : 0;
}

version_vector::const_iterator version_vector::lower_bound(replica_id replica) const {
  return find_position(dots_, replica);
}

bool version_vector::covers(const version_vector& other) const {
  auto mine = dots_.begin();
  for (const auto& theirs : other.dots_) {
    while (mine != dots_.end() && mine->replica < theirs.replica)
      ++mine;
    if (mine == dots_.end() || mine->replica != theirs.replica || mine->counter < theirs.counter)
      return false;
  }
  return true;
}

bool version_vector::raise(dot d) {
  if (d.counter == 0)
    return false;
  // Decoders and joins raise in ascending order: then the place is the end.
  auto position = dots_.empty() || dots_.back().replica < d.replica ? dots_.end() : find_position(dots_, d.replica);
  if (position == dots_.end() || position->replica != d.replica) {
    dots_.insert(position, d);
    return true;
  }
  if (position->counter >= d.counter)
    return false;
  position->counter = d.counter;
  return true;
}

bool version_vector::join(const version_vector& other) {
  auto changed = false;
  for (const auto& d : other.dots_)
    changed |= raise(d);
  return changed;
}

void version_vector::drop(replica_id replica) {
  auto position = find_position(dots_, replica);
  if (position != dots_.end() && position->replica == replica)
    dots_.erase(position);
}

std::uint64_t version_vector::digest() const {
  std::uint64_t sum = 0;
  for (const auto& d : dots_)
    sum += mix(mix(d.replica.value) + d.counter);
  return sum;
}

version_vector difference(const version_vector& ahead, const version_vector& behind) {
  version_vector result;
  for (const auto& d : ahead)
    if (!behind.covers(d))
      result.raise(d);
  return result;
}

version_vector meet(const version_vector& left, const version_vector& right) {
  version_vector result;
  for (const auto& d : left)
    result.raise({d.replica, std::min(d.counter, right[d.replica])});
  return result;
}

std::string to_string(const version_vector& vector) {
  std::string text = "{";
  for (const auto& d : vector) {
    if (text.size() > 1)
      text += ", ";
    text += to_string(d);
  }
  return text + '}';
}

} // namespace ariadne::crdt
