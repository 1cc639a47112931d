#include "membership/cluster_view.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace cluster_view_test {

using namespace ariadne::membership;
using namespace std::chrono_literals;

namespace {

/// The suite has the name of the class.
using view_of_cluster = ariadne::membership::cluster_view;

constexpr contact anybody{7};
constexpr contact somebody_else{8};

/// The view of node `a`, whose cluster file lists `b`. It has a state, and may connect.
struct node_a {
  static view_options options() {
    view_options result;
    result.cluster = "test";
    result.node = "a";
    result.address = "a:1";
    result.listed = {{"a", "a:1"}, {"b", "b:1"}};
    result.former = {70, 71};
    return result;
  }

  moment now() const {
    return {{instant{1h} + time, 1'000h + time}, 50};
  }

  /// What is commanded by it stands in `commands`.
  template <class Event>
  auto happen(Event event) {
    if constexpr (std::is_void_v<decltype(event(view, now()))>) {
      event(view, now());
      note();
    } else {
      auto result = event(view, now());
      note();
      return result;
    }
  }

  void note() {
    commands = view.take_commands();
    BOOST_TEST(view.check_invariants() == "");
  }

  /// Time passes, and all members show that they are alive but `silent`.
  void run(std::chrono::milliseconds until, contact silent = contact::nobody) {
    for (; time < until; time += 100ms) {
      happen([](view_of_cluster& v, const moment& m) { v.tick(m); });
      const auto beats = all<send_beat>();
      for (const auto& b : beats)
        if (b.to != silent)
          happen([&](view_of_cluster& v, const moment& m) { v.heard(b.to, {b.sign.sent_us, b.sign.sent_us, 0}, m); });
    }
  }

  std::optional<refusal> introduce(contact by, const std::string& node, const std::string& address,
                                   std::uint64_t incarnation = 2, std::vector<news> members = {}) {
    introduction other;
    other.cluster = "test";
    other.node = node;
    other.address = address;
    other.incarnation = incarnation;
    other.members = std::move(members);
    return happen([&](view_of_cluster& v, const moment& m) { return v.introduced(by, other, m); });
  }

  /// It joins by itself while it is dialled.
  void meet_b() {
    const auto made = all<dial>().front().made;
    introduce(anybody, "b", "b:1");
    happen([&](view_of_cluster& v, const moment& m) { v.unneeded(made, m); });
  }

  template <class Command>
  std::vector<Command> all() const {
    std::vector<Command> result;
    for (const auto& c : commands)
      if (const auto* found = std::get_if<Command>(&c))
        result.push_back(*found);
    return result;
  }

  bool tells(const std::string& node, standing is) const {
    const auto told = all<tell_handoff>();
    return std::any_of(told.begin(), told.end(), [&](const tell_handoff& t) { return t.node == node && t.is == is; });
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> result;
    for (const auto& r : all<report>())
      result.push_back(r.node + " " + r.text);
    return result;
  }

  node_a() {
    start(options());
  }

  /// It starts, or does so anew.
  void start(const view_options& with) {
    std::destroy_at(&view);
    std::construct_at(&view, with, now());
    happen([](view_of_cluster& v, const moment& m) { v.handoff_started(m); });
    happen([](view_of_cluster& v, const moment& m) { v.set_incarnation(1, m); });
  }

  std::chrono::microseconds time{};
  view_of_cluster view{options(), now()};
  std::vector<view_command> commands;
};

/// Node `a` of a cluster of three, whose nodes are discovered, and whose file lists none.
struct node_of_three : node_a {
  node_of_three() {
    auto with = options();
    with.listed.clear();
    with.expect = 3;
    with.expect_wait = 10s;
    start(with);
  }

  /// Answers the attempts that are begun then.
  std::vector<dial> discover(const std::vector<std::string>& addresses) {
    happen([&](view_of_cluster& v, const moment& m) { v.discovered(addresses, m); });
    happen([](view_of_cluster& v, const moment& m) { v.connect_to_due(m); });
    return all<dial>();
  }

  /// The attempt leads to a node of this name.
  bool meet(const attempt& made, contact by, const std::string& node) {
    happen([&](view_of_cluster& v, const moment& m) { v.reached(made, by, {}, m); });
    const auto own = all<ariadne::membership::introduce>().front().pending;
    introduction_answer answer{true, {}, false, {}};
    answer.node.cluster = "test";
    answer.node.node = node;
    answer.node.address = made.address;
    answer.node.incarnation = 2;
    return happen([&](view_of_cluster& v, const moment& m) { return v.answered(own, by, answer, m); });
  }
};

/// Node `a` of a cluster of three, which keeps a journal.
struct node_with_journal : node_a {
  node_with_journal() {
    has({30, agreement::final});
  }

  void has(cluster_id id) {
    auto with = options();
    with.listed = {{"a", "a:1"}, {"b", "b:1"}, {"c", "c:1"}};
    with.voters = {"a", "b", "c"};
    with.id = id;
    start(with);
  }

  std::optional<refusal> introduce(contact by, const std::string& node, cluster_id id) {
    introduction other;
    other.cluster = "test";
    other.node = node;
    other.address = node + ":1";
    other.incarnation = 2;
    other.id = id;
    return happen([&](view_of_cluster& v, const moment& m) { return v.introduced(by, other, m); });
  }

  cluster_id told() const {
    return view.own_introduction(now()).id;
  }
};

using lines_of_log = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(cluster_view, node_a)

BOOST_AUTO_TEST_CASE(a_listed_node_is_dialled_once_this_one_has_a_state) {
  BOOST_REQUIRE(all<dial>().size() == 1u);
  BOOST_TEST(all<dial>().front().made.address == "b:1");
  view_of_cluster without{options(), now()};
  without.handoff_started(now());
  without.connect_to_due(now());
  BOOST_TEST(without.take_commands().empty());
}

BOOST_AUTO_TEST_CASE(who_is_reached_is_introduced_to_and_up_once_it_accepts) {
  const auto made = all<dial>().front().made;
  happen([&](view_of_cluster& v, const moment& m) { v.reached(made, anybody, {}, m); });
  BOOST_REQUIRE(all<ariadne::membership::introduce>().size() == 1u);
  const auto own = all<ariadne::membership::introduce>().front().pending;
  BOOST_TEST(own.number != 0u);
  introduction_answer answer{true, {}, false, {}};
  answer.node.cluster = "test";
  answer.node.node = "b";
  answer.node.address = "b:1";
  answer.node.incarnation = 2;
  BOOST_TEST(happen([&](view_of_cluster& v, const moment& m) { return v.answered(own, anybody, answer, m); }));
  BOOST_TEST(tells("b", standing::up));
  BOOST_TEST((lines() == lines_of_log{"b is up"}));
  BOOST_TEST(view.has_been_member());
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_after_contact_was_lost_makes_nobody_a_member) {
  const auto made = all<dial>().front().made;
  happen([&](view_of_cluster& v, const moment& m) { v.reached(made, anybody, {}, m); });
  const auto own = all<ariadne::membership::introduce>().front().pending;
  happen([&](view_of_cluster& v, const moment& m) { v.ended(anybody, "gone", m); });
  introduction_answer answer{true, {}, false, {}};
  answer.node.cluster = "test";
  answer.node.node = "b";
  answer.node.address = "b:1";
  BOOST_TEST(!happen([&](view_of_cluster& v, const moment& m) { return v.answered(own, anybody, answer, m); }));
  BOOST_TEST((view.find("b", now()).state == presence::down));
}

BOOST_AUTO_TEST_CASE(a_refusal_is_reported_once_and_the_owner_of_a_name_is_warned) {
  BOOST_TEST(!introduce(anybody, "b", "b:1"));
  for (const bool is_first : {true, false}) {
    const auto refused = introduce(somebody_else, "b", "elsewhere:1");
    BOOST_REQUIRE(refused);
    BOOST_TEST(refused->reason == "b is the name of the node at b:1");
    BOOST_TEST((refused->cause == refusal_cause::name_taken));
    BOOST_TEST(lines().size() == (is_first ? 1u : 0u));
    BOOST_TEST(all<warn_of_claimant>().size() == (is_first ? 1u : 0u));
  }
  happen([](view_of_cluster& v, const moment&) { v.name_claimed("elsewhere:1"); });
  BOOST_TEST(all<report>().size() == 1u);
  happen([](view_of_cluster& v, const moment&) { v.name_claimed("elsewhere:1"); });
  BOOST_TEST(all<report>().empty());
}

BOOST_AUTO_TEST_CASE(who_does_not_fit_is_refused_with_the_reason) {
  BOOST_TEST(introduce(anybody, "a", "b:1")->reason == "a is the name of the node at a:1");
  BOOST_TEST(introduce(anybody, "b", "nowhere")->reason == "nowhere is no address");
  BOOST_TEST(introduce(anybody, "b\n", "b:1")->reason.find("the name of a node must be") == 0u);
  happen([](view_of_cluster& v, const moment&) { v.leave(); });
  BOOST_TEST(introduce(anybody, "b", "b:1")->reason == "node a is leaving");
}

BOOST_AUTO_TEST_CASE(a_node_at_all_interfaces_is_reached_where_it_says_or_where_it_was_dialled) {
  introduction other;
  other.cluster = "test";
  other.node = "b";
  other.address = "0.0.0.0:1";
  other.is_at_all_interfaces = true;
  other.reached_at = "there:1";
  other.incarnation = 2;
  happen([&](view_of_cluster& v, const moment& m) { return v.introduced(anybody, other, m); });
  BOOST_TEST(view.find("b", now()).address == "there:1");
}

BOOST_AUTO_TEST_CASE(a_lost_node_is_down_and_dialled_again_and_a_new_incarnation_is_up) {
  meet_b();
  run(2s);
  happen([](view_of_cluster& v, const moment& m) { v.ended(anybody, "the connection is closed", m); });
  BOOST_TEST(tells("b", standing::down));
  BOOST_TEST((lines() == lines_of_log{"b the connection is closed"}));
  BOOST_TEST(all<wake>().size() == 1u);
  BOOST_TEST((view.contact_of("b") == contact::nobody));
  introduce(somebody_else, "b", "b:1", 3);
  BOOST_TEST(tells("b", standing::up));
  BOOST_TEST((view.contact_of("b") == somebody_else));
}

BOOST_AUTO_TEST_CASE(a_member_that_restarts_its_state_is_down_for_those_on_the_node_until_it_has_another) {
  introduce(anybody, "b", "b:1", 2);
  introduce(anybody, "b", "b:1", 0);
  BOOST_TEST(tells("b", standing::down));
  BOOST_TEST((lines() == lines_of_log{"b restarts its handoff"}));
  introduce(anybody, "b", "b:1", 3);
  BOOST_TEST(tells("b", standing::up));
  BOOST_TEST((lines() == lines_of_log{"b has a new replica"}));
}

BOOST_AUTO_TEST_CASE(a_silent_node_is_disconnected_and_down_unless_its_connection_takes_long_to_look_at) {
  introduce(anybody, "b", "b:1");
  run(2s);
  run(4s, anybody);
  happen([](view_of_cluster& v, const moment& m) { v.tick(m); });
  BOOST_TEST(all<look_at_connection>().size() == 1u);
  BOOST_REQUIRE(all<judge_soon>().size() == 1u);
  happen([](view_of_cluster& v, const moment& m) { v.judge_suspects({anybody}, m); });
  BOOST_TEST(all<disconnect>().empty());
  happen([](view_of_cluster& v, const moment& m) { v.tick(m); });
  happen([](view_of_cluster& v, const moment& m) { v.judge_suspects({}, m); });
  BOOST_TEST(all<disconnect>().size() == 1u);
  BOOST_TEST(tells("b", standing::down));
}

BOOST_AUTO_TEST_CASE(nobody_is_down_for_a_process_that_was_not_run_before_it_has_looked_around) {
  meet_b();
  run(2s);
  time += 10s;
  happen([](view_of_cluster& v, const moment& m) { v.ended(anybody, "the connection is closed", m); });
  BOOST_TEST(!tells("b", standing::down));
  BOOST_TEST((view.find("b", now()).state == presence::up));
  BOOST_REQUIRE(!all<report>().empty());
  BOOST_TEST((all<report>().front().about == report::subject::not_run));
  time += 100ms;
  happen([](view_of_cluster& v, const moment& m) { v.connect_to_due(m); });
  BOOST_REQUIRE(all<dial>().size() == 1u);
  const auto made = all<dial>().front().made;
  // It is certain now.
  happen([&](view_of_cluster& v, const moment& m) { v.failed(made, "nobody listens", failure::refused, m); });
  BOOST_TEST(tells("b", standing::down));
}

BOOST_AUTO_TEST_CASE(who_leaves_is_left_and_an_unlisted_node_is_forgotten_by_that) {
  introduce(anybody, "b", "b:1");
  introduce(somebody_else, "pod", "pod:1", 5);
  BOOST_TEST(!happen([](view_of_cluster& v, const moment& m) { return v.has_left(anybody, "pod", m); }));
  for (const auto& [by, node] : {std::pair{anybody, "b"}, std::pair{somebody_else, "pod"}}) {
    BOOST_TEST(
      happen([&, by = by, node = node](view_of_cluster& v, const moment& m) { return v.has_left(by, node, m); }));
    BOOST_TEST(tells(node, standing::left));
  }
  BOOST_TEST((view.names() == std::vector<std::string>{"b"}));
}

BOOST_AUTO_TEST_CASE(a_node_that_the_file_lists_later_is_dialled_at_once) {
  happen([](view_of_cluster& v, const moment& m) { v.listed({{"a", "a:1"}, {"b", "b:1"}, {"c", "c:1"}}, m); });
  happen([](view_of_cluster& v, const moment& m) { v.connect_to_due(m); });
  BOOST_REQUIRE(all<dial>().size() == 1u);
  BOOST_TEST(all<dial>().front().made.address == "c:1");
}

BOOST_AUTO_TEST_CASE(a_node_that_the_file_lists_no_more_stays_a_member_and_is_then_forgotten_as_one_that_has_joined) {
  introduce(anybody, "b", "b:1");
  happen([](view_of_cluster& v, const moment& m) { v.listed({{"a", "a:1"}}, m); });
  BOOST_TEST((view.contact_of("b") == anybody));
  happen([](view_of_cluster& v, const moment& m) { v.has_left(anybody, "b", m); });
  BOOST_TEST(view.names().empty());
}

BOOST_AUTO_TEST_CASE(what_the_file_lists_stays_listed_when_the_discovery_tells_its_address_no_more) {
  happen([](view_of_cluster& v, const moment& m) { v.discovered({"b:2"}, m); });
  happen([](view_of_cluster& v, const moment& m) { v.connect_to_due(m); });
  BOOST_REQUIRE(all<dial>().size() == 1u);
  const auto made = all<dial>().front().made;
  happen([&](view_of_cluster& v, const moment& m) { v.reached(made, anybody, {}, m); });
  const auto own = all<ariadne::membership::introduce>().front().pending;
  introduction_answer answer{true, {}, false, {}};
  answer.node.cluster = "test";
  answer.node.node = "b";
  answer.node.address = "b:2";
  answer.node.incarnation = 2;
  happen([&](view_of_cluster& v, const moment& m) { v.answered(own, anybody, answer, m); });
  happen([](view_of_cluster& v, const moment& m) { v.discovered({}, m); });
  BOOST_TEST((happen([](view_of_cluster& v, const moment& m) { return v.has_left(anybody, "b", m); })));
  BOOST_TEST((view.names() == std::vector<std::string>{"b"}));
}

BOOST_AUTO_TEST_CASE(others_are_learnt_of_from_members_alone) {
  const std::vector<news> told{{"pod", "pod:1", presence::up, 5, 0}};
  happen([&](view_of_cluster& v, const moment& m) { v.told(anybody, told, m); });
  BOOST_TEST(view.names().size() == 1u);
  introduce(anybody, "b", "b:1", 2, told);
  BOOST_TEST(view.names().size() == 2u);
  BOOST_TEST(tells("pod", standing::down));
  happen([](view_of_cluster& v, const moment& m) { v.connect_to_due(m); });
  BOOST_REQUIRE(all<dial>().size() == 1u);
  BOOST_TEST(all<dial>().front().made.node == "pod");
}

BOOST_AUTO_TEST_CASE(who_is_forgotten_on_demand_is_forgotten_here_and_told_to_the_members) {
  introduce(anybody, "b", "b:1");
  introduce(somebody_else, "pod", "pod:1", 5);
  const auto forget = [&](const std::string& node) {
    return happen([&](view_of_cluster& v, const moment& m) { return v.forget(node, m); });
  };
  BOOST_TEST((forget("pod") == forget_refusal::up));
  BOOST_TEST((forget("b") == forget_refusal::listed));
  happen([](view_of_cluster& v, const moment& m) { v.ended(somebody_else, "gone", m); });
  BOOST_TEST(!forget("pod"));
  BOOST_TEST(tells("pod", standing::forgotten));
  BOOST_REQUIRE(all<tell_news>().size() == 1u);
  const auto members = all<tell_news>().front().members;
  BOOST_TEST(std::any_of(members.begin(), members.end(), [](const news& n) {
    return n.name == "pod" && n.state == presence::left && n.incarnation == 5;
  }));
  BOOST_TEST((forget("pod") == forget_refusal::unknown));
}

BOOST_AUTO_TEST_CASE(a_node_that_nobody_has_accepted_gives_way_to_another_one_of_its_name) {
  const auto made = all<dial>().front().made;
  happen([&](view_of_cluster& v, const moment& m) { v.reached(made, anybody, {}, m); });
  const auto own = all<ariadne::membership::introduce>().front().pending;
  const introduction_answer answer{false, "a is the name of the node at c:1", true, {}};
  happen([&](view_of_cluster& v, const moment& m) { v.answered(own, anybody, answer, m); });
  BOOST_REQUIRE(all<give_way>().size() == 1u);
  BOOST_TEST(all<give_way>().front().reason == answer.reason);
  BOOST_TEST((lines() == lines_of_log{"b it refuses this node: a is the name of the node at c:1"}));
}

BOOST_AUTO_TEST_CASE(a_node_that_leaves_says_so_to_all_and_reports_no_loss_any_more) {
  introduce(anybody, "b", "b:1");
  introduce(somebody_else, "pod", "pod:1", 5);
  happen([](view_of_cluster& v, const moment&) { v.leave(); });
  BOOST_TEST(all<say_farewell>().size() == 2u);
  happen([](view_of_cluster& v, const moment& m) { v.ended(anybody, "gone", m); });
  BOOST_TEST(lines().empty());
  BOOST_TEST(all<wake>().empty());
  happen([](view_of_cluster& v, const moment& m) { v.set_incarnation(9, m); });
  BOOST_TEST(commands.empty());
}

BOOST_AUTO_TEST_CASE(members_learn_of_a_new_incarnation_of_this_node) {
  introduce(anybody, "b", "b:1");
  happen([](view_of_cluster& v, const moment& m) { v.handoff_ended(m); });
  happen([](view_of_cluster& v, const moment& m) { v.set_incarnation(9, m); });
  const auto introductions = all<ariadne::membership::introduce>();
  BOOST_REQUIRE(introductions.size() == 1u);
  BOOST_TEST(introductions.front().self.incarnation == 9u);
  BOOST_TEST(introductions.front().pending.number == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_node_of_another_cluster_of_the_same_name_is_refused_with_both_ids_and_what_to_do,
                        node_with_journal) {
  const auto refused = introduce(anybody, "b", {10, agreement::final});
  BOOST_REQUIRE(refused.has_value());
  BOOST_TEST(
    refused->reason
    == "the journals of the nodes b and a belong to two clusters of the name test, with the ids "
       "000000000000000a and 000000000000001e; stop the one that is to belong to the other cluster, and have its "
       "journal do so: ariadne storage adopt DIR");
  BOOST_TEST(!tells("b", standing::up));
  BOOST_TEST((lines() == lines_of_log{"b " + refused->reason}));
  BOOST_TEST(all<give_up_journal>().empty());
}

BOOST_FIXTURE_TEST_CASE(a_node_without_a_journal_and_one_whose_id_is_not_final_are_no_strangers, node_with_journal) {
  BOOST_TEST(!introduce(anybody, "b", {}));
  BOOST_TEST(!introduce(somebody_else, "c", {10, agreement::pledged}));
  BOOST_TEST(tells("c", standing::up));
  BOOST_TEST((told() == cluster_id{30, agreement::final}));
}

BOOST_FIXTURE_TEST_CASE(a_member_that_turns_out_to_be_of_another_cluster_is_disconnected, node_with_journal) {
  introduce(anybody, "b", {10, agreement::provisional});
  introduce(anybody, "b", {10, agreement::final});
  BOOST_REQUIRE(all<disconnect>().size() == 1u);
  BOOST_TEST((all<disconnect>().front().from == anybody));
}

BOOST_FIXTURE_TEST_CASE(a_node_ends_once_most_nodes_have_another_id, node_with_journal) {
  introduce(anybody, "b", {10, agreement::final});
  introduce(somebody_else, "c", {10, agreement::final});
  BOOST_REQUIRE(all<give_up_journal>().size() == 1u);
  BOOST_TEST(
    all<give_up_journal>().front().reason
    == "the journal of this node is of the cluster with the id 000000000000001e, and most nodes are of another "
       "one named test, with the id 000000000000000a");
}

BOOST_FIXTURE_TEST_CASE(the_id_of_a_node_that_refuses_this_one_counts, node_with_journal) {
  const auto made = all<dial>();
  BOOST_REQUIRE(made.size() == 2u);
  for (const auto& [by, attempt] : {std::pair{anybody, made[0].made}, std::pair{somebody_else, made[1].made}}) {
    happen([&, by = by, attempt = attempt](view_of_cluster& v, const moment& m) { v.reached(attempt, by, {}, m); });
    const auto own = all<ariadne::membership::introduce>().front().pending;
    introduction_answer answer{false, "of another cluster", false, {}};
    answer.node.id = {10, agreement::final};
    happen([&, by = by](view_of_cluster& v, const moment& m) { return v.answered(own, by, answer, m); });
  }
  BOOST_TEST(all<give_up_journal>().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_id_is_told_to_the_members_once_it_is_on_the_disk, node_with_journal) {
  has({30, agreement::provisional});
  introduce(anybody, "b", {10, agreement::provisional});
  BOOST_REQUIRE(all<keep_id>().size() == 1u);
  BOOST_TEST((all<keep_id>().front().id == cluster_id{10, agreement::pledged}));
  BOOST_TEST((told() == cluster_id{30, agreement::provisional}));
  happen([](view_of_cluster& v, const moment& m) { v.id_kept(m); });
  BOOST_TEST((told() == cluster_id{10, agreement::pledged}));
  const auto introduced = all<ariadne::membership::introduce>();
  BOOST_REQUIRE(introduced.size() == 1u);
  BOOST_TEST((introduced.front().pending.to == anybody));
  BOOST_TEST((introduced.front().self.id == told()));
}

BOOST_FIXTURE_TEST_CASE(an_id_that_the_disk_does_not_take_is_tried_again_a_second_later, node_with_journal) {
  has({30, agreement::provisional});
  introduce(anybody, "b", {10, agreement::provisional});
  happen([](view_of_cluster& v, const moment& m) { v.id_not_kept(m); });
  run(900ms);
  BOOST_TEST(all<keep_id>().empty());
  run(1'000ms);
  happen([](view_of_cluster& v, const moment& m) { v.tick(m); });
  BOOST_TEST(all<keep_id>().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_node_that_lives_as_a_former_incarnation_of_this_one_is_reported_once) {
  introduce(anybody, "b", "b:1", 71);
  const auto reports = all<report>();
  const auto told = std::find_if(reports.begin(), reports.end(),
                                 [](const report& r) { return r.about == report::subject::journal_copied; });
  BOOST_REQUIRE((told != reports.end()));
  BOOST_TEST(told->node == "b");
  introduce(anybody, "b", "b:1", 71);
  BOOST_TEST(all<report>().empty());
}

BOOST_AUTO_TEST_CASE(a_node_says_what_it_has_started_from) {
  BOOST_TEST(view.own_introduction(now()).restored_from == 71u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(cluster_view_discovery, node_of_three)

BOOST_AUTO_TEST_CASE(who_is_found_at_a_discovered_address_says_its_name_and_is_a_member) {
  const auto begun = discover({"10.0.0.2:1", "10.0.0.3:1"});
  BOOST_REQUIRE(begun.size() == 2u);
  BOOST_TEST(begun.front().made.node == begun.front().made.address);
  BOOST_TEST(view.needs_connection("10.0.0.2:1"));
  BOOST_TEST(meet(begun.front().made, anybody, "b"));
  BOOST_TEST(tells("b", standing::up));
  BOOST_TEST(view.find("b", now()).address == "10.0.0.2:1");
  BOOST_TEST(!view.needs_connection("10.0.0.2:1"));
  // From then on it is tried by its name.
  BOOST_TEST(discover({"10.0.0.2:1", "10.0.0.3:1"}).empty());
  happen([](view_of_cluster& v, const moment& m) { v.ended(anybody, "gone", m); });
  time += 1s;
  BOOST_TEST(discover({"10.0.0.2:1", "10.0.0.3:1"}).front().made.node == "b");
}

BOOST_AUTO_TEST_CASE(a_node_is_known_for_as_long_as_its_address_is_discovered_and_then_forgotten_as_any_other) {
  const auto begun = discover({"10.0.0.2:1"});
  meet(begun.front().made, anybody, "b");
  happen([](view_of_cluster& v, const moment& m) { v.ended(anybody, "gone", m); });
  time += 2h;
  happen([](view_of_cluster& v, const moment& m) { v.tick(m); });
  BOOST_TEST((view.names() == lines_of_log{"b"}));
  happen([](view_of_cluster& v, const moment& m) { v.discovered({"10.0.0.9:1"}, m); });
  happen([](view_of_cluster& v, const moment& m) { v.tick(m); });
  BOOST_TEST(view.names().empty());
}

BOOST_AUTO_TEST_CASE(another_node_at_the_same_address_takes_its_place) {
  const auto begun = discover({"10.0.0.2:1"});
  meet(begun.front().made, anybody, "b");
  happen([](view_of_cluster& v, const moment& m) { v.ended(anybody, "gone", m); });
  time += 2h;
  const auto again = discover({"10.0.0.2:1"});
  BOOST_TEST(again.front().made.node == "b");
  BOOST_TEST(meet(again.front().made, somebody_else, "c"));
  happen([](view_of_cluster& v, const moment& m) { v.tick(m); });
  BOOST_TEST((view.names() == lines_of_log{"c"}));
}

BOOST_AUTO_TEST_CASE(a_node_recognises_itself_and_leaves_its_own_address_alone) {
  const auto begun = discover({"10.0.0.1:1"});
  BOOST_REQUIRE(begun.size() == 1u);
  happen([&](view_of_cluster& v, const moment& m) { v.reached_self(begun.front().made, m); });
  BOOST_TEST(lines().empty());
  time += 1min;
  BOOST_TEST(discover({"10.0.0.1:1"}).empty());
}

BOOST_AUTO_TEST_CASE(an_address_at_which_nobody_answers_is_reported_once_and_tried_again) {
  auto begun = discover({"10.0.0.2:1"});
  happen([&](view_of_cluster& v, const moment& m) { v.failed(begun.front().made, "refused", failure::refused, m); });
  BOOST_TEST((lines() == lines_of_log{" refused"}));
  BOOST_TEST(all<wake>().size() == 1u);
  time += 5s;
  begun = discover({"10.0.0.2:1"});
  BOOST_REQUIRE(begun.size() == 1u);
  happen([&](view_of_cluster& v, const moment& m) { v.failed(begun.front().made, "refused", failure::refused, m); });
  BOOST_TEST(lines().empty());
  BOOST_TEST(view.names().empty());
}

BOOST_AUTO_TEST_CASE(who_does_not_answer_its_introduction_at_an_address_is_tried_again) {
  const auto begun = discover({"10.0.0.2:1"});
  happen([&](view_of_cluster& v, const moment& m) { v.reached(begun.front().made, anybody, {}, m); });
  const auto own = all<ariadne::membership::introduce>().front().pending;
  happen([&](view_of_cluster& v, const moment& m) { v.unanswered(own, "no answer in time", m); });
  BOOST_TEST(all<disconnect>().size() == 1u);
  BOOST_TEST((lines() == lines_of_log{" no answer in time"}));
  time += 5s;
  BOOST_TEST(discover({"10.0.0.2:1"}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(nobody_waits_any_more_once_as_many_as_are_expected_have_been_met) {
  BOOST_TEST(all<expect_no_more>().empty());
  introduce(anybody, "b", "b:1");
  introduce(anybody, "b", "b:1", 3);
  BOOST_TEST(all<expect_no_more>().empty());
  introduce(somebody_else, "c", "c:1");
  BOOST_TEST(all<expect_no_more>().size() == 1u);
  // And those who are started anew are told at once.
  happen([](view_of_cluster& v, const moment& m) { v.handoff_ended(m); });
  happen([](view_of_cluster& v, const moment& m) { v.handoff_started(m); });
  BOOST_TEST(all<expect_no_more>().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_node_that_has_not_met_all_in_time_goes_on_with_those_that_it_has_and_says_so) {
  introduce(anybody, "b", "b:1");
  run(9s);
  BOOST_TEST(all<expect_no_more>().empty());
  time = 10s;
  happen([](view_of_cluster& v, const moment& m) { v.tick(m); });
  BOOST_TEST(all<expect_no_more>().size() == 1u);
  const auto reports = all<report>();
  const auto told =
    std::find_if(reports.begin(), reports.end(), [](const report& r) { return r.about == report::subject::few_met; });
  BOOST_REQUIRE((told != reports.end()));
  BOOST_TEST(told->count == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cluster_view_test
