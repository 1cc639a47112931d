#pragma once

#include "crdt/dot.hpp"
#include "crdt/version_vector.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

/// When state that a journal has kept is believed. Where all nodes start at once, some refuse connections for a while,
/// and so "down" says nothing: what stands here may be a month old, and what has replaced it on a disk that has yet to
/// be met. So restored state is neither shown nor taken before all other nodes of the cluster file have been met, or
/// the time to wait is over.
///
/// Not thread-safe.
class cold_start {
public:
  using clock = std::chrono::steady_clock;

  /// Nothing has been restored.
  cold_start() = default;

  /// `others`: the other nodes of the cluster file, and whether it lists this node, too. `restored`: of which events
  /// the restored state is the outcome. `starts_alone`: sessions wait for no majority.
  cold_start(const std::vector<std::string>& others, bool is_listed, crdt::version_vector restored, bool starts_alone,
             clock::time_point until)
    : unmet_(others.begin(), others.end()), others_(unmet_.size()), is_listed_(is_listed),
      restored_(std::move(restored)), starts_alone_(starts_alone), until_(until), is_cold_(!restored_.empty()) {}

  /// Whether there are nodes that have yet to be met.
  bool awaits_nodes() const {
    return !unmet_.empty();
  }
  /// All that the node had has arrived here.
  void met(const std::string& node) {
    unmet_.erase(node);
  }

  /// Time has passed, or nodes have been met. Returns whether it has just ended.
  bool settle(clock::time_point now) {
    is_wait_over_ |= now >= until_;
    return is_cold_ && (unmet_.empty() || is_wait_over_) && !(is_cold_ = false);
  }

  /// Whether the event is one of which it is not known yet what has become of it.
  bool hides(crdt::dot d) const {
    return is_cold_ && restored_.covers(d);
  }
  bool has_restored(crdt::dot d) const {
    return restored_.covers(d);
  }

  bool is_cold() const {
    return is_cold_;
  }

  /// An operator says that restored sessions need no majority, as `starts_alone` does. Returns in what time they may
  /// start; nothing if they may already, and so wait for no nodes.
  std::optional<clock::duration> start_alone(clock::time_point now) {
    if (may_start_sessions())
      return std::nullopt;
    starts_alone_ = true;
    is_wait_over_ |= now >= until_;
    return is_wait_over_ ? clock::duration{} : until_ - now;
  }

  /// Restored sessions need a majority besides: two halves of a cluster that start apart must not both run them.
  bool may_start_sessions() const {
    if (restored_.empty() || unmet_.empty())
      return true;
    const auto nodes = others_ + (is_listed_ ? 1 : 0);
    const auto met = others_ - unmet_.size() + (is_listed_ ? 1 : 0);
    return is_wait_over_ && (starts_alone_ || 2 * met > nodes);
  }

private:
  std::set<std::string> unmet_;
  std::size_t others_ = 0;
  bool is_listed_ = true;
  crdt::version_vector restored_;
  bool starts_alone_ = false;
  clock::time_point until_;
  bool is_cold_ = false;
  bool is_wait_over_ = false;
};

} // namespace ariadne
