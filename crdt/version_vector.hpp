#pragma once

#include "crdt/dot.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace ariadne::crdt {

/// For each replica id the highest counter seen; an id without an entry counts as 0. (Preguiça et al.: Dotted
/// Version Vectors, 2010.) Kept sorted by replica id; look-ups are logarithmic.
///
/// State: replica id -> counter. Join: the maximum of each. Worked example: {a:3, b:1} joined with {b:4} is {a:3, b:4},
/// which covers the dots a:1 to a:3 and b:1 to b:4.
class version_vector {
public:
  using const_iterator = std::vector<dot>::const_iterator;

  version_vector() = default;
  version_vector(std::initializer_list<dot> dots);

  std::uint64_t operator[](replica_id replica) const;

  bool covers(dot d) const {
    return (*this)[d.replica] >= d.counter;
  }

  /// True if every dot that `other` covers is covered here.
  bool covers(const version_vector& other) const;

  /// Raises one entry to at least the counter of `d`. Returns whether anything changed.
  bool raise(dot d);

  /// Raises every entry to at least that of `other`. Returns whether anything changed.
  bool join(const version_vector& other);

  /// Removes the entry of `replica`, if there is one.
  void drop(replica_id replica);

  /// Removes the entries that `predicate(dot)` says yes to.
  template <class Predicate>
  void erase_if(Predicate predicate) {
    std::erase_if(dots_, predicate);
  }

  void reserve(std::size_t entries) {
    dots_.reserve(entries);
  }

  void clear() {
    dots_.clear();
  }

  bool empty() const {
    return dots_.empty();
  }
  std::size_t size() const {
    return dots_.size();
  }

  /// The entries, ascending by replica id, no two with the same id, none with counter 0.
  const_iterator begin() const {
    return dots_.begin();
  }
  const_iterator end() const {
    return dots_.end();
  }
  /// The first entry whose replica id is not below `replica`.
  const_iterator lower_bound(replica_id replica) const;

  /// Equal for equal vectors; different ones differ except with a probability of about 2^-64.
  std::uint64_t digest() const;

  friend bool operator==(const version_vector&, const version_vector&) = default;

private:
  std::vector<dot> dots_;
};

/// The dots of `ahead` that `behind` does not cover: what has to be told to someone who knows `behind`.
version_vector difference(const version_vector& ahead, const version_vector& behind);

/// What both cover: the minimum of each entry.
version_vector meet(const version_vector& left, const version_vector& right);

/// `{replica:counter, ...}`.
std::string to_string(const version_vector& vector);

} // namespace ariadne::crdt
