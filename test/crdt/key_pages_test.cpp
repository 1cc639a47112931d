#include "crdt/key_pages.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace key_pages_test {

namespace data = boost::unit_test::data;
using boost::test_tools::per_element;
using strings = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(key_pages)

using ariadne::crdt::dot;
using ariadne::crdt::entry;
using ariadne::crdt::key_page_limits;
using ariadne::crdt::replica_id;
using ariadne::crdt::shared_bytes;
using ariadne::crdt::stamp;
using pages = ariadne::crdt::key_pages;

namespace {

/// A map whose keys are listed. Each step looks at `step` registers.
struct listed_map {
  explicit listed_map(key_page_limits limits = {}) : subject(limits) {}

  void put(const std::string& key, std::uint64_t writer = 1, std::uint64_t expires_at_ms = 0) {
    const dot d{replica_id{writer}, ++counters[writer]};
    subject.changed(key, map.put(key, entry{d, stamp{}, expires_at_ms, shared_bytes{"value"}}).owner->is_live());
  }

  void erase(const std::string& key, std::uint64_t writer = 1) {
    subject.changed(key, map.erase(key, {replica_id{writer}, ++counters[writer]}).owner->is_live());
  }

  void forget() {
    ariadne::crdt::version_vector forgotten;
    map.forget([](dot) { return true; }, forgotten, map.size());
  }

  bool ask(std::uint64_t request, const std::string& prefix, const std::string& after, std::uint64_t requester = 1) {
    return subject.ask(request, requester, prefix, after);
  }

  /// Works until a page is there.
  ariadne::crdt::key_page page(const std::string& prefix, const std::string& after) {
    BOOST_REQUIRE(ask(++last_request, prefix, after));
    for (auto rounds = 0; rounds < 1'000'000; ++rounds) {
      subject.work(map, now_ms, step);
      if (auto answers = subject.take_answers(); !answers.empty())
        return answers.front().page;
    }
    BOOST_FAIL("there is no answer");
    return {};
  }

  strings all(const std::string& prefix) {
    strings result;
    for (auto is_last = false; !is_last;) {
      const auto next = page(prefix, result.empty() ? "" : result.back());
      result.insert(result.end(), next.keys.begin(), next.keys.end());
      is_last = next.is_last;
    }
    return result;
  }

  ariadne::crdt::aw_lww_map map;
  std::map<std::uint64_t, std::uint64_t> counters;
  pages subject;
  std::uint64_t last_request = 1000;
  std::uint64_t now_ms = 1;
  std::size_t step = 3;
};

/// Small enough for a few keys to need many windows and pages.
key_page_limits narrow() {
  key_page_limits limits;
  limits.page_bytes = 60;
  limits.window_bytes = 400;
  limits.windows_max = 2;
  return limits;
}

} // namespace

BOOST_AUTO_TEST_CASE(an_empty_map_has_one_last_page_without_keys) {
  listed_map m;
  const auto page = m.page("", "");
  BOOST_TEST(page.keys.empty());
  BOOST_TEST(page.is_last);
}

BOOST_AUTO_TEST_CASE(keys_are_listed_by_prefix_in_ascending_order_of_their_bytes) {
  listed_map m{narrow()};
  for (const auto* key : {"b/2", "a", "b/10", "\xff", "b/1", "b", "c"})
    m.put(key);
  BOOST_TEST(m.all("") == (strings{"a", "b", "b/1", "b/10", "b/2", "c", "\xff"}), per_element());
  BOOST_TEST(m.all("b/") == (strings{"b/1", "b/10", "b/2"}), per_element());
  BOOST_TEST(m.all("d").empty());
}

