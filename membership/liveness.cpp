#include "membership/liveness.hpp"

#include <algorithm>

namespace ariadne::membership {

liveness::liveness(const heartbeat_options& options, const clock_reading& now)
  : options_(options), watch_(pause_max(options), now), health_(options.interval), woke_(now.now),
    wait_(options.tolerance) {}

// -- this node -------------------------------------------------------------------------------------------------------

liveness::duration liveness::look(const clock_reading& now) {
  const auto pause = watch_.look(now);
  if (pause == duration{})
    return pause;
  woke_ = now.now;
  wait_ = options_.tolerance;
  for (auto& [node, n] : neighbours_)
    if (n.signs.are_expected()) {
      n.is_awaited = true;
      n.signs.monitor().begin_anew(now.now);
    }
  return pause;
}

liveness::round liveness::tick(instant now) {
  const auto late = health_.tick(now);
  wait_ = std::max(wait_, health_.patience() * duration{options_.tolerance});
  round result;
  for (auto& [node, n] : neighbours_) {
    if (n.is_awaited && is_waiting_over(now)) {
      if (n.is_in_doubt) {
        n.losses.lost(now);
        result.down.push_back(node);
      }
      n.await_no_more();
      result.overdue.push_back(node);
    }
    if (n.losses.settle(now))
      result.steady.push_back(node);
    if (!n.signs.are_expected())
      continue;
    auto& monitor = n.signs.monitor();
    monitor.forgive(late, now);
    result.beats.emplace_back(node, n.signs.next(now));
    if (monitor.is_quiet(now))
      result.quiet.push_back(node);
    if (is_silent(node, now))
      result.suspects.push_back(node);
  }
  return result;
}

bool liveness::is_waiting_over(instant now) const {
  return now - woke_ >= wait_;
}

// -- other nodes -----------------------------------------------------------------------------------------------------

void liveness::await(const std::string& node) {
  neighbours_[node].is_awaited = true;
}

void liveness::up(const std::string& node, std::uint64_t incarnation, instant now) {
  auto& n = neighbours_[node];
  if (incarnation != 0 && std::exchange(n.incarnation, incarnation) != incarnation)
    n.losses.begin_anew();
  n.is_in_doubt = false;
  // It may have said so while this process was not run, and have given up since.
  n.is_awaited = !is_waiting_over(now);
  n.signs.begin(options_, now);
}

liveness::loss liveness::lost(const std::string& node, instant now) {
  const auto found = neighbours_.find(node);
  if (found == neighbours_.end() || !found->second.signs.are_expected())
    return loss::none;
  auto& n = found->second;
  n.signs.end();
  if (n.is_awaited && !is_waiting_over(now)) {
    n.is_in_doubt = true;
    return loss::in_doubt;
  }
  n.await_no_more();
  n.losses.lost(now);
  return loss::down;
}

void liveness::gone(const std::string& node) {
  const auto found = neighbours_.find(node);
  if (found == neighbours_.end())
    return;
  found->second.await_no_more();
  found->second.signs.end();
}

void liveness::forget(const std::string& node) {
  neighbours_.erase(node);
}

void liveness::heard(const std::string& node, const beat& sign, instant now) {
  const auto found = neighbours_.find(node);
  if (found == neighbours_.end() || !found->second.signs.are_expected())
    return;
  auto& n = found->second;
  n.signs.heard(sign, now);
  if (n.signs.last_answered() >= woke_)
    n.await_no_more();
}

void liveness::seen(const std::string& node, const link_activity& activity) {
  const auto found = neighbours_.find(node);
  if (found != neighbours_.end() && found->second.signs.are_expected())
    found->second.signs.seen(activity);
}

bool liveness::is_silent(const std::string& node, instant now) const {
  const auto* n = find(node);
  return n && n->signs.are_expected() && !(n->is_awaited && !is_waiting_over(now))
         && n->signs.monitor().is_silent(now, health_.patience());
}

// -- what is known ---------------------------------------------------------------------------------------------------

const liveness::neighbour* liveness::find(const std::string& node) const {
  const auto found = neighbours_.find(node);
  return found == neighbours_.end() ? nullptr : &found->second;
}

std::vector<std::string> liveness::names() const {
  std::vector<std::string> result;
  for (const auto& [node, n] : neighbours_)
    result.push_back(node);
  return result;
}

bool liveness::is_up(const std::string& node) const {
  const auto* n = find(node);
  return n && n->signs.are_expected();
}

bool liveness::is_awaited(const std::string& node) const {
  const auto* n = find(node);
  return n && n->is_awaited;
}

bool liveness::is_in_doubt(const std::string& node) const {
  const auto* n = find(node);
  return n && n->is_in_doubt;
}

std::chrono::microseconds liveness::round_trip(const std::string& node) const {
  const auto* n = find(node);
  return n ? n->signs.round_trip() : std::chrono::microseconds{};
}

std::optional<instant> liveness::last_heard(const std::string& node) const {
  const auto* n = find(node);
  return n ? n->signs.last_heard() : std::nullopt;
}

link_losses* liveness::losses(const std::string& node) {
  const auto found = neighbours_.find(node);
  return found == neighbours_.end() ? nullptr : &found->second.losses;
}

} // namespace ariadne::membership
