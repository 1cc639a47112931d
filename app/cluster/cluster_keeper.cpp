#include "app/cluster/cluster_keeper.hpp"

#include "app/config/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ariadne {

namespace {

bool has_stopped(exit_code code) {
  return code == exit_code::done || code == exit_code::drain_incomplete;
}

/// For the requester, who does not see what nodes write.
std::string in_words(const std::string& name, const node_end& end) {
  auto result = fmt::format("node {} {}", name, end.words);
  if (!has_stopped(end.code) && !end.last_lines.empty()) {
    result += "; its last lines:";
    for (std::size_t begin = 0, next = 0; begin < end.last_lines.size(); begin = next + 1) {
      next = std::min(end.last_lines.find('\n', begin), end.last_lines.size());
      result += fmt::format("\n  {} | {}", name, end.last_lines.substr(begin, next - begin));
    }
  }
  return result;
}

} // namespace

cluster_keeper::cluster_keeper(std::string cluster, const std::vector<node_place>& nodes,
                               cluster_keeper_options options)
  : cluster_(std::move(cluster)), options_(options) {
  for (const auto& place : nodes)
    nodes_.push_back({.place = place});
}

void cluster_keeper::begin(time_point now) {
  for (auto& n : nodes_)
    start(n, now);
}

void cluster_keeper::came_up() {
  has_any_come_up_ = true;
}

void cluster_keeper::caught_up(const std::string& name, time_point now) {
  auto* found = find(name);
  if (!found)
    return;
  found->has_caught_up = true;
  if (restart_ && restart_->is_starting && restart_->order.front() == name) {
    tell(fmt::format("node {} is back, and has caught up", name));
    restart_->order.pop_front();
    restart_next(now);
  }
}

void cluster_keeper::ended(const std::string& name, const node_end& end, time_point now) {
  auto* found = find(name);
  if (!found)
    return;
  const auto was_asked = found->is == state::stopping;
  const auto had_caught_up = std::exchange(found->has_caught_up, false);
  found->is = state::ended;
  found->last = end.code;
  say(fmt::format("node {} {}", name, end.words));
  if (restart_)
    restarting_ended(*found, end, had_caught_up, now);
  else if (is_stopping_)
    stop_next();
  else
    ended_alone(*found, was_asked, now);
}

std::optional<std::string> cluster_keeper::reason_not_to_restart() const {
  if (is_stopping_)
    return "the cluster is stopping";
  if (restart_)
    return "a rolling restart is going on already";
  return std::nullopt;
}

std::optional<std::string> cluster_keeper::restart(const std::string& cluster, const std::vector<node_place>& nodes,
                                                   time_point now) {
  if (auto reason = reason_not_to_restart())
    return reason;
  if (cluster != cluster_)
    return fmt::format("the cluster is named {} now, and was {}; nodes of the two refuse each other, so stop the "
                       "cluster, and start it anew",
                       cluster, cluster_);
  auto order = restart_order(replaced_by(nodes));
  if (!order)
    return order.error();
  // Those that are removed stay until they have ended.
  std::list<node> listed;
  for (const auto& place : nodes) {
    const auto known =
      std::find_if(nodes_.begin(), nodes_.end(), [&](const node& n) { return n.place.name == place.name; });
    if (known == nodes_.end()) {
      listed.push_back({.place = place});
    } else {
      known->place = place;
      known->is_listed = true;
      listed.splice(listed.end(), nodes_, known);
    }
  }
  for (auto& removed : nodes_)
    removed.is_listed = false;
  std::erase_if(nodes_, [](const node& n) { return n.is == state::ended || n.is == state::waiting; });
  nodes_.splice(nodes_.begin(), listed);
  restart_.emplace(rolling_restart{.order = {order->begin(), order->end()}, .begun = now});
  std::erase_if(restart_->order, [this](const std::string& name) { return !find(name); });
  restart_next(now);
  return std::nullopt;
}

void cluster_keeper::stop() {
  is_stopping_ = true;
  break_off("the cluster is stopped");
  for (auto& n : nodes_)
    if (n.is == state::waiting)
      n.is = state::ended;
  stop_next();
}