BOOST_AUTO_TEST_CASE(a_page_is_no_longer_than_its_limit_and_the_next_one_goes_on_after_its_last_key) {
  listed_map m{narrow()};
  for (const auto* key : {"a", "b", "c", "d", "e"})
    m.put(key);
  const auto first = m.page("", "");
  BOOST_TEST(first.keys == (strings{"a", "b", "c"}), per_element());
  BOOST_TEST(!first.is_last);
  const auto second = m.page("", "c");
  BOOST_TEST(second.keys == (strings{"d", "e"}), per_element());
  BOOST_TEST(second.is_last);
}

BOOST_AUTO_TEST_CASE(a_key_longer_than_a_page_is_a_page) {
  listed_map m{narrow()};
  const std::string longest(1000, 'm');
  for (const auto& key : {std::string{"a"}, longest, std::string{"z"}})
    m.put(key);
  BOOST_TEST(m.all("") == (strings{"a", longest, "z"}), per_element());
}

BOOST_AUTO_TEST_CASE(erased_and_expired_keys_are_not_listed) {
  listed_map m;
  m.put("erased");
  m.put("expired", 1, 5);
  m.put("readable");
  m.erase("erased");
  m.now_ms = 10;
  BOOST_TEST(m.all("") == (strings{"readable"}), per_element());
  m.put("expired", 1, 20);
  BOOST_TEST(m.all("") == (strings{"expired", "readable"}), per_element());
}

BOOST_AUTO_TEST_CASE(hidden_keys_are_listed_by_a_prefix_of_their_own_alone) {
  auto limits = narrow();
  limits.hidden_prefix = "own/";
  listed_map m{limits};
  for (const auto* key : {"a", "own/1", "own/2", "owl", "z"})
    m.put(key);
  BOOST_TEST(m.all("") == (strings{"a", "owl", "z"}), per_element());
  BOOST_TEST(m.all("ow") == (strings{"owl"}), per_element());
  BOOST_TEST(m.all("own/") == (strings{"own/1", "own/2"}), per_element());
}

BOOST_AUTO_TEST_CASE(a_window_whose_keys_are_all_erased_makes_room_for_those_behind_it) {
  listed_map m{narrow()};
  for (auto i = 100; i < 200; ++i)
    m.put("key" + std::to_string(i));
  const auto first = m.page("", "");
  for (auto i = 100; i < 199; ++i)
    m.erase("key" + std::to_string(i));
  m.forget();
  BOOST_TEST(m.page("", first.keys.back()).keys == (strings{"key199"}), per_element());
}

BOOST_AUTO_TEST_CASE(requests_take_turns_so_a_long_listing_does_not_hold_up_a_short_one) {
  listed_map m;
  for (auto i = 0; i < 1000; ++i)
    m.put("key" + std::to_string(i));
  m.put("other");
  BOOST_TEST(m.page("other", "").keys.size() == 1u);
  BOOST_REQUIRE(m.ask(1, "key", ""));
  BOOST_REQUIRE(m.ask(2, "other", ""));
  m.subject.work(m.map, m.now_ms, m.step);
  m.subject.work(m.map, m.now_ms, m.step);
  const auto answers = m.subject.take_answers();
  BOOST_REQUIRE(answers.size() == 1u);
  BOOST_TEST(answers.front().request == 2u);
}

BOOST_AUTO_TEST_CASE(one_requester_cannot_take_all_places_and_all_together_cannot_take_more_than_there_are) {
  key_page_limits limits;
  limits.requests_max = 3;
  limits.requests_of_one_max = 2;
  listed_map m{limits};
  BOOST_TEST(m.ask(1, "", "", 1));
  BOOST_TEST(m.ask(2, "", "", 1));
  BOOST_TEST(!m.ask(3, "", "", 1));
  BOOST_TEST(m.ask(4, "", "", 2));
  BOOST_TEST(!m.ask(5, "", "", 3));
  BOOST_TEST(m.ask(6, "", "", pages::unlimited));
}

