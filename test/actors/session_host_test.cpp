#include "actors/session_host.hpp"

#include "actors/caf_edition.hpp"
#include "actors/internal/cluster_membership.hpp"
#include "actors/network/basp.hpp"
#include "actors/state_handoff.hpp"
#include "test/support/measured.hpp"
#include "test/support/open_port.hpp"
#include "test/support/reserved_port.hpp"
#include "test/support/sanitized.hpp"
#include "test/support/test_system.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace session_host_test {

using namespace ariadne;
using namespace ariadne::test;
using namespace std::chrono_literals;

namespace {

/// The state of the sessions of these tests: all messages that they have handled. In version 2 it begins with a "2".
constexpr auto type_name = "transcript";

/// How many of these sessions run, by id, over all nodes of this process, and what is wrong with that.
class running_sessions {
public:
  void begins(const std::string& id) {
    std::lock_guard guard{mutex_};
    most_ = std::max(most_, ++running_[id]);
  }
  void ends(const std::string& id) {
    std::lock_guard guard{mutex_};
    --running_[id];
  }
  int most() const {
    std::lock_guard guard{mutex_};
    return most_;
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, int> running_;
  int most_ = 0;
};

struct transcript_state {
  std::shared_ptr<running_sessions> running;
  session_start start;
  std::uint32_t version = 1;
  std::string said;
  ~transcript_state() {
    end();
  }
  void end() {
    if (auto counted = std::exchange(running, nullptr))
      counted->ends(start.id);
  }
};

session_actor::behavior_type transcript(session_actor::stateful_pointer<transcript_state> self, session_start start,
                                        std::uint32_t version, std::shared_ptr<running_sessions> running) {
  auto& state = state_of(self);
  state.said = start.state ? start.state->bytes : std::string{};
  state.start = std::move(start);
  state.version = version;
  state.running = std::move(running);
  state.running->begins(state.start.id);
  auto saved = [&state] { return snapshot{type_name, state.version, state.said}; };
  return {
    [=, &state](deliver_atom, const std::string& message) -> caf::result<std::string> {
      if (message == "refuse")
        return make_error(ec::refused, "as it was told");
      if (message == "die") {
        self->quit(caf::sec::runtime_error);
        return make_error(ec::refused);
      }
      if (message == "finish") {
        self->quit();
        return std::string{"bye"};
      }
      if (message == "save")
        state.start.checkpoint(saved());
      else
        state.said += message + ";";
      return state.said;
    },
    [=](snapshot_atom) { return saved(); },
    [=, &state](stop_atom) -> caf::result<snapshot> {
      if (state.said == "die at the end;" || state.said == "finish at the end;") {
        self->quit(state.said.front() == 'd' ? make_error(ec::refused, "as it was told") : caf::error{});
        return self->make_response_promise<snapshot>();
      }
      self->quit();
      // Its answer lets another one begin, perhaps before this one is destroyed.
      state.end();
      return saved();
    },
  };
}

session_kind transcript_kind(std::uint32_t version, const std::shared_ptr<running_sessions>& running) {
  session_kind kind;
  kind.schema_version = version;
  kind.spawn = [=](caf::actor_system& system, session_start start) -> caf::expected<session_actor> {
    return system.spawn(transcript, std::move(start), version, running);
  };
  return kind;
}

/// Some nodes of one cluster, each an actor system of its own in this process.
class cluster {
public:
  struct node {
    std::unique_ptr<test_system> host = std::make_unique<test_system>();
    peer_membership_actor membership;
    state_handoff_actor handoff;
    session_host_actor sessions;
  };

  explicit cluster(std::vector<std::string> names) : names_(std::move(names)) {
    for (const auto& name : names_)
      ports_[name] = std::make_unique<reserved_port>();
  }

