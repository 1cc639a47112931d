#include "app/client/watch_picture.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace ariadne::test::watch_picture_test {

namespace {

using kind = handoff_event_kind;

handoff_event stashed(const std::string& key, std::uint64_t counter) {
  return {kind::stashed, key, {1, counter}};
}

handoff_event discarded(const std::string& key) {
  return {kind::discarded, key, {}};
}

handoff_event caught_up() {
  return {kind::caught_up, "b", {}};
}

member_status member(const std::string& name, member_state state = member_state::up) {
  member_status result;
  result.name = name;
  result.state = state;
  return result;
}

std::string in_words(const std::vector<handoff_event>& events) {
  std::string result;
  for (const auto& event : events) {
    static constexpr const char* words[] = {"stashed", "discarded", "expired", "up", "down", "left", "caught_up"};
    result +=
      (result.empty() ? "" : ", ") + std::string{words[static_cast<std::size_t>(event.kind)]} + " " + event.subject;
    if (event.kind == kind::stashed)
      result += " " + std::to_string(event.event.counter);
  }
  return result;
}

/// Has watched by way of node a, where these keys stood at the beginning.
struct watched {
  explicit watched(const std::vector<handoff_event>& standing) {
    BOOST_TEST(in_words(picture.turn_to({member("a"), member("b"), member("c")})).empty());
    if (!standing.empty())
      BOOST_TEST(in_words(picture.take_page(standing)).empty());
    BOOST_TEST(in_words(picture.take_page({})).empty());
    BOOST_TEST(take({{kind::node_up, "b", {}}, {kind::node_up, "c", {}}}) == "up b, up c");
  }

  std::string take(const std::vector<handoff_event>& events) {
    return in_words(picture.take(events));
  }
  std::string page(const std::vector<handoff_event>& events) {
    return in_words(picture.take_page(events));
  }
  std::string turn_to_b() {
    return in_words(picture.turn_to({member("b"), member("a", member_state::down), member("c")}));
  }

  ariadne::watch_picture picture{true};
};

} // namespace

BOOST_AUTO_TEST_SUITE(watch_picture)

BOOST_AUTO_TEST_CASE(one_node_alone_is_shown_as_it_tells_and_asked_for_nothing) {
  ariadne::watch_picture picture{false};
  BOOST_TEST(!picture.wants_page());
  BOOST_TEST(in_words(picture.take({stashed("k", 1), discarded("k"), discarded("k")}))
             == "stashed k 1, discarded k, discarded k");
}

BOOST_AUTO_TEST_CASE(at_the_first_node_all_events_are_shown_and_what_stood_before_is_not) {
  ariadne::watch_picture picture{true};
  picture.turn_to({member("a")});
  BOOST_TEST(in_words(picture.take({stashed("k", 1)})) == "stashed k 1");
  BOOST_TEST(in_words(picture.take_page({stashed("a", 7), stashed("k", 1)})).empty());
  BOOST_TEST(picture.wants_page());
  BOOST_TEST(picture.last_listed() == "k");
  BOOST_TEST(in_words(picture.take_page({})).empty());
  BOOST_TEST(!picture.wants_page());
  BOOST_TEST(in_words(picture.take({discarded("a"), discarded("a")})) == "discarded a, discarded a");
}

BOOST_AUTO_TEST_CASE(another_node_shows_what_has_changed_meanwhile_and_nothing_else) {
  watched w{{stashed("changed", 1), stashed("gone", 2), stashed("same", 3)}};
  BOOST_TEST(w.take({stashed("shown", 4)}) == "stashed shown 4");
  w.turn_to_b();
  w.take({caught_up()});
  BOOST_TEST(w.page({stashed("changed", 10), stashed("new", 11), stashed("same", 3), stashed("shown", 4)})
             == "stashed changed 10, stashed new 11");
  BOOST_TEST(w.page({}) == "discarded gone");
  BOOST_TEST(!w.picture.wants_page());
}

