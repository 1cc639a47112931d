#pragma once

// How state is written, and waited for.

#include "actors/type_ids.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ariadne {

/// One write event, as actors name it: see crdt::dot.
struct event_id {
  std::uint64_t replica = 0;
  std::uint64_t counter = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, event_id& x) {
    return inspect_fields(f, "event_id", x.replica, x.counter);
  }
};

enum class concern_level : std::uint8_t { one, local, count, majority, all };

/// How many nodes have to hold a write before it is answered.
struct write_concern {
  /// - `one`: one node besides this one; none, if no other is up.
  /// - `local`: this node.
  /// - `count`: `count` nodes, this one among them.
  /// - `majority`, `all`: that many of the nodes of the cluster file, this one among them; if there is no such list, of
  ///   the nodes that this one knows. Nodes that are down count, clients never do.
  concern_level level = concern_level::one;
  std::uint32_t count = 0;
  /// Each of these nodes is to have the event on its disk, so that it outlives the end of all processes, or a power
  /// cut, as the mode of its storage says. With `one` where no other node is up, and with `local`, that is this node.
  ///
  /// To a node of before, such a concern is one that is never met.
  bool durable = false;
  /// A node without a journal counts as well, with what it holds. It is not told to other nodes.
  bool where_kept = false;

  template <class Inspector>
  friend auto inspect(Inspector& f, write_concern& x) {
    // Programs of before know no level with this bit.
    constexpr std::uint8_t durable_bit = 0x80;
    if constexpr (is_loading<Inspector>) {
      concern_level level{};
      auto result = inspect_fields(f, "write_concern", level, x.count);
      x.level = static_cast<concern_level>(static_cast<std::uint8_t>(level) & ~durable_bit);
      x.durable = (static_cast<std::uint8_t>(level) & durable_bit) != 0;
      return result;
    } else {
      auto level = static_cast<concern_level>(static_cast<std::uint8_t>(x.level) | (x.durable ? durable_bit : 0));
      return inspect_fields(f, "write_concern", level, x.count);
    }
  }
};

/// How a write is to be made.
struct write_options {
  write_concern concern = {};
  /// How long to wait for the concern to be met, in milliseconds.
  std::uint64_t timeout_ms = 5'000;
  /// After how long nobody reads the value any more, in milliseconds; 0 for never.
  std::uint64_t time_to_live_ms = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, write_options& x) {
    return inspect_fields(f, "write_options", x.concern, x.timeout_ms, x.time_to_live_ms);
  }
};

/// What a write answers: the event, and the replicas that held it at that time, this node's own first.
struct receipt {
  event_id event;
  std::vector<std::uint64_t> holders;
  /// Where a durable concern was asked for: those among them that had it on their disks.
  std::vector<std::uint64_t> durable_holders = {};

  template <class Inspector>
  friend auto inspect(Inspector& f, receipt& x) {
    // Those that have it on their disks stand behind a 0, which is no replica. Programs of before never ask for them.
    if constexpr (is_loading<Inspector>) {
      auto result = inspect_fields(f, "receipt", x.event, x.holders);
      const auto end = std::find(x.holders.begin(), x.holders.end(), 0u);
      x.durable_holders.assign(end == x.holders.end() ? end : end + 1, x.holders.end());
      x.holders.erase(end, x.holders.end());
      return result;
    } else {
      auto all = x.holders;
      if (!x.durable_holders.empty()) {
        all.push_back(0);
        all.insert(all.end(), x.durable_holders.begin(), x.durable_holders.end());
      }
      return inspect_fields(f, "receipt", x.event, all);
    }
  }
};

enum class wait_end : std::uint8_t { arrival, certainty };

/// How long a read waits for a key that is not there.
struct wait_options {
  /// In milliseconds.
  std::uint64_t wait_ms = 0;
  /// - `arrival`: until the key arrives, even if it is certain that nobody has stashed it so far.
  /// - `certainty`: at most until it is certain that nobody has.
  wait_end until = wait_end::arrival;

  template <class Inspector>
  friend auto inspect(Inspector& f, wait_options& x) {
    return inspect_fields(f, "wait_options", x.wait_ms, x.until);
  }
};

} // namespace ariadne
