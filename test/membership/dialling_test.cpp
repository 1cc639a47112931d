#include "membership/dialling.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dialling_test {

using namespace ariadne::membership;

namespace {

/// The name of the suite is that of the class.
using dialling_of_node = ariadne::membership::dialling;

constexpr std::uint64_t start = 1'000'000;
constexpr contact somebody{7};

/// A node that is to connect to `b`, and to whoever is at `x:1`.
struct dialling_node {
  dialling_node() {
    table.list("b", "b:1", start);
    dials.seeds().set({"x:1"}, start);
  }
  ~dialling_node() {
    BOOST_TEST(dials.check_invariants() == "");
  }

  /// How many commands of the kind there have been since the last call.
  template <class Command>
  std::size_t count() {
    std::size_t result = 0;
    for (const auto& command : std::exchange(commands, {}))
      result += std::holds_alternative<Command>(command) ? 1 : 0;
    return result;
  }

  void begin() {
    dials.begin();
    dials.dial_due(start);
    commands.clear();
  }

  /// Somebody is reached at the attempt. Returns the number of the introduction.
  std::uint64_t reach(const attempt& made) {
    dials.introduce_to(somebody, made, {});
    return std::get<introduce>(commands.back()).pending.number;
  }

  const attempt at_b{"b", "b:1"};
  const attempt at_x{"x:1", "x:1"};
  std::vector<view_command> commands;
  node_table table;
  dialling_of_node dials{table, {}, commands};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(dialling, dialling_node)

BOOST_AUTO_TEST_CASE(it_connects_to_nobody_before_it_begins_or_after_it_ends) {
  dials.schedule(start);
  dials.dial_due(start);
  BOOST_TEST(commands.empty());
  BOOST_TEST(dials.begin());
  dials.end();
  dials.schedule(start);
  dials.dial_due(start);
  BOOST_TEST(commands.empty());
  BOOST_TEST(!dials.needs("b"));
}

BOOST_AUTO_TEST_CASE(it_begins_once) {
  BOOST_TEST(dials.begin());
  BOOST_TEST(!dials.begin());
  dials.dial_due(start);
}

BOOST_AUTO_TEST_CASE(whoever_is_due_is_dialled_by_name_and_by_address) {
  dials.begin();
  dials.dial_due(start);
  BOOST_TEST(count<dial>() == 2u);
}

BOOST_AUTO_TEST_CASE(it_wakes_once_for_whoever_is_due_next) {
  begin();
  table.failed("b", "b:1", "nobody is there", start, 0);
  dials.schedule(start);
  dials.schedule(start);
  BOOST_TEST(count<wake>() == 1u);
}

BOOST_AUTO_TEST_CASE(an_answer_is_awaited_once_and_only_the_last_one) {
  begin();
  const auto first = reach(at_b);
  const auto second = reach(at_b);
  BOOST_TEST(!dials.is_awaited("b", first));
  BOOST_TEST(dials.is_awaited("b", second));
  BOOST_TEST(!dials.is_awaited("b", second));
}

BOOST_AUTO_TEST_CASE(who_is_found_at_an_address_is_watched_until_it_has_answered) {
  begin();
  const auto number = reach(at_x);
  BOOST_TEST(count<watch>() == 1u);
  BOOST_TEST(dials.is_awaited("x:1", number));
  BOOST_TEST(count<watch_no_more>() == 1u);
}

BOOST_AUTO_TEST_CASE(a_contact_that_is_lost_before_it_has_said_its_name_leaves_its_attempt) {
  begin();
  reach(at_b);
  const auto number = reach(at_x);
  const auto lost = dials.await_no_more(somebody);
  BOOST_TEST_REQUIRE(lost.size() == 1u);
  BOOST_TEST(lost[0].node == "x:1");
  BOOST_TEST(!dials.is_awaited("x:1", number));
  BOOST_TEST(dials.await_no_more("b").has_value());
}

BOOST_AUTO_TEST_CASE(a_node_that_is_up_needs_no_connection) {
  BOOST_TEST(dials.needs("b"));
  table.up("b", "b:1", 1, start);
  BOOST_TEST(!dials.needs("b"));
  BOOST_TEST(!dials.needs("nobody"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace dialling_test
