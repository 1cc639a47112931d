#include "crdt/fenced_write.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace fenced_write_test {

using namespace ariadne::crdt;

namespace {

constexpr std::uint64_t now_ms = 1'000'000;

replica_options options_of(std::uint64_t id) {
  replica_options result;
  result.id = replica_id{id};
  result.cluster = "test";
  result.node = std::to_string(id);
  return result;
}

struct two_replicas {
  replica a{options_of(1)};
  replica b{options_of(2)};

  dot put(replica& where, const std::string& value) {
    return where.put("key", shared_bytes{value}, now_ms).value();
  }

  /// They tell each other all that they have.
  void meet() {
    for (auto* each : {&a, &b}) {
      each->set_members({replica_id{1}, replica_id{2}});
      each->open(link_id{1}, true, now_ms);
    }
    exchange();
  }

  void exchange() {
    for (auto is_busy = true; is_busy;) {
      is_busy = false;
      for (const auto& [from, to] : {std::pair{&a, &b}, std::pair{&b, &a}})
        for (const auto& frame : from->take_frames()) {
          BOOST_TEST(!to->receive(link_id{1}, frame.bytes, now_ms).has_value());
          is_busy = true;
        }
    }
  }

  static std::string read(const replica& where) {
    const auto found = where.get("key", now_ms);
    return found ? std::string{found->value.view()} : std::string{};
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(fenced_write, two_replicas)

BOOST_AUTO_TEST_CASE(a_write_that_has_seen_all_that_stands_is_made) {
  const auto first = put(a, "first");
  const auto result = ariadne::crdt::fenced_write(a, "key", "second", {first}, now_ms, 0);
  BOOST_TEST(result->written);
  BOOST_TEST(read(a) == "second");
}

BOOST_AUTO_TEST_CASE(a_write_that_has_not_seen_what_stands_is_not_made) {
  const auto first = put(a, "first");
  put(a, "second");
  const auto result = ariadne::crdt::fenced_write(a, "key", "third", {first}, now_ms, 0);
  BOOST_TEST(!result->written);
  BOOST_REQUIRE(result->entries.size() == 1u);
  BOOST_TEST(result->entries.front().value.view() == "second");
}

BOOST_AUTO_TEST_CASE(an_erase_of_what_stands_leaves_nothing) {
  const auto event = put(a, "value");
  const auto done = fenced_erase(a, "key", event, now_ms);
  BOOST_TEST(done.erased);
  BOOST_TEST(!done.standing.has_value());
  BOOST_TEST(!fenced_erase(a, "key", event, now_ms).erased);
}

BOOST_AUTO_TEST_CASE(an_erase_of_what_has_been_replaced_changes_nothing) {
  const auto old = put(a, "old");
  const auto later = put(a, "new");
  const auto done = fenced_erase(a, "key", old, now_ms);
  BOOST_TEST(!done.erased);
  BOOST_TEST((done.standing == later));
  BOOST_TEST(a.counters().erases == 0u);
}

BOOST_AUTO_TEST_CASE(an_erase_leaves_what_was_written_at_the_same_time_on_all_replicas) {
  const auto of_a = put(a, "of a");
  const auto of_b = put(b, "of b");
  meet();
  BOOST_TEST(read(a) == read(b));
  const auto target = read(a) == "of a" ? of_a : of_b;
  const auto other = target == of_a ? of_b : of_a;
  const auto done = fenced_erase(a, "key", target, now_ms);
  BOOST_TEST(done.erased);
  BOOST_TEST((done.standing == other));
  exchange();
  for (const auto* each : {&a, &b})
    BOOST_TEST(read(*each) == (other == of_a ? "of a" : "of b"));
}

BOOST_AUTO_TEST_CASE(what_has_expired_is_not_erased_again) {
  const auto event = a.put("key", shared_bytes{"value"}, now_ms, now_ms + 1).value();
  BOOST_TEST(!fenced_erase(a, "key", event, now_ms + 1).erased);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace fenced_write_test
