#pragma once

#include "crdt/aw_lww_map.hpp"

#include <string>

namespace ariadne::test {

/// Computes anew, from the registers alone, all that `map` keeps up to date beside them: the index, the fingerprint and
/// the counts. Returns what differs, one line each: nothing if the map is right.
std::string audit(const crdt::aw_lww_map& map);

} // namespace ariadne::test
