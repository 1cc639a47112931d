#pragma once

#include "crdt/dot.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace ariadne::crdt {

/// What a node says of the time, in milliseconds since the Unix epoch.
struct clock_reading {
  /// What its wall clock says, as it is.
  std::uint64_t wall_ms = 0;
  /// What it goes by.
  std::uint64_t believed_ms = 0;

  friend bool operator==(const clock_reading&, const clock_reading&) = default;
};

/// Why the wall clock of this node is not believed.
enum class clock_doubt : std::uint8_t {
  /// It is.
  none,
  /// It has jumped, against a clock that cannot, or runs fast or slow. The time goes on as it was.
  jumped,
  /// Most nodes agree on another time, which is believed instead.
  outvoted,
  /// Most of the neighbours say otherwise, but agree on nothing. It is believed for want of a better one.
  contested,
};

struct guarded_clock_options {
  /// How far two clocks may be apart.
  std::uint64_t drift_max_ms = 10'000;
  /// For how long a wall clock that has jumped must have gone on steadily before it is believed without support.
  std::uint64_t patience_ms = 300'000;
  /// For how long most nodes must have agreed on another time.
  std::uint64_t outvoted_after_ms = 5'000;
};

/// The time of day that a node goes by: its wall clock, as long as that agrees with a steady clock and with what the
/// neighbours say. It reads no clock; readings come in as arguments.
///
/// The difference between the wall clock and the steady one is compared with an *anchor*: what it was, moved by no more
/// than a clock is slewed at. Further from that than the permitted drift, the wall clock is doubted, and the time goes
/// on at the rate of the steady clock. It is believed again when it is back; when more than half of all nodes, it
/// included, agree with it; or when it has been consistent for `patience_ms`, and no half of the neighbours holds on to
/// the time before.
///
/// More than half of the nodes that agree on another time for `outvoted_after_ms` are believed instead, also at the
/// start. (Not at once: a process that has been frozen finds old messages of all of them.) With one neighbour nobody is
/// outvoted: who of two is right is not to be known.
class guarded_clock {
public:
  explicit guarded_clock(guarded_clock_options options) : options_(options) {}

  /// Takes in a reading of the wall clock and, at the same time, of a clock that counts milliseconds, never jumps and
  /// goes on in suspend. Returns the time to go by.
  std::uint64_t read(std::uint64_t wall_ms, std::uint64_t steady_ms);

  /// A neighbour has said its time, in a message that has just arrived, and may have been on its way for a while.
  void hear(replica_id neighbour, const clock_reading& said);

  /// The neighbour is none any more.
  void forget(replica_id neighbour) {
    has_heard_ |= neighbours_.erase(neighbour) > 0;
  }

  /// What this node says of the time; nothing before the first reading.
  std::optional<clock_reading> reading() const;

  clock_doubt doubt() const {
    return doubt_;
  }

  /// How far the wall clock is ahead of the time that is believed. Negative: behind.
  std::int64_t wall_ahead_ms() const {
    return wall_ - believed_;
  }

  /// How far the time that the neighbour goes by is ahead of the one believed here. 0 if it has not said so lately.
  std::int64_t ahead_ms(replica_id neighbour) const;

  /// A time that has certainly passed, as far as this node can know: the one believed, if more than half of all nodes
  /// go by it or nobody else is heard; otherwise the earliest that anybody goes by. What is dropped for good when a
  /// time has come is to be dropped by this one.
  std::uint64_t certain_ms() const;

private:
  /// The greatest difference to the steady clock that a neighbour has said lately. A message that was long on its way
  /// says less.
  struct said_offset {
    std::array<std::int64_t, 2> wall{};
    std::array<std::int64_t, 2> believed{};
  };
  struct neighbour_clock {
    said_offset offsets;
    std::int64_t bucket_since = 0;
    std::int64_t heard = 0;
  };

  bool is_near(std::int64_t one, std::int64_t other) const;
  bool is_fresh(const neighbour_clock& n) const;
  static std::int64_t wall_of(const neighbour_clock& n);
  static std::int64_t believed_of(const neighbour_clock& n);
  std::vector<std::int64_t> heard_walls() const;
  /// What more than half of the nodes agree on, this one with its wall clock included, if any neighbour is heard.
  static std::optional<std::int64_t> agreed(std::vector<std::int64_t> offsets, std::int64_t drift_max);
  void judge(std::int64_t offset);
  void judge_alone(std::int64_t offset, const std::vector<std::int64_t>& walls);
  void slew_anchor(std::int64_t offset);
  void believe(std::int64_t offset, clock_doubt doubt);

  guarded_clock_options options_;
  bool has_read_ = false;
  /// Since the last reading.
  bool has_heard_ = false;
  std::int64_t wall_ = 0;
  std::int64_t steady_ = 0;
  std::int64_t believed_ = 0;
  /// See above; differences of the wall clock to the steady one.
  std::int64_t anchor_ = 0;
  std::int64_t slewed_at_ = 0;
  /// Where a doubted wall clock has been, and since when.
  std::int64_t candidate_ = 0;
  std::int64_t candidate_since_ = 0;
  /// Since when most nodes have agreed on another time.
  std::optional<std::int64_t> outvoted_since_;
  clock_doubt doubt_ = clock_doubt::none;
  std::map<replica_id, neighbour_clock> neighbours_;
};

} // namespace ariadne::crdt
