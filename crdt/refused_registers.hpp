#pragma once

#include "crdt/causal_register.hpp"
#include "crdt/passed_time.hpp"
#include "crdt/version_vector.hpp"

#include <absl/container/btree_set.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ariadne::crdt {

/// Why a register is not taken in.
struct objection {
  /// One sentence without a final stop.
  std::string reason;
  /// From when on it would be: a time by the clock here. 0: not as it is.
  std::uint64_t acceptable_at_ms = 0;
};

/// What one inbound stream has brought and this replica has not taken in.
///
/// Of each replica id that a refused register names beyond the version vector, an event is missing here, so no cut of
/// the stream counts for that id any more: a later one does not say which of its events the stream has sent before.
/// Only a new stream, which starts from the version vector, makes it good. Where a full state has a refused register,
/// no cut counts at all: what has superseded an entry may have been forgotten by its sender, so that no id is known to
/// be complete.
class refused_registers {
public:
  /// So many keys are remembered; of more, only how many there are.
  static constexpr std::size_t keys_max = 1'024;

  /// Takes note of a register that is not joined. `here`: this replica's version vector.
  void refuse(std::string_view key, const causal_register& value, const version_vector& here, objection why);

  /// The end of a full state with a refused register.
  void tear() {
    is_torn_ = true;
  }

  /// The key has come again, and has been joined.
  void accept(std::string_view key);

  /// What counts of a cut.
  version_vector taken_of(version_vector cut) const;

  /// Whether anything has been refused; it may have come again since.
  bool any() const {
    return has_refused_;
  }
  /// Whether all that was refused has come again and been joined, or would be accepted by now: it is time to ask for
  /// all that is missing.
  bool is_settled(std::uint64_t now_ms) const;

  std::uint64_t count() const {
    return keys_.size() + uncounted_;
  }
  /// That of the last one.
  const std::string& reason() const {
    return reason_;
  }

private:
  absl::btree_set<replica_id> held_back_;
  bool has_refused_ = false;
  bool is_torn_ = false;
  /// From when on each key would be accepted, see above.
  std::map<std::string, std::uint64_t, std::less<>> keys_;
  std::uint64_t uncounted_ = 0;
  std::string reason_;
};

/// When to ask again for what has been refused: soon after the first time, then twice as late each time, up to a
/// minute.
class refusal_back_off {
public:
  static constexpr std::uint64_t first_ms = 1'000;
  static constexpr std::uint64_t longest_ms = 60'000;

  /// A stream has begun to refuse.
  void begin(std::uint64_t now_ms) {
    since_ms_ = now_ms;
    wait_ms_ = wait_ms_ == 0 ? first_ms : std::min(2 * wait_ms_, longest_ms);
  }
  /// All has been taken.
  void end() {
    wait_ms_ = 0;
  }
  /// If what was refused `is_settled`, there is no need to wait for long; but for a while, so that a neighbour that
  /// sends the same again and again does not keep two replicas busy.
  bool is_over(bool is_settled, std::uint64_t now_ms) const {
    return has_passed(is_settled ? std::min(first_ms, wait_ms_) : wait_ms_, since_ms_, now_ms);
  }

private:
  std::uint64_t since_ms_ = 0;
  std::uint64_t wait_ms_ = 0;
};

} // namespace ariadne::crdt