void cluster_keeper::kill() {
  stop();
  for (const auto& n : nodes_)
    if (n.is != state::ended)
      commands_.push_back({.action = keeper_command::what::kill, .node = n.place.name});
}

void cluster_keeper::tick(time_point now) {
  if (restart_ && restart_->is_starting && now >= restart_->deadline)
    break_off(fmt::format("node {} has not caught up with the others within {}; the restart ends here",
                          restart_->order.front(), to_string(options_.catch_up_timeout)));
  for (auto& n : nodes_)
    if (n.is == state::waiting && now >= n.due)
      start(n, now);
}

std::optional<cluster_keeper::time_point> cluster_keeper::next_tick() const {
  std::optional<time_point> result;
  const auto consider = [&](time_point due) { result = std::min(result.value_or(due), due); };
  if (restart_ && restart_->is_starting)
    consider(restart_->deadline);
  for (const auto& n : nodes_)
    if (n.is == state::waiting)
      consider(n.due);
  return result;
}

std::vector<keeper_command> cluster_keeper::take_commands() {
  return std::exchange(commands_, {});
}

bool cluster_keeper::is_over() const {
  return !restart_ && std::all_of(nodes_.begin(), nodes_.end(), [](const node& n) { return n.is == state::ended; });
}

exit_code cluster_keeper::result() const {
  auto result = exit_code::done;
  for (const auto& n : nodes_) {
    if (n.last == exit_code::drain_incomplete && result == exit_code::done)
      result = exit_code::drain_incomplete;
    else if (n.last != exit_code::drain_incomplete && n.last != exit_code::done)
      result = exit_code::failed;
  }
  return result;
}

cluster_keeper::node* cluster_keeper::find(const std::string& name) {
  return const_cast<node*>(std::as_const(*this).find(name));
}

const cluster_keeper::node* cluster_keeper::find(const std::string& name) const {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const node& n) { return n.place.name == name; });
  return found == nodes_.end() ? nullptr : &*found;
}

void cluster_keeper::start(node& started, time_point now) {
  started.is = state::running;
  started.address = started.place.address;
  started.has_caught_up = false;
  started.started = now;
  commands_.push_back({.action = keeper_command::what::start, .node = started.place.name});
}

void cluster_keeper::stop(node& stopped) {
  stopped.is = state::stopping;
  commands_.push_back({.action = keeper_command::what::stop, .node = stopped.place.name});
}

void cluster_keeper::forget(const node& gone) {
  say(fmt::format("node {} is not in the cluster file any more", gone.place.name));
  nodes_.remove_if([&](const node& n) { return &n == &gone; });
}

/// While the cluster neither stops nor is restarted.
void cluster_keeper::ended_alone(node& ended, bool was_asked, time_point now) {
  if (!ended.is_listed)
    return forget(ended);
  if (!has_stopped(ended.last))
    return crashed(ended, now);
  // It was to be restarted, but the rolling restart has broken off.
  if (was_asked)
    return start(ended, now);
  say(fmt::format("node {} has been stopped by somebody else; a rolling restart starts it again", ended.place.name));
}

void cluster_keeper::crashed(node& ended, time_point now) {
  if (ended.last == exit_code::usage)
    return say(
      fmt::format("node {} is not started again, since it would end again; mend the cluster file, and ask for a "
                  "rolling restart",
                  ended.place.name));
  if (is_about_storage(ended.last) && ended.last != exit_code::storage_in_use)
    return say(
      fmt::format("node {} is not started again, since its journal is in the way; when that is mended, ask for a "
                  "rolling restart",
                  ended.place.name));
  if (now - ended.started >= options_.stable_after)
    ended.crashes = 0;
  ++ended.crashes;
  if (ended.crashes >= (has_any_come_up_ ? options_.crashes_max : options_.first_crashes_max))
    return say(
      fmt::format("node {} has ended {} times in a row, and is not started again; when the cause is mended, ask "
                  "for a rolling restart",
                  ended.place.name, ended.crashes));
  auto pause = options_.pause_min;
  for (std::size_t i = 1; i < ended.crashes && pause < options_.pause_max; ++i)
    pause *= 2;
  pause = std::min(pause, options_.pause_max);
  ended.is = state::waiting;
  ended.due = now + pause;
  say(fmt::format("node {} is started again in {}", ended.place.name, to_string(pause)));
}

