#include "membership/node_table.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace node_table_test {

using namespace ariadne::membership;

namespace {

/// The name of the suite is that of the class.
using nodes = ariadne::membership::node_table;

constexpr std::uint64_t second = 1'000;
constexpr std::uint64_t minute = 60 * second;
constexpr std::uint64_t hour = 60 * minute;
/// The pause is as long as the back-off says.
constexpr std::uint32_t exactly = 50;
/// Some time after the start of the clock.
constexpr std::uint64_t start = 100 * hour;

bool knows(const nodes& table, const std::string& node) {
  return table.find(node) != nullptr;
}

std::vector<std::string> names(const std::vector<attempt>& attempts) {
  std::vector<std::string> result;
  for (const auto& a : attempts)
    result.push_back(a.node);
  return result;
}

/// An unlisted node has been up until `now_ms`, and is gone.
void come_and_go(nodes& table, const std::string& node, std::uint64_t now_ms, std::uint64_t incarnation = 1) {
  table.up(node, node + ":1", incarnation, now_ms);
  table.down(node, "the connection is lost", now_ms, exactly);
}

/// Has all attempts fail from one time to another; returns when they were made, for one node.
std::vector<std::uint64_t> attempts_of(nodes& table, const std::string& node, std::uint64_t from_ms,
                                       std::uint64_t to_ms) {
  std::vector<std::uint64_t> result;
  for (auto due = table.next_due_ms(); due && *due < to_ms; due = table.next_due_ms())
    for (const auto& made : table.due(std::max(*due, from_ms))) {
      if (made.node == node)
        result.push_back(*due);
      table.failed(made.node, made.address, "refused", std::max(*due, from_ms), exactly);
    }
  return result;
}

const news* find(const std::vector<news>& told, const std::string& node) {
  const auto found = std::find_if(told.begin(), told.end(), [&](const news& n) { return n.name == node; });
  return found == told.end() ? nullptr : &*found;
}

news is_up(std::string node, std::uint64_t incarnation = 1, std::uint64_t age_ms = 0) {
  auto address = node + ":1";
  return {std::move(node), std::move(address), presence::up, incarnation, age_ms};
}

} // namespace

BOOST_AUTO_TEST_SUITE(node_table)

BOOST_AUTO_TEST_SUITE(forgetting)