  node& start(const std::string& name, std::map<std::string, session_kind> kinds,
              session::minority_policy minority = session::minority_policy::run) {
    auto& n = nodes_[name];
    n = {};
    cluster_membership_options membership;
    membership.cluster = "test";
    membership.node = name;
    membership.address = {"127.0.0.1", ports_[name]->number()};
    for (const auto& other : names_)
      membership.seeds.push_back({other, {"127.0.0.1", ports_[other]->number()}});
    membership.reconnect_min = 10ms;
    membership.reconnect_max = 100ms;
    // Nodes in one process are silent only if the machine is busy.
    membership.heartbeats.tolerance = 10s;
    n.membership = n.host->keep(spawn_cluster_membership(n.host->system, membership));
    open_port(n.host->system, n.membership, membership.address, log_nothing);
    session_host_options hosting;
    hosting.node = name;
    hosting.kinds = std::move(kinds);
    hosting.configured_nodes = {names_.begin(), names_.end()};
    hosting.minority = minority;
    hosting.drain_timeout = 60s;
    n.sessions = n.host->keep(spawn_session_host(n.host->system, std::move(hosting)));
    // As the supervisor does, by whose names the hosts find each other.
    register_actor(n.host->system, membership_name, n.membership);
    register_actor(n.host->system, to_string(host_atom_v), n.sessions);
    start_handoff(name);
    return n;
  }

  void start_handoff(const std::string& name) {
    auto& n = nodes_.at(name);
    state_handoff_options handoff;
    handoff.cluster = "test";
    handoff.node = name;
    for (const auto& other : names_)
      if (other != name)
        handoff.expected_nodes.push_back(other);
    n.handoff = n.host->keep(spawn_state_handoff(n.host->system, handoff));
    mail(n.host->self, handoff_atom_v, n.handoff).send(n.membership);
    mail(n.host->self, register_atom_v, caf::actor_cast<participant_actor>(n.sessions)).send(n.handoff);
    mail(n.host->self, handoff_atom_v, n.handoff).send(n.sessions);
  }

  /// As a power failure would end it.
  void kill(const std::string& name) {
    nodes_.erase(name);
  }

  template <class Answer, class... Ts>
  Answer ask(const std::string& name, Ts... request) {
    auto& n = nodes_.at(name);
    return n.host->ask<Answer>(n.sessions, std::move(request)...);
  }

  template <class Answer, class... Ts>
  caf::expected<Answer> try_ask(const std::string& name, Ts... request) {
    auto& n = nodes_.at(name);
    return n.host->try_ask<Answer>(n.sessions, std::move(request)...);
  }

  std::string deliver(const std::string& name, const std::string& id, const std::string& message) {
    return ask<std::string>(name, deliver_atom_v, std::string{"talk"}, id, message);
  }

  /// Waits until the hosts of all nodes are connected.
  void settle() {
    for (const auto& [name, n] : nodes_)
      BOOST_REQUIRE(eventually(
        [&, &name = name] { return ask<session_host_status>(name, status_atom_v).hosts.size() == nodes_.size(); }));
  }

  drain_report drain(const std::string& name) {
    auto& n = nodes_.at(name);
    constexpr std::chrono::seconds limit{60};
    const auto limit_ms = static_cast<std::uint64_t>(std::chrono::milliseconds{limit}.count());
    auto report =
      n.host->try_ask_within<drain_report>(2 * limit + patience, n.handoff, drain_atom_v, limit_ms, limit_ms);
    if (!report)
      throw std::runtime_error(describe(report.error()));
    return std::move(*report);
  }

  node& at(const std::string& name) {
    return nodes_.at(name);
  }

private:
  std::vector<std::string> names_;
  std::map<std::string, std::unique_ptr<reserved_port>> ports_;
  std::map<std::string, node> nodes_;
};

struct two_nodes {
  std::shared_ptr<running_sessions> running = std::make_shared<running_sessions>();
  cluster nodes{{"a", "b"}};

  two_nodes() {
    for (const auto* name : {"a", "b"})
      nodes.start(name, {{"talk", transcript_kind(1, running)}});
    nodes.settle();
  }

  static std::string other(const std::string& node) {
    return node == "a" ? "b" : "a";
  }

