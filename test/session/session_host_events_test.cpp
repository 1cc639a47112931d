#include "session/peer_message.hpp"
#include "session/session_host.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

// What only the order of events in one host decides. Whole clusters are played by test/session_simulation.

namespace ariadne::session::session_host_events_test {

namespace {

const session_key key{"game", "ABYZ"};
const host_id other{"b", 2};

/// A host that has caught up, alone, and hosts games of version 1.
struct lone_host {
  session_host host{options(), now_ms};

  static session_host_options options() {
    session_host_options result;
    result.self = {"a", 1};
    result.kinds["game"] = {};
    return result;
  }

  lone_host() {
    host.caught_up(now_ms);
    host.take_commands();
  }
  ~lone_host() {
    BOOST_TEST(host.check_invariants() == "");
  }

  /// The record comes in that the other host runs the session.
  void note_run_of_other() {
    session_record record;
    record.phase = session_phase::running;
    record.epoch = 2;
    record.revision = 1;
    record.owner = other;
    record.state = {"game", 1, "round 7"};
    host.record_changed(key, {{{crdt::replica_id{2}, 1}, crdt::shared_bytes{encode(record)}}}, now_ms);
  }

  /// The first answer since the last call.
  std::optional<answer_request> first_answer() {
    for (const auto& c : host.take_commands())
      if (const auto* answer = std::get_if<answer_request>(&c))
        return *answer;
    return std::nullopt;
  }

  /// Whether it writes that the session is its own now.
  bool takes_over() {
    const auto commands = host.take_commands();
    return std::any_of(commands.begin(), commands.end(),
                       [](const command& c) { return std::holds_alternative<write_record>(c); });
  }

  /// What it answers a host that asks something, which is up by then.
  template <class Answer>
  Answer answer_to(const host_id& from, const peer_message& question) {
    host.peer_up(from, now_ms);
    host.take_commands();
    std::string frame;
    append(frame, question);
    BOOST_TEST(host.receive(from, frame, now_ms) == "");
    Answer result;
    for (const auto& c : host.take_commands())
      if (const auto* sent = std::get_if<send_frame>(&c); sent != nullptr && sent->to == from)
        BOOST_TEST(decode_frame(sent->bytes,
                                [&](peer_message&& m) {
                                  if (auto* answer = std::get_if<Answer>(&m))
                                    result = std::move(*answer);
                                })
                   == "");
    return result;
  }

  static constexpr std::uint64_t now_ms = 1'000;
};

/// A claim of a session that nobody has ever seen.
claim claim_of(std::uint64_t epoch) {
  claim m;
  m.key = key;
  m.epoch = epoch;
  return m;
}

const host_id third{"c", 3};

/// A host with the policy `pause` that is ready and sees two others, and with them the majority of three nodes.
struct careful_host {
  static constexpr std::uint64_t now_ms = 1'000'000;
  session_host host{options(), 0};

  static session_host_options options() {
    auto result = lone_host::options();
    result.minority = minority_policy::pause;
    result.configured_nodes = {"a", "b", "c"};
    return result;
  }

  careful_host() {
    host.peer_up(other, now_ms);
    host.peer_up(third, now_ms);
    host.caught_up(now_ms);
    hear(other, lease_answer{now_ms}, now_ms);
    host.take_commands();
  }
  ~careful_host() {
    BOOST_TEST(host.check_invariants() == "");
  }

  void hear(const host_id& from, const peer_message& message, std::uint64_t at_ms) {
    std::string frame;
    append(frame, message);
    BOOST_TEST(host.receive(from, frame, at_ms) == "");
  }

  /// The record comes in of an owner that nobody sees.
  void claim_from_lost_owner() {
    session_record record;
    record.epoch = 2;
    record.revision = 1;
    record.owner = {"b", 1};
    record.state = {"game", 1, "round 7"};
    host.record_changed(key, {{{crdt::replica_id{2}, 1}, crdt::shared_bytes{encode(record)}}}, now_ms);
  }

  void grant(std::uint64_t at_ms) {
    for (const auto& from : {other, third})
      hear(from, claim_answer{key, 3, verdict::granted, 3}, at_ms);
  }

  static std::optional<session_record> written_by(const std::vector<command>& commands) {
    for (const auto& c : commands)
      if (const auto* write = std::get_if<write_record>(&c))
        return decode_record(write->value).record;
    return std::nullopt;
  }

  bool takes_over() {
    return written_by(host.take_commands()).has_value();
  }
};

/// What a busy host is started with.
struct plain_kind {
  static void configure(session_host_options&) {}
};

struct resolving_kind {
  static void configure(session_host_options& options) {
    options.kinds["game"].resolves = true;
  }
};

struct rebalanced_kind {
  static void configure(session_host_options& options) {
    options.rebalance_max = 2;
  }
};

/// A host that runs games, over a map that writes whatever it is asked to.
template <class Configuration>
struct busy_host {
  static constexpr std::uint64_t now_ms = lone_host::now_ms;
  session_host host{options(), now_ms};
  std::map<session_key, run_id> runs;
  /// The last state of each session that has been written.
  std::map<session_key, snapshot> states;
  std::set<session_key> told_to_stop;
  std::uint64_t written = 0;
  std::uint64_t requests = 0;

