#include "session/peer_message.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

namespace peer_message_test {

using namespace ariadne::session;

BOOST_AUTO_TEST_SUITE(peer_message)

namespace {

const session_key key{"game", "7"};
const host_id host{"a", 99};

std::vector<ariadne::session::peer_message> one_of_each() {
  return {announce{{{{"game", 2}, {"chat", 1}}, true, false, true, true}, true, true},
          claim{key, 3, {2, false, 99, 5}, session_phase::moving, host, {"b", 1}},
          claim_answer{key, 3, verdict::owned, 4},
          claim_withdrawn{key, 3},
          start_request{1, key, {"game", 2, "state"}},
          stop_request{2, key},
          delivery{5, key, 3, "message"},
          leaving{6},
          leaving_answer{6},
          response{5, outcome::queue_full, host, "answer"},
          lease_question{1'000},
          lease_answer{1'000},
          loser_state{key, {"game", 2, "state"}},
          run_question{key, 3},
          run_answer{key, 3, true},
          request_withdrawn{5, key},
          impediment{key, outcome::not_recorded, "the map is full"},
          voters{{"a", "b"}}};
}

std::string frame_of(const std::vector<ariadne::session::peer_message>& messages) {
  std::string frame;
  for (const auto& message : messages)
    append(frame, message);
  return frame;
}

std::vector<ariadne::session::peer_message> read(std::string_view frame, std::string_view expected_failure = {}) {
  std::vector<ariadne::session::peer_message> result;
  const auto failure =
    decode_frame(frame, [&](ariadne::session::peer_message&& message) { result.push_back(std::move(message)); });
  BOOST_TEST(failure == expected_failure);
  return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_frame_holds_one_message_of_each_kind_in_order) {
  const auto frame = frame_of(one_of_each());
  const auto messages = read(frame);
  BOOST_REQUIRE(messages.size() == one_of_each().size());
  for (std::size_t i = 0; i < messages.size(); ++i)
    BOOST_TEST(messages[i].index() == i);
  BOOST_TEST(frame_of(messages) == frame);
  BOOST_TEST(std::get<delivery>(messages[6]).payload == "message");
  BOOST_TEST((std::get<claim>(messages[1]).base == record_rank{2, false, 99, 5}));
}

BOOST_AUTO_TEST_CASE(nothing_of_a_frame_with_an_error_at_its_end_is_visited) {
  auto frame = frame_of(one_of_each());
  BOOST_TEST(read(frame + '\x63', "the kind of message is unknown").empty());
  frame.pop_back();
  BOOST_TEST(read(frame, "a string is longer than the frame").empty());
}

BOOST_AUTO_TEST_CASE(another_version_is_refused_as_such) {
  auto frame = frame_of(one_of_each());
  frame[0] = 2;
  BOOST_TEST(read(frame, "the version of the format is unknown").empty());
}

BOOST_AUTO_TEST_CASE(a_name_that_no_session_can_have_is_refused) {
  std::string frame;
  append(frame, stop_request{2, {"", "7"}});
  BOOST_TEST(read(frame, "a session has an impossible name").empty());
}

BOOST_DATA_TEST_CASE(bytes_changed_at_random_do_no_harm, boost::unit_test::data::xrange(200u), seed) {
  std::mt19937 random{seed};
  auto frame = frame_of(one_of_each());
  for (auto left = 1 + random() % 8; left > 0; --left)
    frame[random() % frame.size()] = static_cast<char>(random());
  std::size_t visited = 0;
  decode_frame(frame, [&](ariadne::session::peer_message&&) { ++visited; });
  BOOST_TEST(visited <= frame.size());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace peer_message_test
