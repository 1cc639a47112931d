#pragma once

#include "session/snapshot.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ariadne::session {

/// Names a session: a kind that the application has registered, and an id within the kind.
struct session_key {
  std::string kind;
  std::string id;
  friend auto operator<=>(const session_key&, const session_key&) = default;
};

inline constexpr std::size_t kind_bytes_max = 64;
inline constexpr std::size_t id_bytes_max = 512;

/// Both parts have at least one byte, keep to their limits and are without control characters, and the kind has no
/// slash: so no two sessions share a name, and each can be shown.
bool is_valid(const session_key& key);
bool is_valid_kind(std::string_view kind);

/// All keys of the map that start so belong to sessions. They are reserved (session/reserved_keys.hpp).
inline constexpr std::string_view map_key_prefix{"\0ariadne/session/", 17};

/// Where the record of a session stands in the map, and back.
std::string to_map_key(const session_key& key);
std::optional<session_key> session_key_from(std::string_view map_key);

/// One start of a host: the node's name, and a number drawn at random for this start. 0 names nobody.
struct host_id {
  std::string node;
  std::uint64_t incarnation = 0;
  friend auto operator<=>(const host_id&, const host_id&) = default;
};

enum class session_phase : std::uint8_t {
  /// It runs on its owner.
  running = 1,
  /// The owner has stopped it, and leaves it to `target` alone.
  moving,
  /// The owner has stopped it, and leaves it to whoever places it on himself.
  placing,
  /// It has been ended, and is started anew only on request.
  stopped,
};

/// Which of the records of a session wins, wherever it is asked: the one with the greatest rank. An epoch belongs to
/// one owner; if two have taken the same one in two parts of a network, an end wins over a run, then the greater
/// incarnation. No stamp, and so no clock, has a say.
struct record_rank {
  std::uint64_t epoch = 0;
  bool stopped = false;
  std::uint64_t owner = 0;
  std::uint64_t revision = 0;
  friend auto operator<=>(const record_rank&, const record_rank&) = default;
};

/// What the map holds for a session. Epochs count its owners from 1 on, revisions the records of one owner. The state
/// stands in the record itself, so that no reader ever sees the owner of one record with the state of another.
struct session_record {
  session_phase phase = session_phase::running;
  std::uint64_t epoch = 0;
  std::uint64_t revision = 0;
  host_id owner;
  /// The node that a moving session is left to.
  host_id target;
  snapshot state;

  record_rank rank() const {
    return {epoch, phase == session_phase::stopped, owner.incarnation, revision};
  }

  friend bool operator==(const session_record&, const session_record&) = default;
};

/// The record as a value of the map. Its first byte is the version of the format.
std::string encode(const session_record& record);

/// Why a value is no record.
enum class record_error {
  /// Written by a newer program. Whoever does not know the format leaves the session alone.
  unknown_format,
  damaged,
};

struct decoded_record {
  std::optional<session_record> record;
  record_error error = record_error::damaged;
};

/// Allocates no more than the size of `value`.
decoded_record decode_record(std::string_view value);

} // namespace ariadne::session
