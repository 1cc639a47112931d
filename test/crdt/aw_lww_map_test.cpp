#include "crdt/aw_lww_map.hpp"

#include "test/support/crdt_values.hpp"
#include "test/support/map_audit.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace aw_lww_map_test {

using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(aw_lww_map)

using ariadne::crdt::aw_lww_map;
using ariadne::crdt::causal_register;
using ariadne::crdt::dot;
using ariadne::crdt::entry;
using ariadne::crdt::version_vector;

namespace {

constexpr auto always = [](dot) { return true; };
constexpr auto no_limit = ~std::size_t{0};

using delta = std::vector<std::pair<std::string, causal_register>>;

delta all_of(const aw_lww_map& map) {
  delta result;
  map.for_each([&](const auto& owner) { result.emplace_back(owner.key(), map.value(owner)); });
  std::sort(result.begin(), result.end(), [](const auto& l, const auto& r) { return l.first < r.first; });
  return result;
}

void join_all(aw_lww_map& map, const delta& registers) {
  for (const auto& [key, value] : registers)
    map.join(key, value, {});
}

/// Three maps that have lived apart after a common beginning: keys that only some of them hold, that were erased on
/// one and put on another, and that were put on several.
void fill_apart(aw_lww_map (&maps)[3], unsigned seed) {
  std::mt19937 random{seed};
  std::uint64_t counters[3] = {};
  auto write = [&](std::size_t i) {
    dot d{{0xa + i}, ++counters[i]};
    auto key = "k" + std::to_string(random() % 8);
    if (random() % 3 == 0)
      maps[i].erase(key, d);
    else
      maps[i].put(key, entry_of(d, random() % 100, "value" + to_string(d), random() % 4 == 0 ? start_ms + 1 : 0));
  };
  for (int i = 0; i < 10; ++i)
    write(0);
  join_all(maps[1], all_of(maps[0]));
  join_all(maps[2], all_of(maps[0]));
  for (int i = 0; i < 30; ++i)
    write(random() % 3);
}

} // namespace

// -- puts and erases -------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_worked_example_of_the_header) {
  aw_lww_map left;
  left.put("x", entry_of({a, 1}, 1, "1"));
  aw_lww_map right;
  right.put("y", entry_of({b, 1}, 2, "2"));
  join_all(left, all_of(right));
  BOOST_TEST(winner_of(register_of(left, "x")) == "1");
  BOOST_TEST(winner_of(register_of(left, "y")) == "2");

  aw_lww_map erased;
  erased.put("x", entry_of({a, 1}, 1, "1"));
  erased.erase("x", {c, 1});
  join_all(left, all_of(erased));
  BOOST_TEST(winner_of(register_of(left, "x")) == "(absent)");
  BOOST_TEST(winner_of(register_of(left, "y")) == "2");
}

BOOST_AUTO_TEST_CASE(a_change_says_what_it_did_to_the_key) {
  aw_lww_map map;
  auto put = map.put("x", entry_of({a, 1}, 1, "1"));
  BOOST_TEST(put.owner == map.find("x"));
  BOOST_TEST(put.changed);
  BOOST_TEST(!put.was_live);
  BOOST_TEST(map.put("x", entry_of({a, 2}, 2, "2")).was_live);
  BOOST_TEST(map.erase("x", {a, 3}).was_live);
  BOOST_TEST(!map.erase("x", {a, 4}).was_live);
  auto stale = map.join("x", causal_register{entry_of({a, 1}, 1, "1")}, {});
  BOOST_TEST(stale.owner == map.find("x"));
  BOOST_TEST(!stale.changed);
}

BOOST_AUTO_TEST_CASE(the_counts_are_of_live_keys_and_of_all_their_live_values) {
  aw_lww_map map;
  map.put("four", entry_of({a, 1}, 1, "seven b"));
  BOOST_TEST(map.live_key_count() == 1u);
  BOOST_TEST(map.live_byte_count() == 4u + 7u);
  map.put("four", entry_of({a, 2}, 2, "12"));
  BOOST_TEST(map.live_byte_count() == 4u + 2u);
  map.join("four", causal_register{entry_of({b, 1}, 3, "123")}, {});
  BOOST_TEST(map.live_key_count() == 1u);
  BOOST_TEST(map.live_byte_count() == 4u + 2u + 3u);
  map.erase("four", {a, 3});
  BOOST_TEST(map.live_key_count() == 0u);
  BOOST_TEST(map.live_byte_count() == 0u);
  BOOST_TEST(map.size() == 1u);
}

// -- joins -----------------------------------------------------------------------------------------------------------

