#pragma once

#include "crdt/causal_register.hpp"
#include "crdt/dot.hpp"
#include "crdt/version_vector.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ariadne::simulation {

/// A check has failed: what it checks, and what it has found.
struct violation {
  std::string check;
  std::string found;
};

/// A write event, as the one who made it saw it.
struct event {
  crdt::dot dot;
  std::uint32_t key = 0;
  bool is_put = false;
  crdt::stamp stamp;
  std::uint64_t expires_at_ms = 0;
  std::string value;
  /// The puts that were live where and when it happened, and the events that have superseded it in turn.
  std::vector<std::uint32_t> superseded;
  std::vector<std::uint32_t> superseded_by;
  /// For an event that leaves what stands beside its target: the puts that were live after it.
  std::vector<std::uint32_t> left;
  /// A replica has dropped it as expired, and others may follow.
  bool is_dropped = false;

  bool expired(std::uint64_t now_ms) const {
    return expires_at_ms != 0 && expires_at_ms <= now_ms;
  }
};

/// Everything that has ever happened: the oracle. Events are named by their number.
class history {
public:
  explicit history(std::uint64_t seed) : seed_(seed) {}

  /// Draws the id of a new incarnation in `slot`. Its name is the slot's letter with the number of the incarnation.
  crdt::replica_id add_incarnation(std::size_t slot);

  /// Adds the next event of an incarnation. Throws a violation if its dot is not the next one.
  std::uint32_t add(event e);

  const event& operator[](std::uint32_t number) const {
    return events_[number];
  }
  std::uint32_t size() const {
    return static_cast<std::uint32_t>(events_.size());
  }

  /// The number of the event with dot `d`. Throws a violation if it has never happened.
  std::uint32_t find(crdt::dot d) const;

  /// A replica has dropped the event as expired.
  void note_dropped(std::uint32_t number) {
    events_[number].is_dropped = true;
  }

  /// The events of a key after which it may be unreadable: erases, and puts that expire.
  const std::vector<std::uint32_t>& endings(std::uint32_t key) const;

  /// A full state with all that has happened up to `base` has come. Its contexts no longer tell what has superseded
  /// what, until it has come in whole.
  void note_full_state(const crdt::version_vector& base) {
    has_full_states_ = true;
    told_.join(base);
  }
  /// Whether anybody has been told the event in a full state.
  bool was_told(crdt::dot d) const {
    return told_.covers(d);
  }
  bool has_full_states() const {
    return has_full_states_;
  }

  std::string name(crdt::replica_id id) const;
  std::string name(crdt::dot d) const;
  std::string name(const crdt::version_vector& vector) const;

private:
  struct incarnation {
    std::string name;
    crdt::replica_id id;
    std::vector<std::uint32_t> events;
    /// Those with the dots of the id's twin.
    std::vector<std::uint32_t> large_events;

    const std::vector<std::uint32_t>& events_of(crdt::replica_id of) const {
      return of == id ? events : large_events;
    }
  };

  static std::size_t index(crdt::replica_id id) {
    return (id.value & 0xffff) - 1;
  }

  std::uint64_t seed_;
  bool has_full_states_ = false;
  crdt::version_vector told_;
  std::vector<event> events_;
  std::vector<incarnation> incarnations_;
  std::vector<std::vector<std::uint32_t>> endings_;
};

std::string key_name(std::uint32_t key);
std::uint32_t key_number(std::string_view name);

} // namespace ariadne::simulation