  static session_host_options options() {
    auto result = lone_host::options();
    Configuration::configure(result);
    return result;
  }

  busy_host() {
    host.caught_up(now_ms);
    host.take_commands();
  }
  ~busy_host() {
    BOOST_TEST(host.check_invariants() == "");
  }

  template <class Command>
  static std::optional<Command> first(const std::vector<command>& commands) {
    for (const auto& c : commands)
      if (const auto* found = std::get_if<Command>(&c))
        return *found;
    return std::nullopt;
  }

  void carry_out() {
    for (auto commands = host.take_commands(); !commands.empty(); commands = host.take_commands())
      for (const auto& c : commands)
        if (const auto* write = std::get_if<write_record>(&c)) {
          states[write->key] = decode_record(write->value).record->state;
          host.write_done(write->key,
                          {true, true, {{{crdt::replica_id{1}, ++written}, crdt::shared_bytes{write->value}}}}, now_ms);
        } else if (const auto* begun = std::get_if<start_session>(&c)) {
          runs[begun->key] = begun->run;
        } else if (const auto* stop = std::get_if<stop_session>(&c)) {
          told_to_stop.insert(stop->key);
        }
  }

  /// The sessions that have been told to stop since the last call.
  std::set<session_key> stopped() {
    carry_out();
    return std::exchange(told_to_stop, {});
  }

  static std::vector<std::string> many() {
    std::vector<std::string> result;
    for (int n = 0; n < 20; ++n)
      result.push_back(std::to_string(n));
    return result;
  }

