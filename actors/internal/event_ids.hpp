#pragma once

#include "actors/write_options.hpp"
#include "crdt/dot.hpp"

namespace ariadne {

// The name of an event, as messages and as the core have it.

inline event_id to_event_id(crdt::dot d) {
  return {.replica = d.replica.value, .counter = d.counter};
}

inline crdt::dot to_dot(const event_id& event) {
  return {crdt::replica_id{event.replica}, event.counter};
}

} // namespace ariadne
