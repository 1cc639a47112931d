#include "actors/error.hpp"
#include "actors/internal/replica_messages.hpp"
#include "actors/internal/waiting_writes.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace waiting_writes_test {

using namespace ariadne;

namespace {

/// This node, and another one that has acknowledged all events up to a counter.
concern_view view(std::uint64_t acknowledged) {
  return {{{2, acknowledged, true}}, 2, true, false, 2};
}

struct many_writes {
  static constexpr std::size_t count = 3 * ariadne::waiting_writes::step_ends_max + 7;
  ariadne::waiting_writes writes;
  int answered = 0;

  void add(std::uint64_t timeout_ms, std::uint32_t nodes = 2) {
    for (std::uint64_t counter = 1; counter <= count; ++counter)
      writes.add({1, counter}, {{concern_level::count, nodes}, timeout_ms}, waiting_place{},
                 kept_promise<receipt>{caf::typed_response_promise<receipt>{}});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(waiting_writes, many_writes)

BOOST_AUTO_TEST_CASE(those_that_are_met_at_once_are_answered_in_steps) {
  add(60'000);
  writes.settle(view(count - 5));
  BOOST_TEST(writes.size() == count - ariadne::waiting_writes::step_ends_max);
  while (writes.has_work())
    writes.settle(view(count - 5));
  BOOST_TEST(writes.size() == 5u);
}

BOOST_AUTO_TEST_CASE(those_whose_time_is_up_are_given_up_in_steps) {
  add(0);
  writes.give_up_hopeless(view(0));
  BOOST_TEST(writes.size() == count);
  writes.look_at_all();
  auto before = writes.size();
  while (writes.has_work()) {
    writes.give_up_hopeless(view(0));
    BOOST_TEST(before - writes.size() <= ariadne::waiting_writes::step_ends_max);
    before = writes.size();
  }
  BOOST_TEST(writes.empty());
}

BOOST_AUTO_TEST_CASE(those_that_want_more_nodes_than_there_are_are_given_up_and_others_stay) {
  add(60'000);
  add(60'000, 3);
  writes.look_at_all();
  while (writes.has_work())
    writes.give_up_hopeless(view(0));
  BOOST_TEST(writes.size() == count);
}

BOOST_AUTO_TEST_CASE(each_put_that_is_met_or_given_up_is_told_of_and_no_fenced_write) {
  std::vector<std::string> told;
  writes.call_on_answer([&](const write_concern& concern, steady_clock::duration took, const caf::error* why) {
    BOOST_TEST(took.count() >= 0);
    BOOST_TEST((!why || *why == ec::too_few_holders));
    told.push_back(std::string{label_of(concern)} + (why ? " failed" : " met"));
  });
  const auto put = [] { return kept_promise<receipt>{caf::typed_response_promise<receipt>{}}; };
  writes.add({1, 1}, {{concern_level::count, 2}, 60'000}, waiting_place{}, put());
  writes.add(
    {1, 2}, {{concern_level::count, 2}, 60'000}, waiting_place{},
    {kept_promise<fenced_receipt>{caf::typed_response_promise<fenced_receipt>{}}, [] { return live_values{}; }});
  writes.add({1, 3}, {{concern_level::majority, 0, true}, 0}, waiting_place{}, put());
  writes.settle(view(2));
  writes.look_at_all();
  while (writes.has_work())
    writes.give_up_hopeless(view(2));
  BOOST_TEST(writes.empty());
  BOOST_TEST((told == std::vector<std::string>{"count met", "majority,durable failed"}));
}

BOOST_AUTO_TEST_CASE(a_receipt_says_who_holds_the_event_and_who_durably) {
  auto now = view(7);
  now.self = 1;
  now.members = {{2, 7, true, 5}, {3, 4, true, 4}};
  now.durable = 6;
  const auto durable = make_receipt({1, 5}, {concern_level::majority, 0, true}, now);
  BOOST_TEST((durable.holders == std::vector<std::uint64_t>{1, 2}));
  BOOST_TEST((durable.durable_holders == std::vector<std::uint64_t>{1, 2}));
  const auto later = make_receipt({1, 7}, {concern_level::majority, 0, true}, now);
  BOOST_TEST((later.holders == std::vector<std::uint64_t>{1, 2}));
  BOOST_TEST(later.durable_holders.empty());
  BOOST_TEST(make_receipt({1, 5}, {concern_level::majority, 0}, now).durable_holders.empty());
}

BOOST_AUTO_TEST_CASE(those_that_want_more_journals_than_there_are_are_given_up_and_others_stay) {
  add(60'000);
  for (std::uint64_t counter = 1; counter <= 3; ++counter)
    writes.add({1, counter}, {{concern_level::count, 2, true}, 60'000}, waiting_place{},
               kept_promise<receipt>{caf::typed_response_promise<receipt>{}});
  writes.look_at_all();
  auto journals = view(0);
  journals.keeps = true;
  while (writes.has_work())
    writes.give_up_hopeless(journals);
  BOOST_TEST(writes.size() == count + 3);
  journals.members.front().may_keep = false;
  writes.look_at_all();
  while (writes.has_work())
    writes.give_up_hopeless(journals);
  BOOST_TEST(writes.size() == count);
}

BOOST_AUTO_TEST_CASE(what_is_to_be_durable_waits_for_the_disks) {
  writes.add({1, 1}, {{concern_level::count, 2, true}, 60'000}, waiting_place{},
             kept_promise<receipt>{caf::typed_response_promise<receipt>{}});
  auto now = view(1);
  now.durable = 1;
  writes.settle(now);
  BOOST_TEST(writes.size() == 1u);
  now.members.front().durable = 1;
  writes.settle(now);
  BOOST_TEST(writes.empty());
}

BOOST_AUTO_TEST_CASE(a_fenced_write_waits_for_nodes_that_are_not_known_to_the_end_of_its_time) {
  const auto add_fenced = [&](std::uint64_t counter, std::uint64_t timeout_ms) {
    writes.add({1, counter}, {{concern_level::count, 3}, timeout_ms}, waiting_place{},
               {kept_promise<fenced_receipt>{caf::typed_response_promise<fenced_receipt>{}}, [&] {
                  ++answered;
                  return live_values{};
                }});
  };
  add_fenced(1, 60'000);
  add_fenced(2, 0);
  writes.look_at_all();
  while (writes.has_work())
    writes.give_up_hopeless(view(0));
  BOOST_TEST(writes.size() == 1u);
  BOOST_TEST(answered == 1);
}

BOOST_AUTO_TEST_CASE(the_time_of_a_large_write_does_not_run_while_its_value_is_on_its_way) {
  const auto add_one = [&](std::uint64_t counter, bool counts_from_last_piece) {
    writes.add({1, counter}, {{concern_level::count, 2}, 0}, waiting_place{},
               kept_promise<receipt>{caf::typed_response_promise<receipt>{}}, counts_from_last_piece);
  };
  const auto look = [&](bool is_moving) {
    writes.look_at_all();
    while (writes.has_work())
      writes.give_up_hopeless(view(0), [=](const event_id&) { return is_moving; });
  };
  add_one(1, true);
  add_one(2, false);
  look(true);
  BOOST_TEST(writes.size() == 1u);
  look(true);
  BOOST_TEST(writes.size() == 1u);
  look(false);
  BOOST_TEST(writes.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace waiting_writes_test
