#include "actors/internal/stepwise_work.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

namespace stepwise_work_test {

BOOST_AUTO_TEST_SUITE(stepwise_work)

using namespace std::chrono_literals;

namespace {

struct hand_driven_clock {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<hand_driven_clock>;
  [[maybe_unused]] static constexpr bool is_steady = true;

  static time_point now() {
    return time;
  }

  static inline time_point time{};
};

/// An actor with work of some steps, each of which takes a millisecond.
struct worker {
  using work = ariadne::stepwise_work<hand_driven_clock>;

  worker() {
    hand_driven_clock::time = {};
  }

  void go_on() {
    if (subject.go_on([this] { return steps_left > 0; }, [this] { step(); }))
      ++messages_sent;
  }

  void step() {
    ++steps_done;
    --steps_left;
    pass(1ms);
    go_on();
  }

  void message_came() {
    subject.message_came([this] { step(); });
    go_on();
  }

  /// A message of another kind that takes so long.
  void handle(std::chrono::microseconds time) {
    pass(time);
    go_on();
  }

  void handle_long(std::chrono::microseconds time) {
    const work::long_handler handler{subject};
    handle(time);
  }

  static void pass(std::chrono::microseconds time) {
    hand_driven_clock::time += time;
  }

  work subject;
  int steps_left = 0;
  int steps_done = 0;
  int messages_sent = 0;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(nothing_is_sent_while_there_is_no_work, worker) {
  go_on();
  BOOST_TEST(messages_sent == 0);
}

BOOST_FIXTURE_TEST_CASE(each_step_is_asked_for_by_one_message, worker) {
  steps_left = 3;
  go_on();
  BOOST_TEST(messages_sent == 1);
  BOOST_TEST(steps_done == 0);
  for (int i = 1; i <= 3; ++i) {
    message_came();
    BOOST_TEST(steps_done == i);
  }
  BOOST_TEST(messages_sent == 3);
}

BOOST_FIXTURE_TEST_CASE(work_gets_half_of_the_time_while_its_message_waits_behind_others, worker) {
  steps_left = 1'000;
  go_on();
  message_came();
  const auto before = hand_driven_clock::time;
  for (int i = 0; i < 1'000; ++i)
    handle(100us);
  // 100 ms of other messages.
  BOOST_TEST(steps_done - 1 == 100);
  BOOST_TEST((hand_driven_clock::time - before == 200ms));
  BOOST_TEST(messages_sent == 2);
}

BOOST_FIXTURE_TEST_CASE(the_message_takes_a_step_though_others_were_taken_meanwhile, worker) {
  steps_left = 3;
  go_on();
  message_came();
  handle(1ms);
  BOOST_TEST(steps_done == 2);
  message_came();
  BOOST_TEST(steps_done == 3);
  BOOST_TEST(steps_left == 0);
}

BOOST_FIXTURE_TEST_CASE(a_handler_that_was_long_takes_no_step_on_top, worker) {
  steps_left = 10;
  go_on();
  message_came();
  handle_long(3ms);
  BOOST_TEST(steps_done == 1);
  handle_long(1ms);
  BOOST_TEST(steps_done == 2);
}

BOOST_FIXTURE_TEST_CASE(an_interrupted_step_does_not_keep_the_next_one_waiting_for_as_long, worker) {
  steps_left = 10;
  go_on();
  subject.message_came([] { pass(10s); });
  handle(0us);
  handle(5ms);
  BOOST_TEST(steps_done == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace stepwise_work_test
