#include "session/peer_message.hpp"
#include "session/session_host.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <variant>
#include <vector>

// What happens to all sessions at once takes several calls, and comes to the same as if it had taken one.

namespace ariadne::session::session_host_steps_test {

namespace {

const host_id other{"b", 2};
constexpr std::uint64_t now_ms = 1'000;

session_key key(std::size_t number) {
  return {"game", std::to_string(number)};
}

std::vector<crdt::live_entry> record_of(const host_id& owner, std::uint64_t counter) {
  session_record record;
  record.epoch = 1;
  record.revision = 1;
  record.owner = owner;
  record.state = {"game", 1, "round 7"};
  return {{{crdt::replica_id{owner.incarnation}, counter}, crdt::shared_bytes{encode(record)}}};
}

/// A host that looks at two sessions or requests in one call.
struct patient_host {
  static constexpr std::size_t count = 9;
  session_host host{options(), now_ms};
  std::vector<command> commands;

  static session_host_options options() {
    session_host_options result;
    result.self = {"a", 1};
    result.kinds["game"] = {};
    result.step_sessions_max = 2;
    return result;
  }

  patient_host() {
    host.caught_up(now_ms);
    host.take_commands();
  }
  ~patient_host() {
    BOOST_TEST(host.check_invariants() == "");
  }

  /// Returns how many commands of the type the last call has made.
  template <class Command>
  std::size_t made() {
    commands = host.take_commands();
    return static_cast<std::size_t>(std::count_if(commands.begin(), commands.end(),
                                                  [](const command& c) { return std::holds_alternative<Command>(c); }));
  }

  /// The same of all steps that are left, each of which makes no more than `step_max`.
  template <class Command>
  std::size_t made_by_work(std::size_t step_max) {
    std::size_t result = 0;
    while (host.has_work()) {
      host.work(now_ms);
      const auto by_step = made<Command>();
      BOOST_TEST(by_step <= step_max);
      result += by_step;
    }
    return result;
  }

  void run_sessions() {
    for (std::size_t i = 0; i < count; ++i) {
      host.start(i + 1, key(i), {"game", 1, "round 1"}, now_ms + 5'000, now_ms);
      host.take_commands();
      host.write_done(key(i), {true, true, record_of({"a", 1}, i + 1)}, now_ms);
      host.take_commands();
    }
    made_by_work<write_record>(2);
  }

  void meet_other() {
    host.peer_up(other, now_ms);
    made_by_work<write_record>(2);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(session_host_steps, patient_host)

BOOST_AUTO_TEST_CASE(the_sessions_of_a_host_that_is_gone_are_taken_over_in_steps) {
  meet_other();
  for (std::size_t i = 0; i < count; ++i)
    host.record_changed(key(i), record_of(other, i + 1), now_ms);
  made_by_work<write_record>(2);
  host.peer_down(other, now_ms);
  const auto at_once = made<write_record>();
  BOOST_TEST(at_once <= 2u);
  BOOST_TEST(at_once + made_by_work<write_record>(2) == count);
}

BOOST_AUTO_TEST_CASE(records_are_written_into_a_map_that_begins_anew_in_steps) {
  run_sessions();
  host.map_restarted(now_ms);
  const auto at_once = made<write_record>();
  BOOST_TEST(at_once <= 4u);
  BOOST_TEST(at_once + made_by_work<write_record>(4) == count);
}

BOOST_AUTO_TEST_CASE(a_session_that_something_else_happens_to_first_has_lost_its_record_as_well) {
  run_sessions();
  host.map_restarted(now_ms);
  host.take_commands();
  // It is the last one that its turn comes to.
  host.record_changed(key(count - 1), {}, now_ms);
  made<write_record>();
  const auto is_written_anew = std::any_of(commands.begin(), commands.end(), [](const command& c) {
    const auto* write = std::get_if<write_record>(&c);
    return write != nullptr && write->key == key(count - 1) && write->expected.empty();
  });
  BOOST_TEST(is_written_anew);
}

BOOST_AUTO_TEST_CASE(requests_whose_time_is_up_are_answered_in_steps) {
  for (std::size_t i = 0; i < count; ++i)
    host.locate(i + 1, key(i), now_ms, now_ms);
  made_by_work<answer_request>(2);
  host.tick(now_ms + 1);
  const auto at_once = made<answer_request>();
  BOOST_TEST(at_once <= 2u);
  BOOST_TEST(at_once + made_by_work<answer_request>(2) == count);
}

BOOST_AUTO_TEST_CASE(messages_that_a_lost_host_had_are_unanswered_in_steps_also_when_it_is_back) {
  meet_other();
  for (std::size_t i = 0; i < count; ++i) {
    host.record_changed(key(i), record_of(other, i + 1), now_ms);
    host.deliver(i + 1, key(i), "act", now_ms + 5'000, now_ms);
  }
  made_by_work<answer_request>(2);
  host.peer_down(other, now_ms);
  auto answers = made<answer_request>();
  host.peer_up(other, now_ms);
  answers += made<answer_request>();
  BOOST_TEST(answers < count);
  BOOST_TEST(answers + made_by_work<answer_request>(2) == count);
}

BOOST_AUTO_TEST_CASE(all_who_wait_for_one_session_are_answered_in_steps) {
  for (std::size_t i = 0; i < count; ++i)
    host.locate(i + 1, key(0), now_ms + 5'000, now_ms);
  made_by_work<answer_request>(2);
  meet_other();
  host.record_changed(key(0), record_of(other, 1), now_ms);
  const auto at_once = made<answer_request>();
  BOOST_TEST(at_once <= 4u);
  BOOST_TEST(at_once + made_by_work<answer_request>(4) == count);
}

BOOST_AUTO_TEST_CASE(sessions_are_moved_in_steps) {
  run_sessions();
  meet_other();
  host.drain(now_ms);
  const auto at_once = made<stop_session>();
  BOOST_TEST(at_once <= 2u);
  BOOST_TEST(at_once + made_by_work<stop_session>(2) == count);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::session::session_host_steps_test
