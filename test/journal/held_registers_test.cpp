#include "journal/held_registers.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace held_registers_test {

using namespace ariadne;

BOOST_AUTO_TEST_SUITE(held_registers)

namespace {

constexpr crdt::replica_id a{11};

journal::read_register written(const std::string& key, std::uint64_t counter) {
  return {{key, crdt::causal_register{{{a, counter}, {}, 0, crdt::shared_bytes{"v" + std::to_string(counter)}}}}, {}};
}

/// Its value stands elsewhere.
journal::read_register referring(const std::string& key, std::uint64_t counter) {
  auto result = written(key, counter);
  result.references.push_back({{a, counter}, 1'000});
  return result;
}

journal::read_register gone(const std::string& key) {
  return {{key, {}}, {}};
}

/// As `key:counter` for each.
std::string taken(journal::held_registers& held) {
  std::string result;
  for (const auto& r : held.take())
    result += r.key + ":" + std::to_string(r.value.live(0).dot.counter) + " ";
  return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_last_register_of_each_key_counts) {
  journal::held_registers held;
  held.hold(written("x", 1));
  held.hold(written("y", 2));
  held.hold(written("x", 3));
  BOOST_TEST(held.size() == 2u);
  BOOST_TEST(taken(held) == "x:3 y:2 ");
  BOOST_TEST(held.size() == 0u);
  BOOST_TEST(taken(held).empty());
}

BOOST_AUTO_TEST_CASE(a_key_that_is_gone_is_not_held_and_may_come_back) {
  journal::held_registers held;
  for (const auto* key : {"x", "y", "z"})
    held.hold(written(key, 1));
  held.hold(gone("x"));
  held.hold(gone("z"));
  held.hold(gone("never"));
  BOOST_TEST(held.size() == 1u);
  held.hold(written("z", 2));
  BOOST_TEST(held.size() == 2u);
  held.hold(gone("y"));
  BOOST_TEST(taken(held) == "z:2 ");
}

BOOST_AUTO_TEST_CASE(what_comes_out_depends_on_what_was_read_and_its_order_alone) {
  const auto all = [] {
    journal::held_registers held;
    for (std::uint64_t i = 1; i <= 5'000; ++i)
      held.hold(i % 7 == 0 ? gone("key " + std::to_string(i / 2)) : written("key " + std::to_string(i), i));
    return taken(held);
  };
  BOOST_TEST(all() == all());
  // As most of a log has it.
  journal::held_registers held;
  for (std::uint64_t i = 1; i <= 3; ++i)
    held.hold(written(std::string(3, static_cast<char>('z' - i)), i));
  BOOST_TEST(taken(held) == "yyy:1 xxx:2 www:3 ");
}

BOOST_AUTO_TEST_CASE(a_missing_value_is_asked_for_once_and_only_for_the_register_that_counts) {
  journal::held_registers held;
  held.hold(referring("x", 1));
  held.hold(referring("y", 2));
  held.hold(referring("z", 3));
  held.hold(written("x", 4));
  held.hold(referring("y", 5));
  held.hold(gone("z"));
  std::vector<std::uint64_t> asked;
  const auto supply = [&](crdt::causal_register& value, const crdt::value_reference& reference) {
    asked.push_back(reference.dot.counter);
    value.supply(reference.dot, crdt::shared_bytes{"whole"});
    return true;
  };
  BOOST_TEST(held.supply_values(supply) == 0u);
  BOOST_TEST((asked == std::vector<std::uint64_t>{5}));
  BOOST_TEST(held.supply_values(supply) == 0u);
  const auto all = held.take();
  BOOST_REQUIRE(all.size() == 2u);
  BOOST_TEST((all[1].value.live(0).value.view() == "whole"));
}

BOOST_AUTO_TEST_CASE(a_register_whose_value_is_nowhere_is_not_held) {
  journal::held_registers held;
  held.hold(referring("x", 1));
  held.hold(written("y", 2));
  BOOST_TEST(held.supply_values([](auto&, const auto&) { return false; }) == 1u);
  BOOST_TEST(held.size() == 1u);
  BOOST_TEST(taken(held) == "y:2 ");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace held_registers_test