  void start(const std::vector<std::string>& ids) {
    for (const auto& id : ids)
      host.start(++requests, {"game", id}, {"game", 1, "first"}, now_ms + 1'000, now_ms);
    carry_out();
    BOOST_TEST_REQUIRE(runs.size() == ids.size());
  }

  void hear(const host_id& from, const peer_message& message) {
    if (const auto up = host.peers(); std::find(up.begin(), up.end(), from) == up.end())
      meet(from);
    std::string frame;
    append(frame, message);
    BOOST_TEST(host.receive(from, frame, now_ms) == "");
  }

  static host_profile ready_profile() {
    return {{{"game", 1}}, false, false, true};
  }

  void meet(const host_id& from) {
    host.peer_up(from, now_ms);
    hear(from, announce{ready_profile()});
  }

  static std::optional<host_id> placed_with_other(const session_key& key) {
    return place(key, 1, {{options().self, ready_profile()}, {other, ready_profile()}});
  }

  void take_over(const session_key& key, const host_id& owner) {
    session_record record;
    record.epoch = 2;
    record.revision = 1;
    record.owner = owner;
    record.state = states.at(key);
    host.record_changed(key, {{{crdt::replica_id{2}, ++written}, crdt::shared_bytes{encode(record)}}}, now_ms);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(session_host_events)

BOOST_FIXTURE_TEST_CASE(a_start_waits_for_hosts_that_have_not_said_what_they_host, lone_host) {
  auto answers = [this] {
    std::vector<outcome> result;
    for (const auto& c : host.take_commands())
      if (const auto* answer = std::get_if<answer_request>(&c))
        result.push_back(answer->result);
    return result;
  };
  host.peer_up(other, now_ms);
  host.start(1, {"chess", "1"}, {}, now_ms + 1'000, now_ms);
  BOOST_TEST(answers().empty());
  std::string frame;
  append(frame, announce{});
  BOOST_TEST(host.receive(other, frame, now_ms) == "");
  const auto told = answers();
  BOOST_TEST_REQUIRE(told.size() == 1u);
  BOOST_TEST((told.front() == outcome::no_host));
}

BOOST_AUTO_TEST_CASE(while_as_many_sessions_run_as_may_no_other_one_is_started_on_request) {
  auto options = lone_host::options();
  options.sessions_max = 2;
  session_host host{options, lone_host::now_ms};
  host.caught_up(lone_host::now_ms);
  const auto deadline_ms = lone_host::now_ms + 1'000;
  const auto refusal_of = [&](std::uint64_t request, const session_key& which) {
    host.start(request, which, {}, deadline_ms, lone_host::now_ms);
    for (const auto& c : host.take_commands())
      if (const auto* answer = std::get_if<answer_request>(&c); answer != nullptr && answer->request == request)
        return answer->payload;
    return std::string{};
  };
  for (const auto* id : {"1", "2"}) {
    session_record record;
    record.phase = session_phase::running;
    record.epoch = 2;
    record.revision = 1;
    record.owner = other;
    BOOST_TEST(refusal_of(1, {"game", id}) == "");
    host.record_changed({"game", id}, {{{crdt::replica_id{2}, 1}, crdt::shared_bytes{encode(record)}}},
                        lone_host::now_ms);
  }
  BOOST_TEST(refusal_of(2, {"game", "3"}) == "as many sessions run as may, 2; end some first");
  // Nor is one that somebody has asked for.
  host.locate(4, {"game", "3"}, deadline_ms, lone_host::now_ms);
  BOOST_TEST(refusal_of(5, {"game", "3"}) == "as many sessions run as may, 2; end some first");
  // One that runs is not started once more.
  BOOST_TEST(refusal_of(3, {"game", "2"}) == "");
}

BOOST_FIXTURE_TEST_CASE(the_end_of_a_session_that_nobody_knows_is_refused_soon, lone_host) {
  const auto wait_ms = lone_host::options().unknown_wait_ms;
  host.stop(1, key, now_ms + 60'000, now_ms);
  host.tick(now_ms + wait_ms - 1);
  BOOST_TEST(!first_answer());
  host.tick(now_ms + wait_ms);
  const auto answer = first_answer();
  BOOST_TEST_REQUIRE(answer.has_value());
  BOOST_TEST((answer->result == outcome::unknown_session));
}

BOOST_FIXTURE_TEST_CASE(the_end_of_a_session_that_becomes_known_meanwhile_is_not_refused, lone_host) {
  const auto wait_ms = lone_host::options().unknown_wait_ms;
  host.peer_up(other, now_ms);
  host.stop(1, key, now_ms + 60'000, now_ms);
  note_run_of_other();
  host.tick(now_ms + wait_ms);
  BOOST_TEST(!first_answer());
}

BOOST_FIXTURE_TEST_CASE(who_asks_an_owner_that_is_lost_is_told_which_node_had_the_message, lone_host) {
  host.peer_up(other, now_ms);
  note_run_of_other();
  host.deliver(1, key, "move", now_ms + 60'000, now_ms);
  BOOST_TEST(!first_answer());
  host.peer_down(other, now_ms);
  const auto answer = first_answer();
  BOOST_TEST_REQUIRE(answer.has_value());
  BOOST_TEST((answer->result == outcome::unanswered));
  BOOST_TEST(answer->payload == "node b had the message, and is no longer up");
}

BOOST_FIXTURE_TEST_CASE(a_session_whose_owner_is_not_seen_is_taken_over, lone_host) {
  note_run_of_other();
  BOOST_TEST(takes_over());
}

BOOST_FIXTURE_TEST_CASE(a_session_is_not_taken_over_from_a_node_whose_host_has_yet_to_be_met, lone_host) {
  host.set_unmet({"b"}, now_ms);
  note_run_of_other();
  BOOST_TEST(!takes_over());
  host.tick(now_ms + 1'000);
  BOOST_TEST(!takes_over());
  // It is met; then it goes.
  host.peer_up(other, now_ms + 1'000);
  host.set_unmet({}, now_ms + 1'000);
  BOOST_TEST(!takes_over());
  host.peer_down(other, now_ms + 1'000);
  BOOST_TEST(takes_over());
}

BOOST_FIXTURE_TEST_CASE(a_session_is_not_taken_over_before_all_can_be_asked_who_may_see_its_owner, lone_host) {
  host.set_unmet({"c"}, now_ms);
  note_run_of_other();
  BOOST_TEST(!takes_over());
  host.set_unmet({}, now_ms);
  BOOST_TEST(takes_over());
}

BOOST_FIXTURE_TEST_CASE(a_session_is_taken_over_once_the_node_is_no_longer_up, lone_host) {
  host.set_unmet({"b"}, now_ms);
  note_run_of_other();
  host.set_unmet({}, now_ms);
  BOOST_TEST(takes_over());
}

BOOST_FIXTURE_TEST_CASE(a_host_that_has_granted_a_later_epoch_does_not_agree_that_an_earlier_one_runs, lone_host) {
  BOOST_TEST((answer_to<claim_answer>(other, claim_of(3)).answer == verdict::granted));
  BOOST_TEST(!answer_to<run_answer>({"c", 3}, run_question{key, 2}).agreed);
  BOOST_TEST(answer_to<run_answer>(other, run_question{key, 3}).agreed);
}

BOOST_FIXTURE_TEST_CASE(a_host_that_has_agreed_that_an_epoch_runs_grants_no_claim_that_does_not_know_of_it, lone_host) {
  BOOST_TEST(answer_to<run_answer>({"c", 3}, run_question{key, 2}).agreed);
  BOOST_TEST((answer_to<claim_answer>(other, claim_of(3)).answer == verdict::outdated));
}

BOOST_FIXTURE_TEST_CASE(a_host_has_drained_once_all_others_have_heard_it, lone_host) {
  host.peer_up(other, now_ms);
  host.drain(now_ms);
  BOOST_TEST(!host.is_drained());
  std::string frame;
  append(frame, leaving_answer{1});
  host.receive(other, frame, now_ms);
  BOOST_TEST(host.is_drained());
}

// -- why a session does not run --------------------------------------------------------------------------------------

namespace {

/// A host of games of version 1, and what it answers to its users.
struct asked_host : lone_host {
  static constexpr std::uint64_t second = 1'000;

  /// The record says that a host that is gone has left the session to whoever can take it.
  void note_stranded(std::uint32_t version) {
    session_record record;
    record.phase = session_phase::placing;
    record.epoch = 2;
    record.revision = 1;
    record.owner = other;
    record.state = {"game", version, "round 7"};
    host.record_changed(key, {{{crdt::replica_id{2}, 1}, crdt::shared_bytes{encode(record)}}}, now_ms);
  }

  void hear(const host_id& from, const peer_message& message, std::uint64_t at_ms = now_ms) {
    std::string frame;
    append(frame, message);
    BOOST_TEST(host.receive(from, frame, at_ms) == "");
  }

  void meet(const host_id& from, const host_profile& profile) {
    host.peer_up(from, now_ms);
    hear(from, announce{profile});
  }

  void deliver(std::uint64_t at_ms = now_ms) {
    host.deliver(1, key, "move", at_ms + 20 * second, at_ms);
  }

  std::optional<answer_request> answer() {
    for (const auto& c : host.take_commands())
      if (const auto* found = std::get_if<answer_request>(&c))
        return *found;
    return std::nullopt;
  }

  std::optional<answer_request> answer_at(std::uint64_t at_ms) {
    host.tick(at_ms);
    return answer();
  }
};

host_profile ready_for(std::uint32_t version) {
  return {{{"game", version}}, false, false, true};
}

} // namespace

BOOST_FIXTURE_TEST_CASE(a_message_to_a_session_that_nobody_up_knows_the_version_of_is_refused_soon, asked_host) {
  note_stranded(2);
  deliver();
  BOOST_TEST(!answer_at(now_ms + 400).has_value());
  const auto told = answer_at(now_ms + 500);
  BOOST_TEST_REQUIRE(told.has_value());
  BOOST_TEST((told->result == outcome::no_host));
  BOOST_TEST(told->payload == "no node that is up knows version 2 of game; hosted are game up to version 1");
}

BOOST_FIXTURE_TEST_CASE(a_node_that_knows_the_version_and_has_just_gone_is_waited_for, asked_host) {
  meet(other, ready_for(2));
  host.peer_down(other, now_ms);
  note_stranded(2);
  deliver();
  host.start(2, {"game", "new"}, {"game", 2, ""}, now_ms + 20 * second, now_ms);
  BOOST_TEST(!answer().has_value());
  BOOST_TEST(!answer_at(now_ms + 2'900).has_value());
  const auto told = answer_at(now_ms + 3'000);
  BOOST_TEST_REQUIRE(told.has_value());
  BOOST_TEST((told->result == outcome::no_host));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_comes_back_with_the_version_serves_what_has_waited, asked_host) {
  meet(other, ready_for(2));
  host.peer_down(other, now_ms);
  note_stranded(2);
  deliver();
  meet({"b", 7}, ready_for(2));
  BOOST_TEST(!answer_at(now_ms + 10 * second).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_request_whose_time_is_up_says_that_all_hosts_are_cordoned, asked_host) {
  auto cordoned = ready_for(2);
  cordoned.cordoned = true;
  meet(other, cordoned);
  note_stranded(2);
  deliver();
  BOOST_TEST(!answer_at(now_ms + 19 * second).has_value());
  const auto told = answer_at(now_ms + 20 * second);
  BOOST_TEST_REQUIRE(told.has_value());
  BOOST_TEST((told->result == outcome::hosts_cordoned));
  BOOST_TEST(told->payload == "version 2 of game: node b is cordoned");
}

BOOST_FIXTURE_TEST_CASE(a_session_that_only_draining_nodes_know_is_refused_soon, asked_host) {
  auto draining = ready_for(2);
  draining.draining = true;
  meet(other, draining);
  note_stranded(2);
  deliver();
  const auto told = answer_at(now_ms + 500);
  BOOST_TEST_REQUIRE(told.has_value());
  BOOST_TEST((told->result == outcome::hosts_draining));
}

BOOST_FIXTURE_TEST_CASE(a_start_says_that_all_nodes_drain, asked_host) {
  host_profile draining = ready_for(2);
  draining.draining = true;
  meet(other, draining);
  host.drain(now_ms);
  host.take_commands();
  host.start(1, key, {"game", 1, ""}, now_ms + 20 * second, now_ms);
  const auto told = answer();
  BOOST_TEST_REQUIRE(told.has_value());
  BOOST_TEST((told->result == outcome::hosts_draining));
}

BOOST_FIXTURE_TEST_CASE(a_request_whose_time_is_up_says_who_has_yet_to_be_met, asked_host) {
  host.set_unmet({"c"}, now_ms);
  note_stranded(2);
  deliver();
  BOOST_TEST(!answer_at(now_ms + 19 * second).has_value());
  const auto told = answer_at(now_ms + 20 * second);
  BOOST_TEST_REQUIRE(told.has_value());
  BOOST_TEST((told->result == outcome::hosts_not_ready));
}

BOOST_AUTO_TEST_CASE(a_host_that_has_not_caught_up_does_not_say_that_there_is_no_such_session) {
  session_host fresh{lone_host::options(), lone_host::now_ms};
  fresh.locate(1, key, lone_host::now_ms, lone_host::now_ms);
  fresh.tick(lone_host::now_ms);
  const auto told = busy_host<plain_kind>::first<answer_request>(fresh.take_commands());
  BOOST_TEST_REQUIRE(told.has_value());
  BOOST_TEST((told->result == outcome::hosts_not_ready));
}

BOOST_FIXTURE_TEST_CASE(what_keeps_another_host_from_a_session_is_passed_on_as_it_was_told, asked_host) {
  meet(other, ready_for(2));
  note_stranded(2);
  deliver();
  hear(other, impediment{key, outcome::not_recorded, "node b: the map is full"}, now_ms + 19 * second);
  const auto told = answer_at(now_ms + 20 * second);
  BOOST_TEST_REQUIRE(told.has_value());
  BOOST_TEST((told->result == outcome::not_recorded));
  BOOST_TEST(told->payload == "node b: the map is full");
}

BOOST_FIXTURE_TEST_CASE(a_host_whose_claim_is_refused_tells_the_others_why, asked_host) {
  meet(other, ready_for(1));
  session_record record;
  record.epoch = 2;
  record.revision = 1;
  record.owner = third;
  record.state = {"game", 1, "round 7"};
  // A session that is placed here, whose owner the other host still sees.
  session_key mine{"game", "0"};
  for (int n = 0; busy_host<plain_kind>::placed_with_other(mine) == other; ++n)
    mine.id = std::to_string(n);
  host.record_changed(mine, {{{crdt::replica_id{2}, 1}, crdt::shared_bytes{encode(record)}}}, now_ms);
  host.take_commands();
  hear(other, claim_answer{mine, 3, verdict::owned, 2});
  const auto sent = busy_host<plain_kind>::first<send_frame>(host.take_commands());
  BOOST_TEST_REQUIRE(sent.has_value());
  std::optional<impediment> said;
  decode_frame(sent->bytes, [&](peer_message&& m) {
    if (auto* found = std::get_if<impediment>(&m))
      said = std::move(*found);
  });
  BOOST_TEST_REQUIRE(said.has_value());
  BOOST_TEST((said->what == outcome::claim_refused));
  BOOST_TEST(said->detail == "node a may not take it over: node b sees its owner, node c");
}

BOOST_FIXTURE_TEST_CASE(a_record_that_the_map_does_not_take_is_the_reason_of_a_start, lone_host) {
  host.start(1, key, {"game", 1, ""}, now_ms + 1'000, now_ms);
  BOOST_TEST(takes_over());
  host.write_failed(key, now_ms, "the map is full");
  host.tick(now_ms + 1'000);
  const auto told = busy_host<plain_kind>::first<answer_request>(host.take_commands());
  BOOST_TEST_REQUIRE(told.has_value());
  BOOST_TEST((told->result == outcome::not_recorded));
  BOOST_TEST(told->payload == "node a: the map is full");
}

// -- sessions that end while they are being stopped ------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_session_that_has_done_its_work_when_it_is_told_to_move_is_over, busy_host<plain_kind>) {
  start({"A"});
  meet(other);
  host.drain(now_ms);
  BOOST_TEST_REQUIRE(stopped().size() == 1u);
  const session_key done{"game", "A"};
  BOOST_TEST(host.unsaved({}, 9).keys.size() == 1u);
  host.session_ended(done, runs.at(done), false, now_ms);
  carry_out();
  BOOST_TEST(host.unsaved({}, 9).keys.empty());
  BOOST_TEST(host.sessions({}, 100).sessions.empty());
  BOOST_TEST(host.is_vacated());
}

BOOST_FIXTURE_TEST_CASE(a_session_that_fails_when_it_is_told_to_move_goes_on_elsewhere_from_its_checkpoint,
                        busy_host<plain_kind>) {
  start({"A"});
  meet(other);
  host.drain(now_ms);
  BOOST_TEST_REQUIRE(stopped().size() == 1u);
  const session_key failed{"game", "A"};
  const auto run = runs.at(failed);
  runs.clear();
  host.session_ended(failed, run, true, now_ms, "as it was told");
  carry_out();
  BOOST_TEST_REQUIRE(host.sessions({}, 100).sessions.size() == 1u);
  BOOST_TEST((host.sessions({}, 100).sessions.front().phase == session_phase::moving));
  // It is not started again here, whatever happens.
  host.tick(now_ms + 10'000);
  carry_out();
  BOOST_TEST(runs.empty());
}

// -- a session that has run on two nodes -----------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(the_winner_makes_one_state_of_two_and_goes_on_with_it, busy_host<resolving_kind>) {
  start({"A"});
  hear(other, loser_state{{"game", "A"}, {"game", 1, "of the loser"}});
  BOOST_TEST_REQUIRE(stopped().size() == 1u);
  host.session_stopped({"game", "A"}, runs.at({"game", "A"}), snapshot{"game", 1, "of the winner"}, now_ms);
  const auto conflict = first<resolve_conflict>(host.take_commands());
  BOOST_TEST_REQUIRE(conflict.has_value());
  BOOST_TEST(conflict->winner.bytes == "of the winner");
  BOOST_TEST(conflict->loser.bytes == "of the loser");
  host.resolved(conflict->key, conflict->run, {"game", 1, "of both"}, now_ms);
  carry_out();
  BOOST_TEST(states.at({"game", "A"}).bytes == "of both");
}

BOOST_FIXTURE_TEST_CASE(the_state_of_the_winner_stays_if_the_kind_does_not_resolve, busy_host<plain_kind>) {
  start({"A"});
  hear(other, loser_state{{"game", "A"}, {"game", 1, "of the loser"}});
  BOOST_TEST(stopped().empty());
}

BOOST_FIXTURE_TEST_CASE(the_loser_is_stopped_and_reports_its_last_state_to_the_winner_and_in_an_event,
                        busy_host<plain_kind>) {
  start({"A"});
  const session_key lost{"game", "A"};
  meet(other);
  host.take_commands();
  session_record winner;
  winner.epoch = 7;
  winner.revision = 1;
  winner.owner = other;
  winner.state = {"game", 1, "of the winner"};
  host.record_changed(lost, {{{crdt::replica_id{2}, 1}, crdt::shared_bytes{encode(winner)}}}, now_ms);
  BOOST_TEST_REQUIRE(stopped().size() == 1u);
  host.session_stopped(lost, runs.at(lost), snapshot{"game", 1, "of the loser"}, now_ms);
  const auto commands = host.take_commands();
  const auto event = first<host_event>(commands);
  BOOST_TEST_REQUIRE(event.has_value());
  BOOST_TEST((event->what == host_event::type::lost));
  BOOST_TEST((event->other == other));
  BOOST_TEST(event->state.bytes == "of the loser");
  const auto sent = first<send_frame>(commands);
  BOOST_TEST_REQUIRE(sent.has_value());
  std::string expected;
  append(expected, loser_state{lost, {"game", 1, "of the loser"}});
  BOOST_TEST((sent->to == other));
  BOOST_TEST((sent->bytes == expected));
}

// -- rebalancing -----------------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_node_that_joins_takes_over_its_share_a_few_at_a_time, busy_host<rebalanced_kind>) {
  const auto ids = many();
  start(ids);
  meet(other);
  // What is placed there is told to stop, two at a time; the rest stays.
  std::set<session_key> moved;
  for (auto now = stopped(); !now.empty(); now = stopped()) {
    BOOST_TEST(now.size() <= 2u);
    for (const auto& key : now) {
      BOOST_TEST((placed_with_other(key) == other));
      moved.insert(key);
      host.session_stopped(key, runs.at(key), snapshot{"game", 1, "last"}, now_ms);
      carry_out();
      take_over(key, other);
    }
  }
  for (const auto& id : ids) {
    const session_key key{"game", id};
    BOOST_TEST(moved.contains(key) == (placed_with_other(key) == other), "session " << id);
  }
  BOOST_TEST(moved.size() > 2u);
  BOOST_TEST(moved.size() < ids.size());
}

BOOST_FIXTURE_TEST_CASE(sessions_stay_where_they_are_when_a_node_joins_if_rebalancing_is_off, busy_host<plain_kind>) {
  start(many());
  meet(other);
  BOOST_TEST(stopped().empty());
}

// -- with `pause` ----------------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_claim_that_is_granted_within_the_guard_is_taken, careful_host) {
  claim_from_lost_owner();
  grant(now_ms + lease_options{}.guard_ms - 1);
  BOOST_TEST(takes_over());
}

BOOST_FIXTURE_TEST_CASE(a_claim_that_is_granted_later_than_the_guard_is_given_up, careful_host) {
  claim_from_lost_owner();
  grant(now_ms + lease_options{}.guard_ms);
  BOOST_TEST(!takes_over());
}

BOOST_FIXTURE_TEST_CASE(a_claim_needs_no_grant_of_a_host_that_has_just_started, careful_host) {
  claim_from_lost_owner();
  hear(third, claim_answer{key, 3, verdict::not_ready, 0}, now_ms + 1);
  hear(other, claim_answer{key, 3, verdict::granted, 3}, now_ms + 1);
  BOOST_TEST(takes_over());
}

BOOST_FIXTURE_TEST_CASE(a_host_that_pauses_leaves_what_it_is_about_to_take_to_others, careful_host) {
  claim_from_lost_owner();
  grant(now_ms);
  const auto taken = written_by(host.take_commands());
  BOOST_REQUIRE(taken);
  BOOST_TEST((taken->phase == session_phase::running));
  // The lease runs out, and is renewed before the record is held by others.
  const auto later_ms = now_ms + lease_options{}.lease_ms;
  hear(other, lease_answer{later_ms}, later_ms);
  BOOST_TEST(!host.is_paused());
  host.write_done(key, {true, true, {{{crdt::replica_id{1}, 1}, crdt::shared_bytes{encode(*taken)}}}}, later_ms);
  const auto left = written_by(host.take_commands());
  BOOST_REQUIRE(left);
  BOOST_TEST((left->phase == session_phase::placing));
}

BOOST_FIXTURE_TEST_CASE(a_host_that_has_just_started_does_not_say_whether_an_epoch_may_run, careful_host) {
  session_host fresh{options(), now_ms};
  fresh.caught_up(now_ms);
  fresh.peer_up(other, now_ms);
  fresh.take_commands();
  std::string frame;
  append(frame, run_question{key, 2});
  fresh.receive(other, frame, now_ms);
  BOOST_TEST(fresh.take_commands().empty());
}

namespace {

/// It runs a session, and has been asked by a majority's leave.
struct running_careful_host : careful_host {
  static constexpr std::uint64_t thawed_ms = now_ms + 1'000;

  running_careful_host() {
    claim_from_lost_owner();
    grant(now_ms);
    const auto taken = written_by(host.take_commands());
    BOOST_REQUIRE(taken);
    host.write_done(key, {true, true, {{{crdt::replica_id{1}, 1}, crdt::shared_bytes{encode(*taken)}}}}, now_ms);
    hear(other, run_answer{key, taken->epoch, true}, now_ms);
    BOOST_REQUIRE(has<start_session>());
    host.deliver(1, key, "before", now_ms + 60'000, now_ms);
    BOOST_REQUIRE(has<hand_message>());
  }

  template <class Command>
  bool has() {
    const auto commands = host.take_commands();
    return std::any_of(commands.begin(), commands.end(),
                       [](const command& c) { return std::holds_alternative<Command>(c); });
  }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_host_that_was_not_run_hands_over_no_message_before_a_majority_has_answered_it,
                        running_careful_host) {
  host.was_not_run(0, thawed_ms);
  // It asks at once.
  BOOST_TEST(has<send_frame>());
  host.deliver(2, key, "after", thawed_ms + 60'000, thawed_ms);
  // What was asked before the freeze says nothing.
  hear(third, lease_answer{now_ms + 900}, thawed_ms);
  BOOST_TEST(!has<hand_message>());
  BOOST_TEST(!host.is_paused());
  hear(third, lease_answer{thawed_ms}, thawed_ms + 5);
  BOOST_TEST(has<hand_message>());
}

BOOST_FIXTURE_TEST_CASE(a_host_that_was_not_run_for_longer_than_the_lease_pauses_before_anything_else,
                        running_careful_host) {
  const auto late_ms = now_ms + 2'000;
  host.was_not_run(0, late_ms);
  BOOST_TEST(host.is_paused());
  BOOST_TEST(has<stop_session>());
}

BOOST_FIXTURE_TEST_CASE(time_that_its_clock_has_not_counted_makes_the_lease_run_out, running_careful_host) {
  host.was_not_run(2'000, now_ms + 10);
  BOOST_TEST(host.is_paused());
  BOOST_TEST(has<stop_session>());
}

namespace {

/// A host that knows the sessions 1 to 9 of a node that nobody sees, and looks at two of them in one call.
struct crowded_host {
  session_host host{options(), 1'000};

  static session_host_options options() {
    auto result = lone_host::options();
    result.step_sessions_max = 2;
    return result;
  }

  crowded_host() {
    for (std::uint64_t i = 1; i <= 9; ++i) {
      session_record record;
      record.phase = i == 5 ? session_phase::stopped : session_phase::running;
      record.epoch = 2;
      record.revision = 1;
      record.owner = other;
      host.record_changed({"game", std::to_string(i)}, {{{crdt::replica_id{2}, i}, crdt::shared_bytes{encode(record)}}},
                          1'000);
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(sessions_are_listed_by_key_in_parts_and_those_that_have_ended_are_not, crowded_host) {
  std::vector<std::string> ids;
  session_listing part;
  session_key after;
  auto parts = 0;
  do {
    part = host.sessions(after, 2);
    for (const auto& s : part.sessions)
      ids.push_back(s.key.id);
    after = part.last.value_or(session_key{});
    ++parts;
  } while (part.last);
  BOOST_TEST(ids == (std::vector<std::string>{"1", "2", "3", "4", "6", "7", "8", "9"}),
             boost::test_tools::per_element());
  BOOST_TEST(parts == 5);
}

BOOST_FIXTURE_TEST_CASE(running_sessions_are_counted_by_node, crowded_host) {
  BOOST_TEST(host.running().at("b") == 8u);
  host.record_changed({"game", "1"}, {}, 1'000);
  BOOST_TEST(host.running().at("b") == 7u);
}

BOOST_FIXTURE_TEST_CASE(of_more_sessions_than_one_call_looks_at_none_is_left_out, crowded_host) {
  std::set<session_key> taken;
  auto note = [&] {
    for (const auto& c : host.take_commands())
      if (const auto* write = std::get_if<write_record>(&c))
        taken.insert(write->key);
  };
  host.caught_up(1'000);
  note();
  BOOST_TEST(taken.size() < 8u);
  for (auto ticks = 0; ticks < 5; ++ticks) {
    host.tick(1'000);
    note();
  }
  BOOST_TEST(taken.size() == 8u);
}

// -- requests that nobody waits for any more --------------------------------------------------------------------------

namespace {

constexpr std::uint64_t in_a_minute = lone_host::now_ms + 60'000;

template <class Wanted>
std::vector<Wanted> only(const std::vector<command>& commands) {
  std::vector<Wanted> result;
  for (const auto& c : commands)
    if (const auto* found = std::get_if<Wanted>(&c))
      result.push_back(*found);
  return result;
}

/// The messages of one kind that the commands send.
template <class Message>
std::vector<Message> sent(const std::vector<command>& commands) {
  std::vector<Message> result;
  for (const auto& frame : only<send_frame>(commands))
    decode_frame(frame.bytes, [&](peer_message&& m) {
      if (auto* found = std::get_if<Message>(&m))
        result.push_back(std::move(*found));
    });
  return result;
}

void hear(session_host& host, const peer_message& message) {
  std::string frame;
  append(frame, message);
  BOOST_TEST(host.receive(other, frame, lone_host::now_ms) == "");
}

/// The record that is to be written is.
void write(session_host& host, const std::vector<command>& commands) {
  const auto writes = only<write_record>(commands);
  BOOST_REQUIRE(writes.size() == 1u);
  host.write_done(key, {true, true, {{{crdt::replica_id{1}, 1}, crdt::shared_bytes{writes.front().value}}}},
                  lone_host::now_ms);
}

} // namespace

BOOST_FIXTURE_TEST_CASE(a_withdrawn_message_that_waits_for_its_session_is_dropped, lone_host) {
  host.deliver(1, key, "of one that has ended", in_a_minute, now_ms);
  host.deliver(2, key, "of one that waits", in_a_minute, now_ms);
  host.withdraw(1, now_ms);
  host.start(3, key, {"game", 1, "new"}, in_a_minute, now_ms);
  write(host, host.take_commands());
  const auto messages = only<hand_message>(host.take_commands());
  BOOST_REQUIRE(messages.size() == 1u);
  BOOST_TEST(messages.front().payload == "of one that waits");
}

BOOST_FIXTURE_TEST_CASE(what_waits_for_its_session_here_is_dropped_when_another_host_withdraws_it, lone_host) {
  host.start(1, key, {"game", 1, "new"}, in_a_minute, now_ms);
  const auto commands = host.take_commands();
  host.peer_up(other, now_ms);
  hear(host, delivery{5, key, 1, "of one that has ended"});
  hear(host, request_withdrawn{5, key});
  host.take_commands();
  write(host, commands);
  const auto then = host.take_commands();
  BOOST_TEST(only<start_session>(then).size() == 1u);
  BOOST_TEST(only<hand_message>(then).empty());
  BOOST_TEST(sent<response>(then).empty());
}

BOOST_FIXTURE_TEST_CASE(a_withdrawn_start_begins_nothing, lone_host) {
  host.peer_up(other, now_ms);
  host.start(1, key, {"game", 1, "new"}, in_a_minute, now_ms);
  host.take_commands();
  host.withdraw(1, now_ms);
  hear(host, claim_answer{key, 1, verdict::granted, 1});
  BOOST_TEST(only<write_record>(host.take_commands()).empty());
}

BOOST_FIXTURE_TEST_CASE(a_message_that_has_gone_to_another_host_is_withdrawn_there, lone_host) {
  host.peer_up(other, now_ms);
  note_run_of_other();
  host.deliver(1, key, "message", in_a_minute, now_ms);
  BOOST_TEST(sent<delivery>(host.take_commands()).size() == 1u);
  host.withdraw(1, now_ms);
  const auto withdrawn = sent<request_withdrawn>(host.take_commands());
  BOOST_REQUIRE(withdrawn.size() == 1u);
  BOOST_TEST(withdrawn.front().number == 1u);
  // What the other host had done before is nobody's business any more.
  hear(host, response{1, outcome::done, other, "answer"});
  BOOST_TEST(only<answer_request>(host.take_commands()).empty());
}

BOOST_FIXTURE_TEST_CASE(a_message_that_has_been_handed_to_its_session_is_handled, lone_host) {
  host.start(1, key, {"game", 1, "new"}, in_a_minute, now_ms);
  write(host, host.take_commands());
  host.take_commands();
  host.deliver(2, key, "message", in_a_minute, now_ms);
  const auto handed = only<hand_message>(host.take_commands());
  BOOST_REQUIRE(handed.size() == 1u);
  host.withdraw(2, now_ms);
  // The next one waits for nothing, and is handed over behind it.
  host.deliver(3, key, "next", in_a_minute, now_ms);
  BOOST_TEST(only<hand_message>(host.take_commands()).size() == 1u);
  host.handled(key, handed.front().origin, 2, "answer", now_ms);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::session::session_host_events_test
