#pragma once

#include "crdt/replica_options.hpp"
#include "crdt/replica_state.hpp"

#include <caf/error.hpp>

#include <string_view>

namespace ariadne {

/// What is wrong with a write, for whoever has asked for it.
caf::error to_error(crdt::write_error error, std::string_view key, const crdt::replica_limits& limits);

/// Why a stash is not made, or not held as widely as was asked for, as a label.
const char* reason_of(const caf::error& error);

/// Users reach their own keys only; the session host, which knows what it does, writes fenced.
caf::error check_reserved(std::string_view key);

} // namespace ariadne
