#pragma once

#include <cstdint>

// What the header of a frame of CAF's protocol between nodes (BASP) says.

namespace ariadne::basp {

// The operations, in CAF's order. That of a farewell is none of them.
inline constexpr std::uint64_t server_handshake = 0;
inline constexpr std::uint64_t client_handshake = 1;
inline constexpr std::uint64_t direct_message = 2;
inline constexpr std::uint64_t routed_message = 3;
inline constexpr std::uint64_t monitor_message = 4;
inline constexpr std::uint64_t down_message = 5;
inline constexpr std::uint64_t heartbeat_message = 6;
inline constexpr std::uint64_t farewell_operation = 0xfa;

// The flags.
/// The target is given by its name.
inline constexpr std::uint64_t named_receiver = 1;
/// A client that has two connections to a node says which one it uses.
inline constexpr std::uint64_t select_connection = 2;

} // namespace ariadne::basp
