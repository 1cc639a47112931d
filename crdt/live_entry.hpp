#pragma once

#include "crdt/dot.hpp"
#include "crdt/shared_bytes.hpp"

namespace ariadne::crdt {

/// One of the values that stand side by side under a key of the map: see causal_register.
struct live_entry {
  crdt::dot dot;
  shared_bytes value;
};

} // namespace ariadne::crdt
