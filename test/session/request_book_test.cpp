#include "session/request_book.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

namespace request_book_test {

using namespace ariadne;
using session::host_id;
using session::outcome;
using session::request_type;

namespace {

const session::session_key key{"game", "1"};
const host_id self{"a", 1};
const host_id other{"b", 2};

session::session_host_options options() {
  session::session_host_options result;
  result.self = self;
  result.kinds["game"] = {};
  return result;
}

/// The requests about one session, which does not run here.
struct one_book {
  session::host_context host;
  session::request_book book{host};
  session::session_map sessions;
  session::session_entry& e = *sessions.try_emplace(key, host.queue).first;

  explicit one_book(const session::session_host_options& how = options()) : host{how, 1'000} {
    host.mandate.catch_up();
  }
  ~one_book() {
    BOOST_TEST(book.check_invariants(e) == "");
  }

  session::waiters::iterator ask(std::uint64_t number, request_type type) {
    BOOST_TEST_REQUIRE(
      book.add(number, {.key = key, .type = type, .since_ms = host.now_ms, .deadline_ms = host.now_ms + 1'000}));
    return e.second.waiting.add({.origin = self, .number = number, .type = type, .deadline_ms = host.now_ms + 1'000});
  }

  void meet_other() {
    host.hosts.add(other, host.now_ms);
    host.links.open(other);
    session::host_profile profile;
    profile.kinds["game"] = 1;
    host.hosts.announced(other, std::move(profile));
  }

  void note_run_of_other() {
    const session::session_record record{.phase = session::session_phase::running,
                                         .epoch = 2,
                                         .revision = 1,
                                         .owner = other,
                                         .target = {},
                                         .state = {"game", 1, "round 7"}};
    auto in = scope_of(e, host);
    e.second.machine.note_entries(in, {{{crdt::replica_id{2}, 1}, crdt::shared_bytes{encode(record)}}});
  }

  std::vector<session::answer_request> answers() {
    std::vector<session::answer_request> result;
    for (auto& c : host.commands.take())
      if (auto* answer = std::get_if<session::answer_request>(&c))
        result.push_back(std::move(*answer));
    return result;
  }
};

struct durable_book : one_book {
  durable_book() : one_book(durable()) {}

  static session::session_host_options durable() {
    auto result = options();
    result.durable_records = true;
    return result;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(request_book, one_book)

BOOST_AUTO_TEST_CASE(a_request_is_answered_once) {
  book.add(1, {.key = key, .type = request_type::deliver});
  book.finish(1, outcome::done);
  book.finish(1, outcome::timed_out);
  const auto told = answers();
  BOOST_TEST_REQUIRE(told.size() == 1u);
  BOOST_TEST((told.front().result == outcome::done));
}

BOOST_AUTO_TEST_CASE(a_session_without_a_proper_name_is_refused) {
  BOOST_TEST(!book.add(1, {.key = {"a/b", "1"}, .type = request_type::locate}));
  BOOST_TEST((answers().front().result == outcome::invalid_key));
  BOOST_TEST(!book.find(1));
}

BOOST_AUTO_TEST_CASE(who_looks_for_a_session_is_told_once_it_runs) {
  meet_other();
  book.serve(e, ask(1, request_type::locate));
  BOOST_TEST(answers().empty());
  note_run_of_other();
  book.serve_all(e);
  const auto told = answers();
  BOOST_TEST_REQUIRE(told.size() == 1u);
  BOOST_TEST((told.front().place == other));
  BOOST_TEST(e.second.waiting.empty());
}

BOOST_FIXTURE_TEST_CASE(where_records_are_durable_the_owner_says_that_a_session_is_started, durable_book) {
  meet_other();
  const auto w = ask(1, request_type::start);
  note_run_of_other();
  book.serve(e, w);
  BOOST_TEST((w->second.asked == other));
  BOOST_TEST(answers().empty());
  BOOST_TEST(book.answered(e, other, {1, outcome::done, other, {}}));
  BOOST_TEST((answers().front().place == other));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_session_is_asked_of_its_owner_again_when_contact_was_lost) {
  meet_other();
  note_run_of_other();
  const auto w = ask(1, request_type::stop);
  book.serve(e, w);
  BOOST_TEST((w->second.asked == other));
  const auto connection = w->second.connection;
  host.links.close(other);
  host.links.open(other);
  book.serve_all(e);
  BOOST_TEST((w->second.asked == other));
  BOOST_TEST(w->second.connection != connection);
  BOOST_TEST(book.answered(e, other, {1, outcome::done, {}, {}}));
  BOOST_TEST((answers().front().result == outcome::done));
}

BOOST_AUTO_TEST_CASE(an_answer_of_a_host_that_was_not_asked_is_ignored) {
  meet_other();
  note_run_of_other();
  book.serve(e, ask(1, request_type::stop));
  BOOST_TEST(!book.answered(e, {"c", 3}, {1, outcome::done, {}, {}}));
  BOOST_TEST(answers().empty());
}

BOOST_AUTO_TEST_CASE(who_is_sent_elsewhere_asks_again_a_moment_later) {
  meet_other();
  note_run_of_other();
  const auto w = ask(1, request_type::stop);
  book.serve(e, w);
  BOOST_TEST(!book.answered(e, other, {1, outcome::elsewhere, {}, {}}));
  book.serve_all(e);
  BOOST_TEST(!w->second.asked);
  host.now_ms += options().retry_after_ms;
  book.serve_all(e);
  BOOST_TEST((w->second.asked == other));
}

BOOST_AUTO_TEST_CASE(a_request_of_another_host_is_dropped_with_its_connection) {
  meet_other();
  book.serve(e, e.second.waiting.add(book.waiter_from(other, 7, request_type::stop)));
  BOOST_TEST(!e.second.waiting.empty());
  host.links.close(other);
  host.links.open(other);
  book.serve_all(e);
  BOOST_TEST(e.second.waiting.empty());
}

BOOST_AUTO_TEST_CASE(a_request_is_over_at_its_deadline_and_told_why) {
  ask(1, request_type::locate);
  BOOST_TEST(!book.is_over(e, 1));
  host.now_ms += 1'000;
  BOOST_TEST(book.is_over(e, 1));
  book.give_up(e, 1);
  BOOST_TEST((answers().front().result == outcome::unknown_session));
  BOOST_TEST(e.second.waiting.empty());
}

BOOST_AUTO_TEST_CASE(nobody_is_told_of_a_request_that_is_withdrawn) {
  ask(1, request_type::locate);
  book.withdraw(e, 1);
  BOOST_TEST(!book.find(1));
  BOOST_TEST(e.second.waiting.empty());
  BOOST_TEST(answers().empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace request_book_test