BOOST_DATA_TEST_CASE(a_map_agrees_with_its_registers_after_each_change, boost::unit_test::data::xrange(50u), seed) {
  aw_lww_map maps[3];
  fill_apart(maps, seed);
  for (auto& map : maps)
    BOOST_TEST(audit(map) == "");
  for (const auto& [key, value] : all_of(maps[1])) {
    maps[0].join(key, value, {});
    BOOST_TEST(audit(maps[0]) == "");
  }
  maps[0].drop_expired(start_ms + 1, no_limit, [](const auto&) {});
  BOOST_TEST(audit(maps[0]) == "");
  version_vector forgotten;
  maps[0].forget([seed](dot d) { return d.counter < seed; }, forgotten, no_limit);
  BOOST_TEST(audit(maps[0]) == "");
}

BOOST_DATA_TEST_CASE(registers_in_any_order_and_portion_join_to_the_same, boost::unit_test::data::xrange(50u), seed) {
  aw_lww_map maps[3];
  fill_apart(maps, seed);
  delta registers;
  for (const auto& map : maps)
    for (auto& item : all_of(map))
      registers.push_back(std::move(item));
  aw_lww_map in_order;
  join_all(in_order, registers);

  std::mt19937 random{seed};
  auto repeated = registers;
  for (const auto& item : registers)
    if (random() % 2 == 0)
      repeated.push_back(item);
  std::shuffle(repeated.begin(), repeated.end(), random);
  aw_lww_map shuffled;
  join_all(shuffled, repeated);

  BOOST_TEST((all_of(shuffled) == all_of(in_order)));
  BOOST_TEST(shuffled.fingerprint() == in_order.fingerprint());
}

BOOST_DATA_TEST_CASE(a_delta_says_nothing_of_the_keys_that_it_does_not_carry, boost::unit_test::data::xrange(20u),
                     seed) {
  aw_lww_map maps[3];
  fill_apart(maps, seed);
  auto before = all_of(maps[0]);
  auto registers = all_of(maps[1]);
  const auto& [carried, value] = registers[seed % registers.size()];
  maps[0].join(carried, value, {});
  for (const auto& item : before)
    if (item.first != carried)
      BOOST_TEST(register_of(maps[0], item.first) == item.second);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_with_nothing_new_is_not_taken_up) {
  aw_lww_map map;
  auto dead = causal_register({entry_of({a, 1}, 1, "dead")}, {{b, 2}});
  auto effect = map.join("x", dead, {{a, 1}, {b, 2}});
  BOOST_TEST(effect.owner == nullptr);
  BOOST_TEST(!effect.changed);
  BOOST_TEST(map.size() == 0u);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_with_something_new_is_taken_up) {
  aw_lww_map map;
  auto erased = map.join("x", causal_register({}, {{a, 1}}), {});
  BOOST_TEST(erased.changed);
  BOOST_TEST(map.size() == 1u);
  BOOST_TEST(map.live_key_count() == 0u);
  map.join("y", causal_register({entry_of({a, 2}, 1, "new")}, {{b, 2}}), {{a, 1}, {b, 2}});
  BOOST_TEST(winner_of(register_of(map, "y")) == "new");
}

BOOST_AUTO_TEST_CASE(dropped_entries_leave_the_counts_and_stay_in_the_index) {
  aw_lww_map map;
  auto& owner = *map.put("x", entry_of({a, 1}, 1, "1")).owner;
  auto effect = map.drop_live(owner, [](const entry&) { return true; });
  BOOST_TEST(effect.changed);
  BOOST_TEST(effect.was_live);
  BOOST_TEST(map.live_key_count() == 0u);
  BOOST_TEST(map.index().highest(a) == 1u);
  BOOST_TEST(audit(map) == "");
}

BOOST_AUTO_TEST_CASE(a_register_that_names_an_event_of_another_key_is_not_taken_up) {
  aw_lww_map map;
  map.put("x", entry_of({a, 1}, 1, "1"));
  BOOST_TEST(map.join("y", causal_register{entry_of({a, 1}, 1, "1")}, {}).owner == nullptr);
  BOOST_TEST(map.join("y", causal_register{{entry_of({b, 1}, 1, "2")}, {{a, 1}}}, {}).owner == nullptr);
  BOOST_TEST(map.size() == 1u);
  BOOST_TEST(winner_of(register_of(map, "x")) == "1");
  BOOST_TEST(audit(map) == "");
}

