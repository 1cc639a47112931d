#include "test/membership_simulation/world.hpp"

#include <algorithm>

// What must hold.

namespace ariadne::membership_simulation {

namespace {

constexpr std::uint64_t ms = 1'000;
/// Who was disturbed longer ago has recovered.
constexpr std::uint64_t recovery_us = 8'000 * ms;
/// Within this a node that is gone is missed: where everything else is as it should be, and in any case.
constexpr std::uint64_t missed_soon_us = 1'000 * ms;
constexpr std::uint64_t missed_at_all_us = 20'000 * ms;
/// Four tolerances, which is the most by which a node that is late itself has patience, and a tick or two.
constexpr std::uint64_t decided_us = 2'400 * ms;
/// Somewhat longer than nodes that are discovered are waited for.
constexpr std::uint64_t expected_us = 10'500 * ms;
constexpr std::size_t lines_a_minute_max = membership::link_losses::many + 1;
/// Who waits twice as long each time, up to two seconds, does not get so far, though it begins anew now and then.
constexpr std::size_t dials_a_minute_max = 120;
/// News travel at least this often.
constexpr std::uint64_t news_us_max = 10'000 * ms;

} // namespace

void world::judge_down(std::size_t n, std::size_t other, const std::string& why) {
  const auto& judging = nodes_[n];
  const auto& judged = nodes_[other];
  const auto who = name(n) + " takes " + name(other) + " for down: " + why;
  // What has ended, has left, or is forgotten may be told of by others.
  const auto is_there = judged.is_up() && !judged.is_leaving && knows(n, other)
                        && judging.peers[other].told_by == contact{judged.incarnation};
  if (now_us_ < judging.woke_us + static_cast<microseconds>(heartbeats_.tolerance.count()) * ms && is_there
      && !judging.peers[other].is_heard_since_waking)
    fail("nobody is judged before there was time to hear of it",
         who + ", " + std::to_string((now_us_ - judging.woke_us) / ms) + " ms after it has begun to run");
  const auto undisturbed_us = now_us_ - std::min(recovery_us, now_us_);
  const auto is_disturbed = !judged.runs() || judged.is_leaving || judging.is_leaving
                            || judged.disturbed_us > undisturbed_us || judged.woke_us > undisturbed_us
                            || judging.disturbed_us > undisturbed_us || judging.woke_us > undisturbed_us
                            || link_of(n, other).disturbed_us > undisturbed_us || is_cut(n, other) || is_cut(other, n);
  if (!is_disturbed && now_us_ > recovery_us)
    fail("nodes that exchange bytes are not declared down", who);
}

void world::judge_overdue(std::size_t n, std::size_t other) {
  if (now_us_ < nodes_[n].woke_us + static_cast<microseconds>(heartbeats_.tolerance.count()) * ms)
    fail("nobody is judged before there was time to hear of it", name(n) + " awaits " + name(other) + " no more, "
                                                                   + std::to_string((now_us_ - nodes_[n].woke_us) / ms)
                                                                   + " ms after it has begun to run");
}

bool world::is_clean(std::size_t from, std::size_t to) {
  const auto since_us = now_us_ - std::min(recovery_us, now_us_);
  const auto& l = link_of(from, to);
  return l.connection != 0 && l.since_us < since_us && l.disturbed_us < since_us && scenario_.loss_permille == 0
         && scenario_.delay_ms <= 20 && pipe_of(from, to).bulk_us < since_us && nodes_[to].disturbed_us < since_us
         && nodes_[to].woke_us < since_us && nodes_[to].runs();
}

void world::expect_missed(std::size_t n, std::size_t observer) {
  const auto began_us = nodes_[n].trouble_began_us;
  const auto woke_us = nodes_[observer].woke_us;
  const auto limit_us = now_us_ == began_us && is_clean(n, observer) ? missed_soon_us : missed_at_all_us;
  at(now_us_ + limit_us, [=, this] {
    const auto& seeing = nodes_[observer];
    const auto is_gone = !nodes_[n].runs() && nodes_[n].trouble_began_us == began_us;
    if (!is_gone || !seeing.runs() || seeing.woke_us != woke_us)
      return;
    if (seeing.peers[n].told == standing::up || seeing.view->is_awaited(name(n)))
      fail("a node that is not there is missed in time",
           name(observer) + " has not missed " + name(n) + " for " + std::to_string(limit_us / ms) + " ms");
  });
}

void world::expect_decided(std::size_t n) {
  at(now_us_ + decided_us, [this, n, woke_us = now_us_] {
    if (!nodes_[n].runs() || nodes_[n].woke_us != woke_us || nodes_[n].disturbed_us > woke_us)
      return;
    for (std::size_t other = 0; other < nodes_.size(); ++other)
      if (other != n && nodes_[n].view->is_awaited(name(other)))
        fail("nobody is awaited for ever", name(n) + " still awaits " + name(other));
  });
}

void world::log_line(std::size_t n, std::size_t other) {
  auto& lines = nodes_[n].peers[other].lines;
  lines.push_back(now_us_);
  while (lines.front() + 60'000 * ms <= now_us_)
    lines.pop_front();
  if (lines.size() > lines_a_minute_max)
    fail("a link that breaks again and again does not fill the log",
         name(n) + " has written " + std::to_string(lines.size()) + " lines within a minute that the link to "
           + name(other) + " is lost");
}

void world::judge_id(std::size_t n, membership::cluster_id id) {
  using membership::agreement;
  const auto& before = nodes_[n].on_disk;
  tell(name(n) + " has the id " + std::to_string(id.number) + ", agreed on as far as "
       + std::to_string(static_cast<int>(id.is)));
  if (before.is == agreement::final)
    fail("an id that is final stays", name(n) + " has another one");
  if (id.is != agreement::final)
    return;
  if (final_id_ == 0)
    final_id_ = id.number;
  if (final_id_ != id.number)
    fail("nodes of one cluster have one id", name(n) + " has another one than was final elsewhere");
}

/// If a majority keeps journals; and unless some have pledged one id and some another one, and one of the nodes of the
/// file has no journal.
void world::check_ids() {
  std::size_t voters = 0;
  std::set<std::uint64_t> numbers;
  for (std::size_t n = 0; n < scenario_.journals; ++n)
    if (is_listed(n)) {
      ++voters;
      numbers.insert(nodes_[n].on_disk.number);
    }
  if (2 * voters <= scenario_.listed || (voters < scenario_.listed && numbers.size() > 1))
    return;
  for (std::size_t n = 0; n < scenario_.journals; ++n)
    if (!nodes_[n].is_gone_for_good && nodes_[n].on_disk.is != membership::agreement::final)
      fail("nodes that are healed agree on the id of their cluster", name(n) + " has none that is final");
}

void world::expect_no_endless_wait(std::size_t n) {
  at(now_us_ + expected_us, [this, n, incarnation = nodes_[n].incarnation] {
    const auto& node = nodes_[n];
    if (node.runs() && node.incarnation == incarnation && node.disturbed_us + expected_us < now_us_
        && node.expects_more)
      fail("nobody waits for ever for nodes that do not come", name(n) + " still waits");
  });
}

void world::judge_dial(std::size_t n, const membership::attempt& made) {
  auto& process = nodes_[n];
  const auto is_by_name = made.node != made.address;
  // One table each.
  if (process.dials_under_way >= 2 * membership::node_table_options{}.attempts_max)
    fail("few attempts are under way at a time", name(n) + " makes one more");
  const auto other = number(made.address);
  auto& dials = is_by_name ? process.peers[other].dials : process.peers[other].dials_at_address;
  dials.push_back(now_us_);
  while (dials.front() + 60'000 * ms <= now_us_)
    dials.pop_front();
  if (dials.size() > dials_a_minute_max)
    fail("nobody is dialled again and again without a pause",
         name(n) + " has dialled " + name(other) + " " + std::to_string(dials.size()) + " times within a minute");
}

bool world::knows(std::size_t n, std::size_t other) const {
  const auto names = nodes_[n].view->names();
  return std::find(names.begin(), names.end(), name(other)) != names.end();
}

void world::check_all_up() {
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    for (std::size_t other = 0; other < nodes_.size(); ++other) {
      if (other == n || nodes_[n].is_gone_for_good || nodes_[other].is_gone_for_good)
        continue;
      const auto& seen = nodes_[n].peers[other];
      if (seen.told != standing::up || seen.told_by != contact{nodes_[other].incarnation})
        fail("nodes that are healed see each other", name(n) + " does not see " + name(other));
    }
}

void world::check_all_forgotten() {
  const auto is_gone = [](const node& n) { return n.is_gone_for_good; };
  if (scenario_.forget_after_ms > 60'000 || std::none_of(nodes_.begin(), nodes_.end(), is_gone))
    return;
  run_until(now_us_ + scenario_.forget_after_ms * ms + 2 * news_us_max);
  check_all_up();
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    for (std::size_t other = 0; other < nodes_.size(); ++other)
      if (!nodes_[n].is_gone_for_good && nodes_[other].is_gone_for_good && knows(n, other))
        fail("an unlisted node that is gone is forgotten by all", name(n) + " still knows " + name(other));
}

void world::fail(const char* check, const std::string& found) {
  tell(std::string{"violation: "} + check + ": " + found);
  throw violation{check, found + " at " + std::to_string(now_us_ / ms) + " ms"};
}

void world::tell(const std::string& what) {
  if (trace_)
    *trace_ += std::to_string(now_us_ / ms) + " ms  " + what + "\n";
}

} // namespace ariadne::membership_simulation