BOOST_AUTO_TEST_CASE(a_request_that_is_dropped_is_not_answered_and_makes_room) {
  key_page_limits limits;
  limits.requests_max = 1;
  listed_map m{limits};
  BOOST_REQUIRE(m.ask(1, "", ""));
  m.subject.drop(1);
  BOOST_TEST(!m.subject.has_work());
  BOOST_REQUIRE(m.ask(2, "", ""));
  while (m.subject.has_work())
    m.subject.work(m.map, m.now_ms, m.step);
  const auto answers = m.subject.take_answers();
  BOOST_REQUIRE(answers.size() == 1u);
  BOOST_TEST(answers.front().request == 2u);
}

BOOST_AUTO_TEST_CASE(more_listings_than_windows_are_all_answered) {
  listed_map m{narrow()};
  for (auto i = 0; i < 200; ++i)
    m.put(std::to_string(i));
  for (auto i = 1; i <= 9; ++i)
    BOOST_REQUIRE(m.ask(static_cast<std::uint64_t>(i), std::to_string(i), ""));
  for (auto rounds = 0; rounds < 100'000 && m.subject.has_work(); ++rounds)
    m.subject.work(m.map, m.now_ms, m.step);
  BOOST_TEST(!m.subject.has_work());
  BOOST_TEST(m.subject.take_answers().size() == 9u);
}

// A seed plays writes of several replicas, erasures, forgetting and the loss of idle windows between the steps of a
// listing, with windows and pages of a few keys.
BOOST_DATA_TEST_CASE(a_key_that_stands_throughout_is_listed_exactly_once, data::xrange(100), seed) {
  std::mt19937_64 random{static_cast<std::uint64_t>(seed)};
  auto draw = [&](std::uint64_t below) { return random() % below; };
  auto limits = narrow();
  limits.page_bytes = 20 + draw(200);
  limits.window_bytes = 70 + draw(2000);
  limits.windows_max = 1 + draw(3);
  limits.idle_ms = 1 + draw(50);
  listed_map m{limits};
  m.step = 1 + draw(20);
  auto key = [&] { return (draw(2) ? "a" : "b") + std::to_string(draw(120)); };
  for (auto i = draw(200); i > 0; --i)
    m.put(key(), 1 + draw(3));
  const std::string prefix = draw(3) ? "" : "a";
  std::set<std::string> throughout;
  m.map.for_each([&](const auto& owner) {
    if (owner.is_live() && owner.key().starts_with(prefix))
      throughout.insert(std::string{owner.key()});
  });

  std::map<std::string, int> listed;
  std::string after;
  for (auto is_last = false; !is_last;) {
    BOOST_REQUIRE(m.ask(++m.last_request, prefix, after));
    if (draw(4) == 0)
      (void)m.ask(++m.last_request + 1'000'000, draw(2) ? "a" : "b", key(), 2);
    auto rounds = 0;
    for (auto is_answered = false; !is_answered;) {
      BOOST_REQUIRE(++rounds < 100'000);
      for (auto changes = draw(3); changes > 0; --changes) {
        const auto changed = key();
        if (draw(3) == 0) {
          m.erase(changed, 1 + draw(3));
          throughout.erase(changed);
        } else {
          m.put(changed, 1 + draw(3));
        }
      }
      if (draw(8) == 0)
        m.forget();
      m.subject.tick(++m.now_ms);
      m.subject.work(m.map, m.now_ms, m.step);
      for (auto& answer : m.subject.take_answers()) {
        if (answer.request > 1'000'000)
          continue;
        is_answered = true;
        is_last = answer.page.is_last;
        for (const auto& found : answer.page.keys) {
          BOOST_TEST((found > after));
          BOOST_TEST(found.starts_with(prefix));
          ++listed[found];
          after = found;
        }
      }
    }
  }
  for (const auto& [found, times] : listed)
    BOOST_TEST(times == 1, found);
  for (const auto& standing : throughout)
    BOOST_TEST(listed.contains(standing), standing + " is not listed");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace key_pages_test
