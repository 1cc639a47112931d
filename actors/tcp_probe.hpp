#pragma once

#include "actors/endpoint.hpp"

#include <caf/expected.hpp>

#include <chrono>

namespace ariadne {

/// Finds out whether a CAF node is listening at `address`, so that CAF's own connect, which blocks all others for up to
/// two minutes where packets are swallowed, is only called where somebody answers. Connects, waits for the first byte
/// of the greeting that a CAF node sends to whoever connects, and closes the connection.
///
/// Returns the numeric form of the address that has answered. Blocks: for as long as the name is being resolved, and up
/// to `timeout` for each of the addresses that it stands for.
caf::expected<endpoint> tcp_probe(const endpoint& address, std::chrono::milliseconds timeout);

} // namespace ariadne
