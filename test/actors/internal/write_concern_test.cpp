#include "actors/internal/write_concern.hpp"

#include "actors/serialise.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace write_concern_test {

using namespace ariadne;

namespace {

/// This node and four others of a cluster file of five; the last one is a joiner that is not in the file.
concern_view view() {
  return {{{1, 10, true}, {2, 7, true}, {3, 4, true}, {9, 12, false}}, 5, true, false, 6};
}

std::uint64_t met(concern_level level, const concern_view& view, std::uint32_t count = 0) {
  return met_up_to({level, count}, view);
}

/// The same five nodes, of which the last but one keeps no journal. This node has everything up to 9 on its disk.
concern_view view_of_disks() {
  concern_view result;
  result.members = {{1, 10, true, 8}, {2, 7, true, 7}, {3, 4, true, 0, false}, {9, 12, false, 12}};
  result.counted_nodes = 5;
  result.known_nodes = 6;
  result.durable = 9;
  result.keeps = true;
  return result;
}

std::uint64_t met_durably(concern_level level, const concern_view& view, std::uint32_t count = 0) {
  return met_up_to({level, count, true}, view);
}
std::size_t at_best(concern_level level, const concern_view& view, std::uint32_t count = 0) {
  return keepers_at_best({level, count, true}, view);
}

} // namespace

BOOST_AUTO_TEST_SUITE(write_concern)

BOOST_AUTO_TEST_CASE(local_is_met_by_every_event) {
  BOOST_TEST(met(concern_level::local, view()) == every_event);
  BOOST_TEST(met(concern_level::local, {}) == every_event);
}

BOOST_AUTO_TEST_CASE(one_is_met_by_whoever_is_first) {
  BOOST_TEST(met(concern_level::one, view()) == 12u);
}

BOOST_AUTO_TEST_CASE(one_is_met_at_once_if_it_is_known_that_nobody_else_is_there) {
  BOOST_TEST(met(concern_level::one, {{}, 3, true, false}) == every_event);
  BOOST_TEST(met(concern_level::one, {{}, 3, true, true}) == 0u);
}

BOOST_AUTO_TEST_CASE(a_count_includes_this_node_and_any_member) {
  BOOST_TEST(met(concern_level::count, view(), 0) == every_event);
  BOOST_TEST(met(concern_level::count, view(), 1) == every_event);
  BOOST_TEST(met(concern_level::count, view(), 2) == 12u);
  BOOST_TEST(met(concern_level::count, view(), 4) == 7u);
  BOOST_TEST(met(concern_level::count, view(), 5) == 4u);
  BOOST_TEST(met(concern_level::count, view(), 6) == 0u);
}

BOOST_AUTO_TEST_CASE(a_majority_is_one_of_the_listed_nodes_whether_they_are_up_or_not) {
  BOOST_TEST(met(concern_level::majority, view()) == 7u);
  auto small = view();
  small.members = {{1, 10, true}, {9, 12, false}};
  BOOST_TEST(met(concern_level::majority, small) == 0u);
  BOOST_TEST(met(concern_level::majority, {{}, 1, true, false}) == every_event);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_not_listed_is_no_part_of_a_majority) {
  auto joiner = view();
  joiner.is_self_counted = false;
  BOOST_TEST(met(concern_level::majority, joiner) == 4u);
}

BOOST_AUTO_TEST_CASE(all_is_met_by_the_slowest_of_the_listed_nodes) {
  BOOST_TEST(met(concern_level::all, view()) == 0u);
  auto complete = view();
  complete.members.push_back({4, 2, true});
  BOOST_TEST(met(concern_level::all, complete) == 2u);
}

// -- durable ---------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(durable_is_what_a_node_has_on_its_disk) {
  BOOST_TEST(met_durably(concern_level::local, view_of_disks()) == 9u);
  BOOST_TEST(met_durably(concern_level::count, view_of_disks(), 1) == 12u);
  BOOST_TEST(met_durably(concern_level::count, view_of_disks(), 2) == 9u);
  BOOST_TEST(met_durably(concern_level::count, view_of_disks(), 4) == 7u);
  BOOST_TEST(met_durably(concern_level::count, view_of_disks(), 5) == 0u);
  BOOST_TEST(met_durably(concern_level::majority, view_of_disks()) == 7u);
  BOOST_TEST(met_durably(concern_level::all, view_of_disks()) == 0u);
}

BOOST_AUTO_TEST_CASE(this_node_counts_once_it_has_the_event_on_its_own_disk) {
  auto slow = view_of_disks();
  slow.durable = 3;
  BOOST_TEST(met_durably(concern_level::local, slow) == 3u);
  BOOST_TEST(met_durably(concern_level::majority, slow) == 3u);
  auto joiner = view_of_disks();
  joiner.is_self_counted = false;
  BOOST_TEST(met_durably(concern_level::majority, joiner) == 0u);
}

