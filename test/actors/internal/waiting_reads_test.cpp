#include "actors/internal/waiting_reads.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace waiting_reads_test {

using namespace ariadne;

namespace {

struct named_read {
  std::string name;
  const bool* is_gone = nullptr;

  bool is_abandoned() const {
    return is_gone && *is_gone;
  }
};

struct reads_of_one_map {
  ariadne::waiting_reads<named_read> reads;
  const steady_clock::time_point now = steady_clock::now();
  bool is_gone = false;
  std::vector<std::string> answered;

  void add(const std::string& key, const std::string& name, wait_end until = wait_end::arrival, int seconds = 60) {
    reads.add(key, {until, now + std::chrono::seconds{seconds}, {name}});
  }
  void add_mortal(const std::string& key, const std::string& name) {
    reads.add(key, {wait_end::arrival, now + std::chrono::seconds{60}, {name, &is_gone}});
  }

  /// The key arrives, and whoever is first takes it, or all get it.
  void arrive(const std::string& key, std::size_t count) {
    reads.arrived(key);
    reads.answer_arrived([&](const std::string&, const named_read& read) {
      if (answered.size() == count)
        return false;
      answered.push_back(read.name);
      return true;
    });
  }

  void pass(int seconds, bool is_certain = false) {
    reads.look_at_all();
    reads.end_overdue(now + std::chrono::seconds{seconds}, is_certain,
                      [&](const std::string&, const named_read& read) { answered.push_back(read.name); });
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(waiting_reads, reads_of_one_map)

BOOST_AUTO_TEST_CASE(those_that_wait_for_the_key_are_asked_in_the_order_in_which_they_came) {
  add("key", "first");
  add("other", "of another key");
  add("key", "second");
  arrive("key", 2);
  BOOST_TEST((answered == std::vector<std::string>{"first", "second"}));
  BOOST_TEST(reads.size() == 1u);
}

BOOST_AUTO_TEST_CASE(one_that_gets_nothing_goes_on_waiting) {
  add("key", "first");
  add("key", "second");
  arrive("key", 1);
  BOOST_TEST((answered == std::vector<std::string>{"first"}));
  BOOST_TEST(reads.size() == 1u);
}

BOOST_AUTO_TEST_CASE(one_that_nobody_waits_for_any_more_gets_nothing_and_is_dropped) {
  add_mortal("key", "ghost");
  add("key", "alive");
  is_gone = true;
  arrive("key", 2);
  BOOST_TEST((answered == std::vector<std::string>{"alive"}));
  BOOST_TEST(reads.empty());

  add_mortal("key", "ghost");
  pass(0);
  BOOST_TEST(reads.empty());
  BOOST_TEST(answered.size() == 1u);
}

BOOST_AUTO_TEST_CASE(one_ends_with_its_time) {
  add("key", "brief", wait_end::arrival, 1);
  add("key", "patient", wait_end::arrival, 9);
  pass(0);
  BOOST_TEST(answered.empty());
  pass(1);
  BOOST_TEST((answered == std::vector<std::string>{"brief"}));
}

BOOST_AUTO_TEST_CASE(one_that_waits_for_certainty_ends_with_it) {
  add("key", "certain", wait_end::certainty);
  add("key", "patient");
  pass(0, true);
  BOOST_TEST((answered == std::vector<std::string>{"certain"}));
}

BOOST_AUTO_TEST_CASE(all_that_wait_for_one_key_are_answered_in_steps) {
  const auto most = ariadne::waiting_reads<named_read>::step_ends_max;
  for (std::size_t i = 0; i < 2 * most + 1; ++i)
    add("key", "one of many");
  arrive("key", 9 * most);
  BOOST_TEST(answered.size() == most);
  BOOST_TEST(reads.has_work());
  const auto answer = [&](const std::string&, const named_read& read) {
    answered.push_back(read.name);
    return true;
  };
  BOOST_TEST(reads.answer_arrived(answer));
  BOOST_TEST(reads.answer_arrived(answer));
  BOOST_TEST(!reads.has_work());
  BOOST_TEST(reads.empty());
}

BOOST_AUTO_TEST_CASE(all_whose_time_is_up_end_in_steps) {
  const auto most = ariadne::waiting_reads<named_read>::step_ends_max;
  for (std::size_t i = 0; i < most + 1; ++i)
    add("key", "one of many", wait_end::arrival, 1);
  pass(1);
  BOOST_TEST(answered.size() == most);
  BOOST_TEST(reads.has_work());
  pass(1);
  BOOST_TEST(reads.empty());
  BOOST_TEST(!reads.has_work());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace waiting_reads_test
