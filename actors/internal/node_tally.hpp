#pragma once

#include <caf/fwd.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

// What a node counts where it happens, beyond what its actors say of themselves when they are asked: the actors of one
// system count together, and what they have counted outlives each of them. All of it is thread-safe.

namespace ariadne {

/// A number that only grows.
class tally {
public:
  void add(std::uint64_t more = 1) {
    count_.fetch_add(more, std::memory_order_relaxed);
  }
  std::uint64_t count() const {
    return count_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<std::uint64_t> count_ = 0;
};

/// A number of what there is.
class quantity {
public:
  void add(std::int64_t more) {
    value_.fetch_add(more, std::memory_order_relaxed);
  }
  void set(std::int64_t value) {
    value_.store(value, std::memory_order_relaxed);
  }
  std::int64_t value() const {
    return value_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<std::int64_t> value_ = 0;
};

/// How often something took how long.
class duration_histogram {
public:
  /// In seconds. What takes longer than all of them is counted after them.
  static constexpr std::array<double, 14> bounds_s{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                   0.1,    0.25,  0.5,    1,     2.5,  5,     10};

  void add(std::chrono::nanoseconds took) {
    const auto seconds = std::chrono::duration<double>{took}.count();
    std::size_t i = 0;
    while (i < bounds_s.size() && seconds > bounds_s[i])
      ++i;
    counts_[i].add();
    sum_us_.add(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
  }

  /// How many took no longer than `bounds_s[i]`, and longer than the one before; the last one: longer than all.
  std::uint64_t count(std::size_t i) const {
    return counts_[i].count();
  }
  double sum_s() const {
    return static_cast<double>(sum_us_.count()) / 1e6;
  }

private:
  std::array<tally, bounds_s.size() + 1> counts_;
  tally sum_us_;
};

/// One of these for each value of a label, of which there are few: beyond `labels_max`, all are counted as "other".
template <class Counted>
class by_label {
public:
  static constexpr std::size_t labels_max = 1'000;

  /// Valid as long as this object.
  Counted& operator[](std::string_view label) {
    const std::lock_guard lock{mutex_};
    if (const auto found = counted_.find(label); found != counted_.end())
      return found->second;
    return counted_[counted_.size() < labels_max ? std::string{label} : "other"];
  }

  template <class Visit>
  void for_each(Visit visit) const {
    const std::lock_guard lock{mutex_};
    for (const auto& [label, counted] : counted_)
      visit(label, counted);
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, Counted, std::less<>> counted_;
};

/// Of the sessions of one kind, on this node.
struct kind_tally {
  quantity running;
  tally starts;
  tally moves;
  tally losses;
  tally failures;
  tally strandings;
  tally checkpoints;
  tally checkpoint_bytes;
  /// By what has become of them: "handled", "refused" or "lost".
  by_label<tally> messages;
  duration_histogram message_durations;
};

struct node_tally {
  // Other nodes.
  /// By node and reason.
  by_label<by_label<tally>> peer_downs;
  by_label<tally> introductions_refused;
  /// By outcome.
  by_label<tally> discovery_lookups;
  by_label<tally> connections_refused;
  /// Connections to other nodes and of clients, by the role of the other side and by state (connection_keeper).
  by_label<by_label<quantity>> connections;

  // The replica.
  quantity map_limit_bytes;
  /// By concern.
  by_label<duration_histogram> stash_durations;
  by_label<tally> stash_failures;
  /// By outcome.
  by_label<tally> pickups;
  tally expired;
  tally watch_events_missed;

  // Its journal.
  duration_histogram journal_syncs;

  // Sessions.
  by_label<kind_tally> kinds;
  /// By cause: "moved", for which the host that gives them away counts, and "lost", for which the one that takes them.
  by_label<duration_histogram> takeovers;
  tally session_doubles;

  // The node.
  /// By child of the supervisor.
  by_label<tally> restarts;
  /// By level.
  by_label<tally> log_lines;
  tally log_lines_dropped;
};

/// What the actors of the system count together, if it is configured by `configure`; else what all other systems of
/// this process do. Valid for ever. Takes a while: to be kept.
node_tally& tally_of(const caf::actor_system& system);

} // namespace ariadne