/// The end of the one that is stopped makes the next one stop.
void cluster_keeper::stop_next() {
  if (std::any_of(nodes_.begin(), nodes_.end(), [](const node& n) { return n.is == state::stopping; }))
    return;
  const auto next = std::find_if(nodes_.begin(), nodes_.end(), [](const node& n) { return n.is == state::running; });
  if (next != nodes_.end())
    stop(*next);
}

// -- rolling restart -------------------------------------------------------------------------------------------------

void cluster_keeper::restart_next(time_point now) {
  if (restart_->order.empty())
    return end_restart();
  start_free(now);
  auto& current = *find(restart_->order.front());
  restart_->is_starting = false;
  // It did not run, or has crashed: it has the file as it is now.
  if (current.is == state::running && current.started >= restart_->begun)
    return await_current(now);
  tell(fmt::format("node {} stops", current.place.name));
  if (current.is == state::running)
    stop(current);
}

/// All nodes that do not run and whose address is free, at once, since none catches up before all others are there. The
/// one that is restarted now is started in any case.
void cluster_keeper::start_free(time_point now) {
  for (const auto& name : restart_->order) {
    auto& idle = *find(name);
    const auto is_taken = std::any_of(nodes_.begin(), nodes_.end(), [&](const node& n) {
      return (n.is == state::running || n.is == state::stopping) && n.address == idle.place.address;
    });
    if ((is_taken && name != restart_->order.front()) || (idle.is != state::ended && idle.is != state::waiting))
      continue;
    tell(fmt::format("node {} starts", name));
    idle.crashes = 0;
    start(idle, now);
  }
}

void cluster_keeper::await_current(time_point now) {
  restart_->is_starting = true;
  restart_->deadline = now + options_.catch_up_timeout;
  const auto name = restart_->order.front();
  if (find(name)->has_caught_up)
    caught_up(name, now);
}

void cluster_keeper::restarting_ended(node& ended, const node_end& end, bool had_caught_up, time_point now) {
  const auto is_current = restart_->order.front() == ended.place.name;
  // It had the file as it was before, which may be what has ended it.
  if (ended.is_listed && !had_caught_up && ended.started < restart_->begun)
    return is_current ? restart_next(now) : start_free(now);
  if (!is_current || restart_->is_starting || !has_stopped(end.code)) {
    break_off(in_words(ended.place.name, end));
    return ended_alone(ended, false, now);
  }
  if (end.code == exit_code::drain_incomplete)
    restart_->result = end.code;
  tell(in_words(ended.place.name, end));
  if (ended.is_listed)
    return restart_next(now);
  tell(fmt::format("node {} is not in the cluster file any more", ended.place.name));
  forget(ended);
  restart_->order.pop_front();
  restart_next(now);
}

void cluster_keeper::break_off(const std::string& reason) {
  if (!restart_)
    return;
  tell(reason);
  restart_->result = exit_code::failed;
  end_restart();
}

void cluster_keeper::end_restart() {
  commands_.push_back({.action = keeper_command::what::end_restart, .code = restart_->result});
  restart_.reset();
}

std::vector<replaced_node> cluster_keeper::replaced_by(const std::vector<node_place>& wanted) const {
  std::vector<replaced_node> result;
  const auto address_of = [](const node& n) {
    return n.is == state::running || n.is == state::stopping ? n.address : std::string{};
  };
  for (const auto& place : wanted) {
    const auto* known = find(place.name);
    if (!known)
      result.push_back({place.name, {}, place.address, false});
    else
      result.push_back({place.name, address_of(*known), place.address, known->has_caught_up});
  }
  for (const auto& n : nodes_)
    if (std::none_of(wanted.begin(), wanted.end(), [&](const auto& place) { return place.name == n.place.name; }))
      result.push_back({n.place.name, address_of(n), {}, false});
  return result;
}

// -- words -----------------------------------------------------------------------------------------------------------

void cluster_keeper::say(std::string text) {
  commands_.push_back({.action = keeper_command::what::say, .text = std::move(text)});
}

void cluster_keeper::tell(std::string text) {
  commands_.push_back({.action = keeper_command::what::tell, .text = std::move(text)});
}

} // namespace ariadne