// No neighbour could read it, and nothing more would ever get there.
BOOST_AUTO_TEST_CASE(a_register_that_would_crowd_a_key_is_not_taken_up) {
  auto crowd = [](ariadne::crdt::replica_id id) {
    std::vector<entry> live;
    for (std::uint64_t i = 1; i <= ariadne::crdt::live_entries_max / 2; ++i)
      live.push_back(entry_of({id, i}, 0, ""));
    return causal_register{std::move(live), {}};
  };
  aw_lww_map map;
  map.put("k", entry_of({c, 1}, 9, "mine"));
  BOOST_TEST(map.join("k", crowd(a), {}).changed);
  BOOST_TEST(!map.join("k", crowd(b), {}).changed);
  BOOST_TEST(register_of(map, "k").live_count() == ariadne::crdt::live_entries_max / 2 + 1);
  BOOST_TEST(winner_of(register_of(map, "k")) == "mine");
  BOOST_TEST(map.join("k", causal_register{{}, {{a, ariadne::crdt::live_entries_max}}}, {}).changed);
  BOOST_TEST(map.join("k", crowd(b), {}).changed);
  BOOST_TEST(audit(map) == "");
}

BOOST_AUTO_TEST_CASE(a_packed_register_gives_back_what_it_was_given) {
  aw_lww_map map;
  const auto plain = entry_of({a, 1}, 7, "value");
  map.put("x", plain);
  BOOST_TEST((register_of(map, "x") == causal_register{plain}));
  const auto expiring = entry_of({a, 2}, 8, "value", start_ms + 1);
  map.put("x", expiring);
  BOOST_TEST((register_of(map, "x") == causal_register{expiring}));
  const auto of_another = entry_of({b, 1}, 9, "other");
  map.put("x", of_another);
  BOOST_TEST((register_of(map, "x") == causal_register{{of_another}, {{a, 2}}}));
  version_vector forgotten;
  map.forget(always, forgotten, no_limit);
  BOOST_TEST((register_of(map, "x") == causal_register{of_another}));
  BOOST_TEST(audit(map) == "");
}

// -- forgetting ------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_erased_key_leaves_the_map_once_all_its_dots_are_stable) {
  aw_lww_map map;
  map.put("x", entry_of({a, 1}, 1, "1"));
  map.erase("x", {b, 1});
  version_vector forgotten;
  map.forget([](dot d) { return d != dot{b, 1}; }, forgotten, no_limit);
  BOOST_TEST(map.size() == 1u);
  BOOST_TEST(forgotten.empty());
  map.forget(always, forgotten, no_limit);
  BOOST_TEST(map.size() == 0u);
  BOOST_TEST(map.index().size() == 0u);
  BOOST_TEST(forgotten == (version_vector{{a, 1}, {b, 1}}));
}

BOOST_AUTO_TEST_CASE(forgotten_rises_over_the_live_dots_of_the_register_too) {
  aw_lww_map map;
  map.put("x", entry_of({a, 1}, 1, "1"));
  map.put("x", entry_of({b, 1}, 2, "2"));
  version_vector forgotten;
  map.forget(always, forgotten, no_limit);
  BOOST_TEST(forgotten == (version_vector{{a, 1}, {b, 1}}));
  BOOST_TEST(register_of(map, "x") == causal_register{entry_of({b, 1}, 2, "2")});
  BOOST_TEST(audit(map) == "");
}