  session_place start(const std::string& at, const std::string& id) {
    return nodes.ask<session_place>(at, start_atom_v, std::string{"talk"}, id);
  }
  session_place locate(const std::string& at, const std::string& id) {
    return nodes.ask<session_place>(at, locate_atom_v, std::string{"talk"}, id, std::uint64_t{20'000});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(session_host, two_nodes)

BOOST_AUTO_TEST_CASE(a_session_is_started_once_and_found_from_every_node) {
  const auto place = start("a", "1");
  BOOST_TEST(start("b", "1").node == place.node);
  for (const auto* name : {"a", "b"}) {
    const auto found = locate(name, "1");
    BOOST_TEST(found.node == place.node);
    BOOST_REQUIRE(found.session);
    auto& n = nodes.at(name);
    BOOST_TEST(
      (n.host->ask<std::string>(caf::actor_cast<session_actor>(found.session), deliver_atom_v, std::string{name})
         .find(name)
       != std::string::npos));
  }
  BOOST_TEST(running->most() == 1);
}

BOOST_AUTO_TEST_CASE(a_session_begins_with_the_state_that_it_is_given) {
  nodes.ask<session_place>("a", start_atom_v, std::string{"talk"}, std::string{"1"}, snapshot{type_name, 1, "begun;"});
  BOOST_TEST(nodes.deliver("b", "1", "x") == "begun;x;");
}

BOOST_AUTO_TEST_CASE(messages_of_one_host_are_handled_in_order_while_the_session_moves) {
  const auto place = start("a", "1");
  const auto sender = other(place.node);
  auto& from = nodes.at(sender);
  constexpr int count = 200;
  std::string expected;
  std::vector<std::string> answers;
  for (int i = 0; i < count; ++i)
    expected += std::to_string(i) + ";";
  auto send = [&](int first, int last) {
    for (int i = first; i < last; ++i)
      mail(from.host->self, deliver_atom_v, std::string{"talk"}, std::string{"1"}, std::to_string(i))
        .send(from.sessions);
  };
  send(0, count / 2);
  auto& mover = nodes.at(place.node);
  mail(mover.host->self, drain_atom_v, std::uint64_t{10'000}, std::uint64_t{10'000}).send(mover.handoff);
  send(count / 2, count);
  BOOST_TEST(nodes.deliver(sender, "1", "end") == expected + "end;");
  BOOST_TEST(locate(sender, "1").node == sender);
  BOOST_TEST(running->most() == 1);
}

BOOST_AUTO_TEST_CASE(a_drain_moves_every_session_with_its_state) {
  for (int i = 0; i < 50; ++i) {
    start("a", std::to_string(i));
    nodes.deliver("b", std::to_string(i), "x");
  }
  const auto report = nodes.drain("a");
  BOOST_TEST(report.complete);
  BOOST_TEST(report.leftovers.size() == 0u);
  for (int i = 0; i < 50; ++i) {
    BOOST_TEST(locate("b", std::to_string(i)).node == "b");
    BOOST_TEST(nodes.deliver("a", std::to_string(i), "y") == "x;y;");
  }
  BOOST_TEST(running->most() == 1);
}

BOOST_AUTO_TEST_CASE(a_session_goes_on_from_its_last_checkpoint_when_its_node_dies) {
  const auto place = start("a", "1");
  const auto survivor = other(place.node);
  nodes.deliver(survivor, "1", "kept");
  nodes.deliver(survivor, "1", "save");
  // Once the other node holds what is written behind the checkpoint, it holds that, too.
  auto& owner = nodes.at(place.node);
  const auto behind = owner.host->ask<receipt>(owner.handoff, stash_atom_v, std::string{"behind"}, snapshot{});
  BOOST_REQUIRE(behind.holders.size() == 2u);
  nodes.deliver(survivor, "1", "lost");
  nodes.kill(place.node);
  BOOST_REQUIRE(eventually([&] {
    const auto found = nodes.try_ask<session_place>(survivor, locate_atom_v, std::string{"talk"}, std::string{"1"},
                                                    std::uint64_t{20'000});
    return found && found->node == survivor;
  }));
  BOOST_TEST(nodes.deliver(survivor, "1", "x") == "kept;x;");
}

BOOST_AUTO_TEST_CASE(a_session_that_fails_is_started_again_from_its_last_checkpoint) {
  start("a", "1");
  nodes.deliver("a", "1", "kept");
  nodes.deliver("a", "1", "save");
  nodes.deliver("a", "1", "lost");
  const auto answer =
    nodes.try_ask<std::string>("a", deliver_atom_v, std::string{"talk"}, std::string{"1"}, std::string{"die"});
  BOOST_TEST(!answer);
  BOOST_TEST(nodes.deliver("a", "1", "x") == "kept;x;");
}

BOOST_AUTO_TEST_CASE(a_session_that_has_done_its_work_is_over) {
  start("a", "1");
  BOOST_TEST(nodes.deliver("b", "1", "finish") == "bye");
  BOOST_TEST(eventually(
    [&] { return nodes.ask<sessions_page>("b", sessions_atom_v, std::string{}, std::string{}).sessions.empty(); }));
}

BOOST_AUTO_TEST_CASE(a_session_that_is_stopped_is_known_nowhere) {
  start("a", "1");
  BOOST_TEST(nodes.ask<bool>("b", stop_atom_v, std::string{"talk"}, std::string{"1"}));
  const auto again = nodes.try_ask<bool>("a", stop_atom_v, std::string{"talk"}, std::string{"1"});
  BOOST_REQUIRE(!again);
  BOOST_TEST((again.error() == ec::session_unknown), describe(again.error()));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_a_clear_error) {
  const auto unknown = nodes.try_ask<session_place>("a", locate_atom_v, std::string{"talk"}, std::string{"no"});
  BOOST_REQUIRE(!unknown);
  BOOST_TEST((unknown.error() == ec::session_unknown), describe(unknown.error()));
  const auto kind = nodes.try_ask<session_place>("a", start_atom_v, std::string{"other"}, std::string{"1"});
  BOOST_REQUIRE(!kind);
  BOOST_TEST((kind.error() == ec::no_session_host), describe(kind.error()));
  const auto invalid = nodes.try_ask<session_place>("a", start_atom_v, std::string{"a/b"}, std::string{"1"});
  BOOST_REQUIRE(!invalid);
  BOOST_TEST((invalid.error() == ec::session_name_invalid), describe(invalid.error()));
  start("a", "1");
  const auto refused =
    nodes.try_ask<std::string>("b", deliver_atom_v, std::string{"talk"}, std::string{"1"}, std::string{"refuse"});
  BOOST_REQUIRE(!refused);
  BOOST_TEST(describe(refused.error()) == "the session refuses the message: as it was told");
}

BOOST_AUTO_TEST_CASE(a_name_that_cannot_be_shown_or_could_be_another_ones_is_refused) {
  for (const auto& [kind, id] : std::vector<std::pair<std::string, std::string>>{
         {"", "1"}, {"talk", ""}, {"ta\nlk", "1"}, {"talk", std::string("1\0", 2)}, {"talk", std::string(513, 'x')}}) {
    const auto started = nodes.try_ask<session_place>("a", start_atom_v, kind, id);
    BOOST_REQUIRE(!started);
    BOOST_TEST((started.error() == ec::session_name_invalid), describe(started.error()));
  }
}

BOOST_AUTO_TEST_CASE(a_state_of_a_user_and_the_record_of_a_session_lie_beside_each_other) {
  auto& n = nodes.at("a");
  const std::string key{"session/talk/1"};
  n.host->ask<receipt>(n.handoff, stash_atom_v, key, snapshot{"bytes", 1, "mine"});
  start("a", "1");
  nodes.deliver("a", "1", "x");
  BOOST_TEST((n.host->ask<pickup_result>(n.handoff, take_atom_v, key).state.bytes == "mine"));
  BOOST_TEST(nodes.deliver("b", "1", "y") == "x;y;");
  BOOST_TEST(n.host->ask<keys_page>(n.handoff, keys_atom_v, std::string{}, std::string{}).keys.empty());
}

BOOST_AUTO_TEST_CASE(a_session_that_dies_while_its_node_drains_is_left_over_with_the_reason) {
  const auto place = start("a", "1");
  nodes.deliver("a", "1", "die at the end");
  const auto report = nodes.drain(place.node);
  BOOST_TEST(!report.complete);
  BOOST_TEST_REQUIRE(report.leftovers.size() == 1u);
  BOOST_TEST(report.leftovers[0].key == "session talk/1");
  BOOST_TEST(report.leftovers[0].reason.find("as it was told; it goes on from its last checkpoint")
               != std::string::npos,
             report.leftovers[0].reason);
  BOOST_TEST(locate(other(place.node), "1").node == other(place.node));
}

BOOST_AUTO_TEST_CASE(a_session_that_has_done_its_work_when_its_node_drains_is_not_started_again) {
  const auto place = start("a", "1");
  nodes.deliver("a", "1", "finish at the end");
  BOOST_TEST(nodes.drain(place.node).complete);
  BOOST_TEST(eventually([&] {
    return nodes.ask<sessions_page>(other(place.node), sessions_atom_v, std::string{}, std::string{}).sessions.empty();
  }));
}

BOOST_AUTO_TEST_CASE(a_cordoned_node_takes_no_new_sessions) {
  BOOST_TEST(!nodes.ask<bool>("a", cordon_atom_v, true));
  BOOST_REQUIRE(eventually([&] { return nodes.ask<session_host_status>("a", status_atom_v).is_cordoned; }));
  for (int i = 0; i < 20; ++i)
    BOOST_TEST(start("a", std::to_string(i)).node == "b");
  BOOST_TEST(nodes.ask<bool>("a", cordon_atom_v, false));
}

BOOST_AUTO_TEST_CASE(sessions_go_on_while_the_handoff_pair_is_started_anew) {
  const auto place = start("a", "1");
  nodes.deliver("a", "1", "x");
  auto& n = nodes.at(place.node);
  n.host->self->monitor(n.handoff);
  caf::anon_send_exit(n.handoff, caf::exit_reason::kill);
  n.host->self->receive([](const caf::down_msg&) {});
  BOOST_TEST(nodes.deliver(place.node, "1", "y") == "x;y;");
  nodes.start_handoff(place.node);
  BOOST_TEST(nodes.deliver(other(place.node), "1", "z") == "x;y;z;");
  start(place.node, "2");
  BOOST_TEST(nodes.drain(place.node).complete);
  BOOST_TEST(nodes.deliver(other(place.node), "1", "!") == "x;y;z;!;");
  BOOST_TEST(running->most() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(session_host_large, two_nodes)

BOOST_AUTO_TEST_CASE(thousands_of_idle_sessions_leave_a_node) {
  using clock = std::chrono::steady_clock;
  constexpr std::size_t count = is_sanitized ? 2'000 : 10'000;
  nodes.ask<bool>("b", cordon_atom_v, true);
  auto& a = nodes.at("a");
  // The cordon has to be known there before the first session is placed.
  BOOST_REQUIRE(eventually([&] {
    static int probe = 0;
    return start("a", "probe" + std::to_string(++probe)).node == "a";
  }));
  const snapshot state{type_name, 1, std::string(1'024, 'x')};
  std::size_t started = 0;
  while (started < count) {
    constexpr std::size_t batch = 500;
    for (std::size_t i = 0; i < batch; ++i)
      mail(a.host->self, start_atom_v, std::string{"talk"}, std::to_string(started + i), state).send(a.sessions);
    started += batch;
    BOOST_REQUIRE(eventually([&] { return nodes.ask<session_host_status>("a", status_atom_v).running >= started; }));
  }
  nodes.ask<bool>("b", cordon_atom_v, false);
  BOOST_REQUIRE(eventually([&] { return !nodes.ask<session_host_status>("b", status_atom_v).is_cordoned; }));
  const auto begin = clock::now();
  const auto report = nodes.drain("a");
  const std::chrono::duration<double> seconds = clock::now() - begin;
  BOOST_TEST(report.complete);
  BOOST_TEST(report.leftovers.size() == 0u);
  BOOST_TEST(eventually([&] { return nodes.ask<session_host_status>("b", status_atom_v).running >= count; }));
  BOOST_TEST(running->most() == 1);
  measured("sessions moved by a drain, 1 KiB each", static_cast<double>(count) / seconds.count(), "1/s");
}

BOOST_AUTO_TEST_CASE(the_gap_of_a_session_whose_node_drains) {
  using clock = std::chrono::steady_clock;
  std::vector<double> gaps_ms;
  for (int i = 0; i < 100; ++i)
    start("a", std::to_string(i));
  const auto& b = nodes.at("b");
  auto& a = nodes.at("a");
  mail(a.host->self, drain_atom_v, std::uint64_t{10'000}, std::uint64_t{10'000}).send(a.handoff);
  // Each message waits while its session is on the move.
  for (int round = 0; round < 20; ++round)
    for (int i = 0; i < 100; ++i) {
      const auto asked = clock::now();
      b.host->ask<std::string>(b.sessions, deliver_atom_v, std::string{"talk"}, std::to_string(i), std::string{"x"});
      gaps_ms.push_back(std::chrono::duration<double, std::milli>{clock::now() - asked}.count());
    }
  measured_spread("answer of a session while its node drains", std::move(gaps_ms), "ms");
  BOOST_TEST(running->most() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(session_host_silence)

BOOST_AUTO_TEST_CASE(a_drain_does_not_wait_for_a_silent_host_whose_node_is_down) {
  std::promise<void> is_asked;
  std::once_flag asked_once;
  std::promise<void> may_go_on;
  cluster nodes{{"a", "b"}};
  // Before the nodes end, whatever becomes of the test.
  const std::shared_ptr<void> at_the_end{nullptr, [&](void*) { may_go_on.set_value(); }};
  session_kind stuck;
  stuck.spawn = [&, end = may_go_on.get_future().share()](caf::actor_system&,
                                                          session_start) -> caf::expected<session_actor> {
    std::call_once(asked_once, [&] { is_asked.set_value(); });
    end.wait();
    return make_error(ec::refused);
  };
  nodes.start("a", {});
  auto& b = nodes.start("b", {{"stuck", stuck}});
  nodes.settle();
  mail(b.host->self, start_atom_v, std::string{"stuck"}, std::string{"1"}).send(b.sessions);
  is_asked.get_future().wait();
  auto& a = nodes.at("a");
  mail(a.host->self, node_down_atom_v, std::string{"b"}).send(caf::actor_cast<node_handoff_actor>(a.handoff));
  BOOST_TEST(nodes.drain("a").complete);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(session_host_versions)

BOOST_AUTO_TEST_CASE(a_state_of_a_newer_version_is_started_only_where_it_is_known) {
  const auto running = std::make_shared<running_sessions>();
  cluster nodes{{"a", "b"}};
  auto newer = transcript_kind(2, running);
  nodes.start("a", {{"talk", transcript_kind(1, running)}});
  nodes.start("b", {{"talk", newer}});
  nodes.settle();
  for (int i = 0; i < 10; ++i)
    BOOST_TEST(
      nodes
        .ask<session_place>("a", start_atom_v, std::string{"talk"}, std::to_string(i), snapshot{type_name, 2, "new;"})
        .node
      == "b");
  const auto report = nodes.drain("b");
  BOOST_TEST(!report.complete);
  BOOST_TEST_REQUIRE(report.leftovers.size() == 10u);
  // In the order in which they were given up: one that was still being started is later.
  std::set<std::string> left;
  for (const auto& [key, reason] : report.leftovers) {
    left.insert(key);
    BOOST_TEST(reason.find("version 2 of talk") != std::string::npos, reason);
  }
  for (int i = 0; i < 10; ++i)
    BOOST_TEST(left.contains(fmt::format("session talk/{}", i)));
  nodes.kill("b");
  const auto unserved =
    nodes.try_ask<std::string>("a", deliver_atom_v, std::string{"talk"}, std::string{"0"}, std::string{"x"});
  BOOST_REQUIRE(!unserved);
  BOOST_TEST((unserved.error() == ec::no_session_host), describe(unserved.error()));
  BOOST_TEST(describe(unserved.error())
             == "no host for the session: no node that is up knows version 2 of talk; hosted are talk up to version 1");
  BOOST_TEST(nodes.ask<session_host_status>("a", status_atom_v).running == 0u);
  BOOST_TEST(nodes.ask<sessions_page>("a", sessions_atom_v, std::string{}, std::string{}).sessions.size() == 10u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace session_host_test