BOOST_AUTO_TEST_CASE(that_a_key_is_gone_is_shown_once_the_node_has_caught_up) {
  watched w{{stashed("gone", 1), stashed("late", 2)}};
  w.turn_to_b();
  BOOST_TEST(w.page({}).empty());
  BOOST_TEST(!w.picture.wants_page());
  // It has been replicated by now.
  BOOST_TEST(w.take({stashed("late", 2)}).empty());
  BOOST_TEST(w.take({caught_up()}) == "caught_up b");
  BOOST_TEST(w.picture.wants_page());
  BOOST_TEST(w.page({stashed("late", 2)}).empty());
  BOOST_TEST(w.page({}) == "discarded gone");
}

BOOST_AUTO_TEST_CASE(a_key_that_comes_behind_its_page_is_not_taken_for_gone) {
  watched w{{stashed("early", 1), stashed("z", 2)}};
  w.turn_to_b();
  BOOST_TEST(w.page({stashed("z", 2)}).empty());
  BOOST_TEST(w.take({stashed("early", 1)}).empty());
  w.take({caught_up()});
  BOOST_TEST(w.page({}).empty());
  BOOST_TEST(w.take({discarded("early")}) == "discarded early");
}

BOOST_AUTO_TEST_CASE(events_before_the_page_of_their_key_are_left_to_the_page) {
  watched w{{stashed("k", 1)}};
  w.turn_to_b();
  w.take({caught_up()});
  BOOST_TEST(w.take({stashed("k", 2), discarded("k"), stashed("k", 3)}).empty());
  BOOST_TEST(w.page({stashed("k", 3)}) == "stashed k 3");
}

BOOST_AUTO_TEST_CASE(what_a_page_has_shown_already_is_not_shown_as_an_event_again) {
  watched w{{stashed("k", 1), stashed("l", 1)}};
  w.turn_to_b();
  w.take({caught_up()});
  BOOST_TEST(w.page({stashed("k", 3)}) == "stashed k 3");
  BOOST_TEST(w.page({}) == "discarded l");
  // They were on their way when the page was made, but for the last ones.
  BOOST_TEST(w.take({stashed("k", 2), stashed("k", 3), stashed("k", 4)}) == "stashed k 4");
  BOOST_TEST(w.take({discarded("l"), stashed("l", 5)}) == "stashed l 5");
  BOOST_TEST(w.take({discarded("k")}) == "discarded k");
}

BOOST_AUTO_TEST_CASE(contact_may_be_lost_before_all_is_known_that_stood_at_the_beginning) {
  ariadne::watch_picture picture{true};
  picture.turn_to({member("a")});
  picture.take_page({stashed("b", 1)});
  picture.turn_to({member("b")});
  // What stood at c at the beginning is not known; that there was nothing at a is.
  BOOST_TEST(in_words(picture.take_page({stashed("a", 2), stashed("b", 1), stashed("c", 3)})) == "stashed a 2");
  BOOST_TEST(in_words(picture.take_page({})).empty());
  picture.turn_to({member("c")});
  picture.take({caught_up()});
  BOOST_TEST(in_words(picture.take_page({stashed("b", 1), stashed("d", 4)})) == "stashed d 4");
  BOOST_TEST(in_words(picture.take_page({})) == "discarded a, discarded c");
}

BOOST_AUTO_TEST_CASE(nodes_are_shown_where_their_state_has_changed) {
  watched w{{}};
  BOOST_TEST(w.turn_to_b() == "down a");
  // What the node repeats at the beginning.
  BOOST_TEST(w.take({{kind::node_up, "c", {}}}).empty());
  BOOST_TEST(w.take({{kind::node_down, "c", {}}, {kind::node_up, "c", {}}}) == "down c, up c");
  BOOST_TEST(in_words(w.picture.turn_to({member("c"), member("a"), member("b", member_state::left)}))
             == "up a, left b");
  BOOST_TEST(w.take({{kind::node_up, "a", {}}, {kind::node_down, "b", {}}}).empty());
}

BOOST_AUTO_TEST_CASE(a_key_that_expires_while_it_is_listed_is_gone) {
  watched w{{stashed("k", 1)}};
  w.turn_to_b();
  w.take({caught_up()});
  BOOST_TEST(w.page({{kind::expired, "k", {}}}).empty());
  BOOST_TEST(w.picture.last_listed() == "k");
  BOOST_TEST(w.page({}) == "discarded k");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::watch_picture_test