BOOST_AUTO_TEST_CASE(a_register_with_nothing_to_forget_raises_nothing) {
  aw_lww_map map;
  map.put("x", entry_of({a, 1}, 1, "1"));
  version_vector forgotten;
  map.forget(always, forgotten, no_limit);
  BOOST_TEST(forgotten.empty());
  BOOST_TEST(map.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_register_can_be_forgotten_again_and_again) {
  aw_lww_map map;
  version_vector forgotten;
  for (std::uint64_t counter = 1; counter < 10; counter += 2) {
    map.put("x", entry_of({a, counter}, counter, "put"));
    map.erase("x", {a, counter + 1});
    map.forget(always, forgotten, no_limit);
    BOOST_TEST(map.size() == 0u);
    BOOST_TEST(forgotten[a] == counter + 1);
  }
}

BOOST_AUTO_TEST_CASE(forgetting_looks_at_no_more_registers_than_it_may_and_comes_to_all_in_turn) {
  aw_lww_map map;
  for (std::uint64_t i = 1; i <= 10; ++i)
    map.erase("k" + std::to_string(i), {a, i});
  version_vector forgotten;
  auto unstable = dot{a, 1};
  auto is_stable = [&](dot d) { return d != unstable; };
  map.forget(is_stable, forgotten, 4);
  BOOST_TEST(map.size() == 7u);
  map.forget(is_stable, forgotten, 4);
  BOOST_TEST(map.size() == 3u);
  map.forget(is_stable, forgotten, 4);
  BOOST_TEST(map.size() == 1u);
  map.forget(always, forgotten, 4);
  BOOST_TEST(map.size() == 0u);
}

// -- expiry ----------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(expired_entries_are_dropped_and_no_others) {
  aw_lww_map map;
  map.put("soon", entry_of({a, 1}, 1, "1", start_ms + 10));
  map.put("late", entry_of({a, 2}, 1, "2", start_ms + 20));
  map.put("never", entry_of({a, 3}, 1, "3"));
  std::vector<std::string> dropped;
  auto visit = [&](const aw_lww_map::effect& effect) {
    BOOST_TEST(effect.was_live);
    dropped.emplace_back(effect.owner->key());
  };
  map.drop_expired(start_ms + 9, no_limit, visit);
  BOOST_TEST(dropped.empty());
  map.drop_expired(start_ms + 10, no_limit, visit);
  BOOST_TEST(dropped == std::vector<std::string>{"soon"}, boost::test_tools::per_element());
  BOOST_TEST(map.live_key_count() == 2u);
  BOOST_TEST(register_of(map, "soon") == causal_register({}, {{a, 1}}));
  BOOST_TEST(audit(map) == "");
}

BOOST_AUTO_TEST_CASE(an_entry_that_was_superseded_in_time_does_not_expire) {
  aw_lww_map map;
  map.put("x", entry_of({a, 1}, 1, "short", start_ms + 10));
  map.put("x", entry_of({a, 2}, 2, "long", start_ms + 30));
  auto drops = 0;
  map.drop_expired(start_ms + 20, no_limit, [&](const auto&) { ++drops; });
  BOOST_TEST(drops == 0);
  BOOST_TEST(winner_of(register_of(map, "x")) == "long");
}

BOOST_AUTO_TEST_CASE(of_concurrent_entries_only_the_expired_one_is_dropped) {
  aw_lww_map map;
  map.put("x", entry_of({a, 1}, 1, "stays"));
  map.join("x", causal_register{entry_of({b, 1}, 2, "expires", start_ms + 10)}, {});
  map.drop_expired(start_ms + 10, no_limit, [](const auto&) {});
  BOOST_TEST(register_of(map, "x") == causal_register({entry_of({a, 1}, 1, "stays")}, {{b, 1}}));
}

BOOST_AUTO_TEST_CASE(no_more_registers_expire_at_once_than_may) {
  aw_lww_map map;
  for (std::uint64_t i = 1; i <= 10; ++i)
    map.put("k" + std::to_string(i), entry_of({a, i}, 1, "x", start_ms));
  map.drop_expired(start_ms, 4, [](const auto&) {});
  BOOST_TEST(map.live_key_count() == 6u);
  map.drop_expired(start_ms, no_limit, [](const auto&) {});
  BOOST_TEST(map.live_key_count() == 0u);
}

// -- the fingerprint -------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_fingerprint_depends_on_the_live_entries_and_not_on_how_they_came_about) {
  aw_lww_map direct;
  direct.put("x", entry_of({a, 3}, 3, "3"));
  aw_lww_map detour;
  detour.put("y", entry_of({a, 1}, 1, "1"));
  detour.erase("y", {a, 2});
  detour.put("x", entry_of({b, 1}, 2, "2"));
  detour.put("x", entry_of({a, 3}, 3, "3"));
  BOOST_TEST(direct.fingerprint() == detour.fingerprint());
}

BOOST_AUTO_TEST_CASE(another_dot_or_stamp_makes_another_fingerprint) {
  aw_lww_map map;
  map.put("x", entry_of({a, 1}, 1, "x"));
  for (const auto& other : {entry_of({a, 2}, 1, "x"), entry_of({b, 1}, 1, "x"), entry_of({a, 1}, 2, "x")}) {
    aw_lww_map other_map;
    other_map.put("x", other);
    BOOST_TEST((other_map.fingerprint().low != map.fingerprint().low));
    BOOST_TEST((other_map.fingerprint().high != map.fingerprint().high));
  }
}

BOOST_AUTO_TEST_CASE(entries_that_expire_are_left_out_of_the_fingerprint) {
  aw_lww_map map;
  map.put("x", entry_of({a, 1}, 1, "x", start_ms + 1));
  BOOST_TEST(map.fingerprint() == ariadne::crdt::fingerprint{});
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace aw_lww_map_test