BOOST_AUTO_TEST_CASE(one_durable_is_another_node_or_this_one_if_no_other_is_up) {
  BOOST_TEST(met_durably(concern_level::one, view_of_disks()) == 12u);
  auto alone = view_of_disks();
  alone.members.clear();
  BOOST_TEST(met_durably(concern_level::one, alone) == 9u);
}

BOOST_AUTO_TEST_CASE(an_event_is_durable_where_it_is_held_only) {
  auto ahead = view_of_disks();
  ahead.members = {{1, 5, true, 8}};
  BOOST_TEST(met_durably(concern_level::one, ahead) == 5u);
}

BOOST_AUTO_TEST_CASE(where_it_is_kept_counts_a_node_without_a_journal_with_what_it_holds) {
  const auto met_where_kept = [](concern_level level, const concern_view& view, std::uint32_t count = 0) {
    return met_up_to({level, count, true, true}, view);
  };
  BOOST_TEST(met_where_kept(concern_level::majority, view_of_disks()) == 7u);
  BOOST_TEST(met_where_kept(concern_level::count, view_of_disks(), 5) == 4u);
  auto nobody = view_of_disks();
  nobody.keeps = false;
  nobody.durable = 0;
  BOOST_TEST(met_where_kept(concern_level::local, nobody) == ariadne::every_event);
  for (auto& member : nobody.members) {
    member.may_keep = false;
    member.durable = 0;
  }
  BOOST_TEST(met_where_kept(concern_level::majority, nobody) == 7u);
  nobody.members.clear();
  BOOST_TEST(met_where_kept(concern_level::one, nobody) == ariadne::every_event);
}

BOOST_AUTO_TEST_CASE(nodes_that_are_up_without_a_journal_keep_nothing_and_those_that_are_down_may) {
  BOOST_TEST(at_best(concern_level::local, view_of_disks()) == 1u);
  BOOST_TEST(at_best(concern_level::count, view_of_disks()) == 5u);
  BOOST_TEST(at_best(concern_level::majority, view_of_disks()) == 4u);
  auto none = view_of_disks();
  none.keeps = false;
  BOOST_TEST(at_best(concern_level::local, none) == 0u);
  BOOST_TEST(at_best(concern_level::majority, none) == 3u);
  for (auto& member : none.members)
    member.may_keep = false;
  none.known_nodes = none.counted_nodes = 4;
  none.members.pop_back();
  BOOST_TEST(at_best(concern_level::one, none) == 0u);
  BOOST_TEST(at_best(concern_level::majority, none) == 0u);
  none.members.clear();
  none.known_nodes = none.counted_nodes = 1;
  BOOST_TEST(at_best(concern_level::one, none) == 0u);
}

BOOST_AUTO_TEST_CASE(a_durable_concern_and_its_receipt_travel_and_others_as_ever) {
  const auto again = [](const auto& value) {
    auto read = value;
    read = {};
    std::string bytes;
    BOOST_REQUIRE(!serialise(value, bytes));
    BOOST_REQUIRE(!deserialise(bytes, read));
    return std::pair{read, bytes};
  };
  const auto [durable, durable_bytes] = again(ariadne::write_concern{concern_level::majority, 3, true});
  BOOST_TEST((durable.level == concern_level::majority && durable.count == 3 && durable.durable));
  const auto [plain, plain_bytes] = again(ariadne::write_concern{concern_level::majority, 3});
  BOOST_TEST((plain.level == concern_level::majority && plain.count == 3 && !plain.durable));
  BOOST_TEST(durable_bytes.size() == plain_bytes.size());
  const auto [kept, kept_bytes] = again(receipt{{1, 2}, {1, 4}, {4}});
  BOOST_TEST((kept.holders == std::vector<std::uint64_t>{1, 4}));
  BOOST_TEST((kept.durable_holders == std::vector<std::uint64_t>{4}));
  const auto [held, held_bytes] = again(receipt{{1, 2}, {1, 4}});
  BOOST_TEST((held.holders == std::vector<std::uint64_t>{1, 4}));
  BOOST_TEST(held.durable_holders.empty());
}

BOOST_AUTO_TEST_CASE(a_journal_of_this_node_does_not_serve_who_wants_another_one) {
  auto pair = view_of_disks();
  pair.members = {{1, 10, true, 0, false}};
  pair.known_nodes = pair.counted_nodes = 2;
  BOOST_TEST(at_best(concern_level::one, pair) == 0u);
  BOOST_TEST(at_best(concern_level::count, pair) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace write_concern_test
