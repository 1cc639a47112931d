#pragma once

#include "crdt/codec.hpp"
#include "crdt/replica.hpp"

#include "test/fuzz/script.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace ariadne::fuzz {

/// The longest key and value that the replica under test permits. Forged ones may be one byte longer.
inline constexpr std::size_t key_bytes_max = 8;
inline constexpr std::size_t value_bytes_max = 32;

/// The keys that everyone writes: few, so that writes meet.
std::string_view pick_key(script& choices);

/// What a hostile peer knows of its link: enough to go on with the protocol where it wants to.
struct hostile_link {
  crdt::link_id link;
  /// The replica that it claims to be.
  crdt::replica_id id;
  /// The stream in which it has asked for deltas.
  std::uint64_t own_stream = 0;
  /// The stream in which the other side has asked for deltas, and the number of the last one.
  std::uint64_t stream = 0;
  std::uint64_t number = 0;
  /// The last delta that has come from the other side.
  std::uint64_t received_stream = 0;
  std::uint64_t received_number = 0;
  std::uint64_t retired_digest = 0;

  /// Takes note of a frame from the other side.
  void learn(std::string_view frame);
};

/// Composes well-formed frames that may say anything; most often they are what the target expects next.
class frame_forger {
public:
  frame_forger(script& choices, const crdt::replica& target, hostile_link& link)
    : choices_(choices), target_(target), link_(link) {}

  std::string hello();
  std::string delta();
  std::string ack();
  std::string sources();
  std::string heartbeat();
  std::string refusal();

private:
  crdt::replica_id replica();
  crdt::dot dot();
  crdt::version_vector vector();
  crdt::stamp stamp();
  crdt::causal_register value();
  /// A register with so many live entries that two of them are more than a frame may carry.
  crdt::causal_register crowd();

  script& choices_;
  const crdt::replica& target_;
  hostile_link& link_;
};

/// `frame` with some of its bytes changed, lost or repeated.
std::string damage(script& choices, std::string frame);

} // namespace ariadne::fuzz
