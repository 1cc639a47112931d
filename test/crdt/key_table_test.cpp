#include "crdt/key_table.hpp"

#include "crdt/disposal.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <vector>

namespace key_table_test {

BOOST_AUTO_TEST_SUITE(key_table)

using ariadne::crdt::disposal;
using ariadne::crdt::keyed_register;
using ariadne::crdt::register_pool;
using table_of_keys = ariadne::crdt::key_table;
using hashed = table_of_keys::hashed_key;

namespace {

/// A table with the keys k0, k1, k2, ...
struct filled_table {
  /// Enough for some splits.
  static constexpr int keys = 20'000;

  filled_table() {
    for (int i = 0; i < keys; ++i)
      owners.push_back(&table.find_or_add(hashed{name(i)}, [&] { return pool.make(name(i)); }));
  }
  ~filled_table() {
    table.for_each([this](keyed_register* owner) { pool.destroy(owner); });
  }

  static std::string name(int i) {
    return "k" + std::to_string(i);
  }

  register_pool pool;
  table_of_keys table;
  std::vector<keyed_register*> owners;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(every_key_is_found_however_many_there_are, filled_table) {
  BOOST_TEST(table.size() == static_cast<std::size_t>(keys));
  for (int i = 0; i < keys; ++i)
    BOOST_REQUIRE(table.find(hashed{name(i)}) == owners[i]);
  BOOST_TEST(table.find(hashed{"other"}) == nullptr);
}

BOOST_FIXTURE_TEST_CASE(a_key_that_is_there_is_not_made_again, filled_table) {
  for (int i = 0; i < keys; ++i)
    BOOST_REQUIRE(&table.find_or_add(hashed{name(i)}, []() -> keyed_register* { throw "made again"; }) == owners[i]);
  BOOST_TEST(table.size() == static_cast<std::size_t>(keys));
}

BOOST_FIXTURE_TEST_CASE(erased_keys_are_gone_and_all_others_are_visited_once, filled_table) {
  for (int i = 0; i < keys; i += 2) {
    table.erase(hashed{name(i)});
    pool.destroy(owners[i]);
  }
  BOOST_TEST(table.size() == static_cast<std::size_t>(keys / 2));
  std::multiset<std::string> visited;
  table.for_each([&](const keyed_register* owner) { visited.emplace(owner->key()); });
  BOOST_TEST(visited.size() == static_cast<std::size_t>(keys / 2));
  for (int i = 0; i < keys; ++i)
    BOOST_REQUIRE(visited.count(name(i)) == static_cast<std::size_t>(i % 2));
}

BOOST_AUTO_TEST_CASE(what_is_disposed_of_is_freed_a_few_elements_at_a_time) {
  disposal<std::set<int>> heap;
  BOOST_TEST(heap.empty());
  heap.add({});
  BOOST_TEST(heap.empty());
  heap.add({1, 2, 3});
  heap.add({4, 5});
  BOOST_TEST(heap.free_some(2) == 2u);
  BOOST_TEST(!heap.empty());
  BOOST_TEST(heap.free_some(2) == 2u);
  BOOST_TEST(heap.free_some(2) == 1u);
  BOOST_TEST(heap.empty());
  BOOST_TEST(heap.free_some(2) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace key_table_test
