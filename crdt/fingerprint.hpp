#pragma once

#include "crdt/causal_register.hpp"

#include <cstdint>

namespace ariadne::crdt {

/// 128 bits that depend on the set of live entries of a map, and on nothing else: equal sets have equal fingerprints,
/// different sets differ except with a probability of about 2^-128. It is a sum, so it is kept up to date entry by
/// entry (Bellare, Micciancio: A New Paradigm for Collision-Free Hashing, 1997; here against accidents, not attacks).
///
/// Entries that expire are left out, since each replica drops them in its own time.
struct fingerprint {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  void add(const entry& e) {
    if (e.expires_at_ms == 0)
      add(e.dot, e.stamp);
  }
  void remove(const entry& e) {
    if (e.expires_at_ms == 0)
      remove(e.dot, e.stamp);
  }

  /// The same for an entry that never expires.
  void add(dot d, stamp s);
  void remove(dot d, stamp s);

  friend bool operator==(const fingerprint&, const fingerprint&) = default;
};

} // namespace ariadne::crdt