BOOST_AUTO_TEST_CASE(an_unlisted_node_is_forgotten_an_hour_after_it_went_and_a_listed_one_never) {
  nodes table;
  table.list("listed", "listed:1", start);
  come_and_go(table, "pod", start);
  come_and_go(table, "listed", start);
  BOOST_TEST(table.forget_gone(start + hour - 1).empty());
  BOOST_TEST(table.forget_gone(start + hour) == std::vector<std::string>{"pod"}, boost::test_tools::per_element());
  BOOST_TEST(!knows(table, "pod"));
  table.forget_gone(start + 1'000 * hour);
  BOOST_TEST(knows(table, "listed"));
}

BOOST_AUTO_TEST_CASE(a_node_that_is_up_is_not_forgotten) {
  nodes table;
  table.up("pod", "pod:1", 1, start);
  BOOST_TEST(table.forget_gone(start + 10 * hour).empty());
}

BOOST_AUTO_TEST_CASE(an_unlisted_node_that_leaves_is_forgotten_at_once_and_a_listed_one_is_tried_again) {
  nodes table;
  table.list("listed", "listed:1", start);
  table.up("listed", "listed:1", 1, start);
  table.up("pod", "pod:1", 2, start);
  BOOST_TEST(table.leave("pod", start));
  BOOST_TEST(!table.leave("listed", start));
  BOOST_TEST(!knows(table, "pod"));
  BOOST_TEST((table.find("listed")->state == presence::left));
  BOOST_TEST(attempts_of(table, "listed", start, start + hour).size() >= 60u);
}

BOOST_AUTO_TEST_CASE(an_hour_counts_from_the_last_contact_of_any_node_that_tells_of_it) {
  nodes table;
  come_and_go(table, "pod", start);
  table.hear({is_up("pod", 1, 10 * second)}, "self", start + 30 * minute);
  // What one of them has to tell may be older than what is known already.
  table.hear({is_up("pod", 1, 30 * minute)}, "self", start + 31 * minute);
  BOOST_TEST(table.forget_gone(start + 90 * minute - 10 * second - 1).empty());
  BOOST_TEST(table.forget_gone(start + 90 * minute - 10 * second).size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_others_only_say_to_be_down_does_not_keep_it_known) {
  nodes a;
  nodes b;
  come_and_go(a, "pod", start);
  come_and_go(b, "pod", start);
  for (std::uint64_t now = start; now < start + hour; now += 10 * second) {
    a.hear(b.tell(now), "a", now + 5);
    b.hear(a.tell(now), "b", now + 5);
  }
  BOOST_TEST(!find(a.tell(start), "pod"));
  BOOST_TEST(a.forget_gone(start + hour).size() == 1u);
  BOOST_TEST(b.forget_gone(start + hour).size() == 1u);
}

BOOST_AUTO_TEST_CASE(who_has_slept_for_longer_than_an_hour_brings_nothing_back) {
  nodes sleeper;
  sleeper.up("pod", "pod:1", 1, start);
  nodes table;
  BOOST_TEST(table.hear(sleeper.tell(start + hour), "self", start + hour).learnt.empty());
  BOOST_TEST(table.hear(sleeper.tell(start + hour - 1), "self", start + hour).learnt.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_node_is_forgotten_on_demand_by_all_and_nobody_brings_it_back) {
  nodes a;
  nodes b;
  nodes late;
  for (auto* each : {&a, &b})
    come_and_go(*each, "pod", start, 7);
  late.up("pod", "pod:1", 7, start);
  BOOST_TEST(!a.forget("pod", start));
  BOOST_TEST(b.hear(a.tell(start), "b", start).forgotten.size() == 1u);
  BOOST_TEST(!knows(b, "pod"));
  for (auto* each : {&a, &b})
    BOOST_TEST(each->hear(late.tell(start + 1), "self", start + 1).learnt.empty());
  // And once that one has lost it, it forgets it, too.
  late.down("pod", "the connection is lost", start + 2, exactly);
  BOOST_TEST(late.hear(b.tell(start + 3), "late", start + 3).forgotten.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_forgotten_node_that_comes_back_joins_like_a_new_one) {
  nodes a;
  come_and_go(a, "pod", start, 7);
  a.forget("pod", start);
  // By a new incarnation that others tell of, ...
  BOOST_TEST(a.hear({is_up("pod", 8)}, "a", start + 1).learnt.size() == 1u);
  a.forget("pod", start + 2);
  // ... or by itself, even as the old one.
  a.up("pod", "pod:1", 8, start + 3);
  BOOST_TEST((a.find("pod")->state == presence::up));
  BOOST_TEST((find(a.tell(start + 3), "pod")->state == presence::up));
  BOOST_TEST(a.tell(start + 3).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_farewell_of_an_old_incarnation_does_not_end_a_new_one) {
  nodes a;
  come_and_go(a, "pod", start, 8);
  BOOST_TEST(a.hear({{"pod", "", presence::left, 7, 0}}, "a", start).forgotten.empty());
  BOOST_TEST(knows(a, "pod"));
}

BOOST_AUTO_TEST_CASE(what_others_have_forgotten_stays_if_it_is_listed_or_up_here) {
  nodes table;
  table.list("listed", "listed:1", start);
  come_and_go(table, "listed", start, 1);
  table.up("pod", "pod:1", 2, start);
  const std::vector<news> told{{"listed", "", presence::left, 1, 0}, {"pod", "", presence::left, 2, 0}};
  BOOST_TEST(table.hear(told, "self", start).forgotten.empty());
  BOOST_TEST(knows(table, "listed"));
  BOOST_TEST(knows(table, "pod"));
}

BOOST_AUTO_TEST_CASE(a_farewell_is_told_for_an_hour_and_no_longer) {
  nodes table;
  table.up("pod", "pod:1", 1, start);
  table.leave("pod", start);
  table.forget_gone(start + hour - 1);
  BOOST_TEST(find(table.tell(start + hour - 1), "pod"));
  table.forget_gone(start + hour);
  BOOST_TEST(!find(table.tell(start + hour), "pod"));
}

BOOST_AUTO_TEST_CASE(forgetting_is_refused_for_what_is_listed_up_or_unknown) {
  nodes table;
  table.list("listed", "listed:1", start);
  table.up("pod", "pod:1", 1, start);
  BOOST_TEST((table.forget("listed", start) == forget_refusal::listed));
  BOOST_TEST((table.forget("pod", start) == forget_refusal::up));
  BOOST_TEST((table.forget("nobody", start) == forget_refusal::unknown));
}

BOOST_AUTO_TEST_CASE(a_node_makes_no_more_than_a_bounded_number_known) {
  std::vector<news> told;
  for (int i = 0; i < 2'000; ++i)
    told.push_back(is_up("stranger-" + std::to_string(i)));
  nodes table;
  BOOST_TEST(table.hear(told, "self", start).learnt.size() == node_table_options{}.told_max);
  for (int i = 0; i < 20; ++i)
    table.hear(told, "self", start);
  BOOST_TEST(table.names().size() == node_table_options{}.gone_max);
}

BOOST_AUTO_TEST_CASE(of_too_many_nodes_that_are_gone_the_one_that_went_first_is_forgotten) {
  nodes table{{.gone_max = 2}};
  table.list("listed", "listed:1", start);
  come_and_go(table, "b", start);
  come_and_go(table, "a", start + 1);
  table.up("c", "c:1", 1, start + 2);
  BOOST_TEST(table.down("c", "lost", start + 3, exactly) == std::vector<std::string>{"b"},
             boost::test_tools::per_element());
  BOOST_TEST(knows(table, "listed"));
}

BOOST_AUTO_TEST_CASE(a_node_hears_nothing_of_itself) {
  nodes table;
  BOOST_TEST(table.hear({is_up("self")}, "self", start).learnt.empty());
  BOOST_TEST(table.names().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(attempts)

BOOST_AUTO_TEST_CASE(an_unlisted_node_is_tried_more_and_more_rarely_down_to_once_a_minute) {
  nodes table;
  come_and_go(table, "pod", start);
  const auto times = attempts_of(table, "pod", start, start + hour - 1);
  BOOST_TEST(times.at(0) == start + 100);
  BOOST_TEST(times.at(1) == start + 300);
  BOOST_TEST(times.at(2) == start + 700);
  BOOST_TEST(times.back() - times.at(times.size() - 2) == minute);
  BOOST_TEST(times.size() < 72u);
}

BOOST_AUTO_TEST_CASE(a_listed_node_is_tried_often_and_once_it_has_been_gone_for_long_every_minute) {
  nodes table;
  table.list("b", "b:1", start);
  BOOST_TEST(attempts_of(table, "b", start, start + 20 * second).size() >= 10u);
  attempts_of(table, "b", start, start + hour);
  const auto times = attempts_of(table, "b", start, start + 2 * hour);
  BOOST_TEST(times.size() == 60u);
}

BOOST_AUTO_TEST_CASE(the_pause_varies_by_half_of_it_at_random) {
  for (const std::uint32_t random : {0u, 50u, 100u, 101u, 4'294'967'295u}) {
    nodes table;
    table.up("pod", "pod:1", 1, start);
    table.down("pod", "lost", start, random);
    BOOST_TEST(*table.next_due_ms() >= start + 50);
    BOOST_TEST(*table.next_due_ms() <= start + 150);
  }
}

BOOST_AUTO_TEST_CASE(no_more_than_eight_attempts_are_under_way_and_the_listed_nodes_come_first) {
  nodes table;
  for (int i = 0; i < 20; ++i)
    come_and_go(table, "pod-" + std::to_string(i), start);
  for (int i = 0; i < 3; ++i)
    table.list("listed-" + std::to_string(i), "listed:1", start + second);
  const auto first = names(table.due(start + second));
  BOOST_TEST(first.size() == 8u);
  BOOST_TEST(first.at(0) == "listed-0");
  BOOST_TEST(first.at(2) == "listed-2");
  BOOST_TEST(table.due(start + second).empty());
  BOOST_TEST(!table.next_due_ms());
  table.failed(first.at(0), "listed:1", "refused", start + second, exactly);
  BOOST_TEST(table.due(start + second).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_forgotten_node_gives_its_attempt_back) {
  nodes table{{.attempts_max = 1}};
  come_and_go(table, "pod", start);
  table.list("b", "b:1", start + hour);
  BOOST_TEST(table.due(start + second).size() == 1u);
  table.forget("pod", start + second);
  table.failed("pod", "pod:1", "refused", start + second, exactly);
  BOOST_TEST(table.due(start + hour).size() == 1u);
}

BOOST_AUTO_TEST_CASE(both_the_introduced_and_the_listed_address_are_tried) {
  nodes table;
  table.list("b", "listed:1", start);
  table.up("b", "introduced:2", 1, start);
  table.down("b", "lost", start, exactly);
  std::vector<std::string> tried;
  for (int i = 0; i < 3; ++i)
    for (const auto& made : table.due(start + hour)) {
      tried.push_back(made.address);
      table.failed(made.node, made.address, "refused", start, exactly);
    }
  const std::vector<std::string> expected{"introduced:2", "listed:1", "introduced:2"};
  BOOST_TEST(tried == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_problem_is_new_once_for_each_address) {
  nodes table;
  table.list("b", "listed:1", start);
  table.up("b", "introduced:2", 1, start);
  table.down("b", "lost", start, exactly);
  for (const bool first : {true, false}) {
    BOOST_TEST(table.failed("b", "introduced:2", "refused", start, exactly) == first);
    BOOST_TEST(table.failed("b", "listed:1", "timed out", start, exactly) == first);
  }
  table.up("b", "introduced:2", 1, start);
  table.down("b", "lost", start, exactly);
  BOOST_TEST(table.failed("b", "introduced:2", "refused", start, exactly));
}

BOOST_AUTO_TEST_CASE(a_node_that_is_lost_again_and_again_is_tried_later_but_no_later_than_one_that_is_listed) {
  const std::vector<std::pair<std::uint32_t, std::uint64_t>> waits{{1, 100}, {2, 200}, {16, 1'600}, {1 << 16, 2'000}};
  for (const auto& [factor, waits_ms] : waits) {
    nodes table;
    table.up("b", "b:1", 1, start);
    table.down("b", "no sign of life", start, exactly, factor);
    BOOST_TEST(*table.next_due_ms() == start + waits_ms);
    // The next time it was up, nothing is left of it.
    table.up("b", "b:1", 1, start);
    table.down("b", "no sign of life", start, exactly);
    BOOST_TEST(*table.next_due_ms() == start + 100u);
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_is_in_a_hurry_is_tried_at_once) {
  nodes table;
  table.up("b", "b:1", 1, start);
  table.down("b", "no sign of life", start, exactly, 16);
  table.hurry("b", start + 10);
  BOOST_TEST(names(table.due(start + 10)) == std::vector<std::string>{"b"});
  // It is being tried already.
  table.hurry("b", start + 20);
  BOOST_TEST(!table.next_due_ms());
  table.hurry("unknown", start);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_up_is_not_tried) {
  nodes table;
  table.list("b", "b:1", start);
  table.up("b", "b:1", 1, start);
  BOOST_TEST(!table.next_due_ms());
  BOOST_TEST(table.due(start + hour).empty());
}

BOOST_AUTO_TEST_CASE(an_attempt_that_ends_while_the_node_is_not_up_is_made_again) {
  nodes table;
  table.list("b", "b:1", start);
  table.up("b", "b:1", 1, start);
  table.down("b", "lost", start, exactly);
  BOOST_TEST(table.due(start + second).size() == 1u);
  table.up("b", "b:1", 1, start + second);
  table.leave("b", start + second);
  table.ended("b");
  BOOST_TEST(table.due(start + hour).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_up_elsewhere_is_tried_soon_where_it_is_reached_there) {
  nodes table;
  come_and_go(table, "pod", start);
  attempts_of(table, "pod", start, start + 30 * minute);
  const auto now = start + 30 * minute;
  table.hear({{"pod", "moved:1", presence::up, 2, 0}}, "self", now);
  BOOST_TEST(*table.next_due_ms() <= now + node_table_options{}.reconnect_max_ms);
  BOOST_TEST(table.due(now + minute).at(0).address == "moved:1");
}

BOOST_AUTO_TEST_CASE(a_node_keeps_its_address_if_it_introduces_itself_without_one) {
  nodes table;
  table.up("b", "b:1", 1, start);
  table.up("b", "", 2, start);
  BOOST_TEST(table.find("b")->address() == "b:1");
  BOOST_TEST(table.find("b")->incarnation == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()

} // namespace node_table_test
