#include "session/incoming_messages.hpp"
#include "session/outgoing_messages.hpp"
#include "session/session_host.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ariadne::session::message_pieces_test {

namespace {

const session_key game{"game", "7"};
const session_key chat{"chat", "1"};
const host_id here{"a", 1};
const host_id there{"b", 2};

piece_options small_pieces() {
  piece_options result;
  result.whole_bytes_max = 100;
  result.window.piece_bytes_min = result.window.piece_bytes_max = 50;
  result.window.window_bytes_min = result.window.window_bytes_max = 200;
  return result;
}

std::string text(std::size_t length) {
  std::string result;
  for (std::size_t i = 0; i < length; ++i)
    result += static_cast<char>('a' + i % 26);
  return result;
}

delivery message(std::uint64_t number, const session_key& key, std::size_t length = 5) {
  return {number, key, 1, text(length)};
}

/// Both ends of one direction of a connection. Acknowledges nothing by itself.
struct connection {
  outgoing_messages outgoing{small_pieces()};
  incoming_messages incoming{small_pieces()};
  std::vector<peer_message> heard;
  std::size_t pieces = 0;
  std::size_t held_bytes_max = 0;

  explicit connection(bool takes_pieces = true) {
    outgoing.set_takes_pieces(takes_pieces);
  }

  void hear(std::string_view frame) {
    BOOST_TEST(decode_frame(frame, [&](peer_message&& m) { heard.push_back(std::move(m)); }) == "");
  }

  /// Returns how many frames were sent.
  std::size_t carry() {
    const auto frames = outgoing.take_frames(0);
    for (const auto& frame : frames)
      if (type_of(frame) == frame_type::piece) {
        ++pieces;
        const auto taken = incoming.take(frame);
        BOOST_TEST(taken.failure == "");
        held_bytes_max = std::max(held_bytes_max, incoming.held_bytes());
        if (!taken.frame.empty())
          hear(taken.frame);
      } else {
        hear(frame);
      }
    return frames.size();
  }

  void carry_all() {
    while (carry() > 0)
      outgoing.arrived(incoming.pieces(), 1);
  }

  /// The numbers of the deliveries and the answers that were heard, in order; 0 for what has none.
  std::vector<std::uint64_t> numbers() const {
    std::vector<std::uint64_t> result;
    for (const auto& m : heard)
      if (const auto* d = std::get_if<delivery>(&m))
        result.push_back(d->number);
      else if (const auto* r = std::get_if<response>(&m))
        result.push_back(r->number);
      else
        result.push_back(0);
    return result;
  }
};

using number_list = std::vector<std::uint64_t>;

std::string piece(std::uint64_t number, std::uint64_t total, std::string_view bytes) {
  return encode(message_piece{number, total, bytes});
}

/// A host that may send messages for a session on another one, and one long message for it.
struct sending_host {
  session_host host{options(), 0};

  static session_host_options options() {
    session_host_options result;
    result.self = here;
    result.kinds["game"] = {};
    return result;
  }

  /// What it sends of the message to a host that has announced itself so.
  std::vector<std::string> frames_to(const announce& other) {
    host.peer_up(there, 0);
    host.caught_up(0);
    session_record record;
    record.epoch = 1;
    record.revision = 1;
    record.owner = there;
    record.state = {"game", 1, "round 7"};
    host.record_changed(game, {{{crdt::replica_id{2}, 1}, crdt::shared_bytes{encode(record)}}}, 0);
    host.take_commands();
    host.deliver(1, game, text(100'000), 5'000, 0);
    BOOST_TEST(sent().empty());
    std::string frame;
    append(frame, other);
    BOOST_TEST(host.receive(there, frame, 0) == "");
    return sent();
  }

  std::vector<std::string> sent() {
    std::vector<std::string> result;
    for (auto& c : host.take_commands())
      if (auto* frame = std::get_if<send_frame>(&c))
        result.push_back(std::move(frame->bytes));
    return result;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(message_pieces)

BOOST_AUTO_TEST_CASE(a_long_message_arrives_as_it_was_sent_after_its_last_piece) {
  connection c;
  c.outgoing.add(message(1, game, 1'000));
  c.carry();
  BOOST_TEST(c.heard.empty());
  c.outgoing.arrived(c.incoming.pieces(), 1);
  c.carry_all();
  BOOST_REQUIRE(c.heard.size() == 1u);
  BOOST_TEST(std::get<delivery>(c.heard.front()).payload == text(1'000));
  BOOST_TEST(c.pieces > 20u);
  BOOST_TEST(c.incoming.held_bytes() == 0u);
  BOOST_TEST(c.outgoing.waiting_bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(a_short_message_needs_no_piece) {
  connection c;
  c.outgoing.add(message(1, game, 100));
  c.carry();
  BOOST_TEST(c.pieces == 0u);
  BOOST_TEST((c.numbers() == number_list{1}));
}

BOOST_AUTO_TEST_CASE(no_more_is_on_its_way_than_the_window_holds) {
  connection c;
  c.outgoing.add(message(1, game, 1'000));
  BOOST_TEST(c.carry() <= 5u);
  BOOST_TEST(c.carry() == 0u);
  c.outgoing.arrived(c.incoming.pieces(), 1);
  BOOST_TEST(c.carry() > 0u);
}

BOOST_AUTO_TEST_CASE(short_messages_pass_a_long_one_of_another_session) {
  connection c;
  c.outgoing.add(message(1, game, 1'000));
  c.carry();
  c.outgoing.add(message(2, chat));
  c.outgoing.add(claim{game, 3, {}, session_phase::stopped, {}, {}});
  c.outgoing.add(lease_question{7});
  c.outgoing.add(response{3, outcome::done, here, "short"});
  c.carry();
  BOOST_TEST((c.numbers() == number_list{2, 0, 0, 3}));
  c.outgoing.arrived(c.incoming.pieces(), 1);
  c.carry_all();
  BOOST_TEST((c.numbers() == number_list{2, 0, 0, 3, 1}));
}

BOOST_AUTO_TEST_CASE(what_is_said_to_one_session_keeps_its_order) {
  connection c;
  c.outgoing.add(message(1, game, 500));
  c.outgoing.add(message(2, game));
  c.outgoing.add(message(3, game, 500));
  c.outgoing.add(message(4, game));
  c.outgoing.add(stop_request{5, game});
  c.carry_all();
  BOOST_TEST((c.numbers() == number_list{1, 2, 3, 4, 0}));
}

BOOST_AUTO_TEST_CASE(long_messages_take_turns) {
  connection c;
  c.outgoing.add(message(1, game, 2'000));
  c.outgoing.add(message(2, chat, 500));
  c.outgoing.add(response{3, outcome::done, here, text(300)});
  c.carry_all();
  BOOST_TEST((c.numbers() == number_list{3, 2, 1}));
}

BOOST_AUTO_TEST_CASE(who_leaves_is_heard_after_all_that_was_said_before) {
  connection c;
  c.outgoing.add(message(1, game, 500));
  c.outgoing.add(leaving{1});
  c.outgoing.add(message(2, chat, 800));
  c.outgoing.add(message(3, {"chat", "2"}));
  c.carry_all();
  BOOST_REQUIRE((c.numbers() == number_list{3, 1, 0, 2}));
  BOOST_TEST(std::holds_alternative<leaving>(c.heard[2]));
}

BOOST_AUTO_TEST_CASE(no_more_bytes_are_under_way_than_may_be_open) {
  auto options = small_pieces();
  options.open_bytes_max = 700;
  connection c;
  c.outgoing = outgoing_messages{options};
  c.incoming = incoming_messages{options};
  c.outgoing.set_takes_pieces(true);
  for (std::uint64_t n = 1; n <= 10; ++n)
    c.outgoing.add(message(n, {"chat", std::to_string(n)}, n == 5 ? 2'000 : 300));
  c.carry_all();
  BOOST_TEST(c.heard.size() == 10u);
  BOOST_TEST(c.held_bytes_max <= 2'100u);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_withdrawn_before_it_has_begun_is_never_sent) {
  connection c;
  c.outgoing.add(message(1, game, 500));
  c.outgoing.add(message(2, game, 500));
  c.outgoing.add(message(3, chat, 500));
  c.outgoing.add(leaving{1});
  c.outgoing.add(request_withdrawn{2, game});
  c.outgoing.add(request_withdrawn{3, chat});
  c.carry_all();
  BOOST_TEST((c.numbers() == number_list{1, 0}));
  BOOST_TEST(c.outgoing.waiting_bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(a_withdrawal_comes_behind_a_request_that_has_begun) {
  connection c;
  c.outgoing.add(message(1, game, 500));
  c.carry();
  c.outgoing.add(request_withdrawn{1, game});
  c.outgoing.arrived(c.incoming.pieces(), 1);
  c.carry_all();
  BOOST_REQUIRE((c.numbers() == number_list{1, 0}));
  BOOST_TEST(std::get<request_withdrawn>(c.heard.back()).number == 1u);
}

BOOST_AUTO_TEST_CASE(long_messages_go_whole_to_a_host_that_takes_no_pieces) {
  connection c{false};
  c.outgoing.add(message(1, game, 1'000));
  c.outgoing.add(message(2, game));
  c.outgoing.add(leaving{1});
  c.carry();
  BOOST_TEST(c.pieces == 0u);
  BOOST_TEST((c.numbers() == number_list{1, 2, 0}));
}

BOOST_AUTO_TEST_CASE(a_host_sends_no_long_message_before_it_knows_whether_the_other_one_takes_pieces) {
  const auto pieces = sending_host{}.frames_to(announce{{}, true});
  BOOST_TEST(pieces.size() > 1u);
  BOOST_TEST(std::all_of(pieces.begin(), pieces.end(),
                         [](const std::string& frame) { return type_of(frame) == frame_type::piece; }));

  // A program of before says nothing of it, and gets the message in one frame.
  const auto whole = sending_host{}.frames_to(announce{});
  BOOST_REQUIRE(whole.size() == 1u);
  BOOST_TEST((type_of(whole.front()) == frame_type::messages));
  std::string heard;
  BOOST_TEST(decode_frame(whole.front(), [&](peer_message&& m) { heard = std::get<delivery>(m).payload; }) == "");
  BOOST_TEST(heard == text(100'000));
}

BOOST_AUTO_TEST_CASE(a_host_acknowledges_each_piece_on_arrival) {
  sending_host receiver;
  receiver.host.peer_up(there, 0);
  receiver.host.take_commands();
  BOOST_TEST(receiver.host.receive(there, piece(1, 100, "some"), 0) == "");
  const auto frames = receiver.sent();
  BOOST_REQUIRE(frames.size() == 1u);
  BOOST_TEST((decode_pieces_arrived(frames.front()) == 1));
}

BOOST_AUTO_TEST_CASE(a_state_that_no_host_would_take_is_refused_where_it_is_started) {
  auto options = sending_host::options();
  options.pieces.message_bytes_max = frame_bytes + 100;
  session_host host{options, 0};
  host.start(1, game, {"game", 1, text(101)}, 5'000, 0);
  host.start(2, game, {"game", 1, text(100)}, 5'000, 0);
  std::vector<std::uint64_t> refused;
  for (const auto& c : host.take_commands())
    if (const auto* answer = std::get_if<answer_request>(&c); answer && answer->result == outcome::not_recorded)
      refused.push_back(answer->request);
  BOOST_TEST((refused == number_list{1}));
}

BOOST_AUTO_TEST_CASE(a_new_connection_begins_with_nothing_of_the_one_before) {
  sending_host receiver;
  receiver.host.peer_up(there, 0);
  BOOST_TEST(receiver.host.receive(there, piece(1, 100, "some"), 0) == "");
  receiver.host.peer_down(there, 0);
  receiver.host.peer_up(there, 0);
  BOOST_TEST(receiver.host.receive(there, piece(2, 100, "some"), 0) == "a message in pieces has the wrong number");
}

BOOST_AUTO_TEST_CASE(pieces_that_fit_no_message_are_refused_from_then_on) {
  const auto refusal_of = [](const std::vector<std::string>& frames) {
    incoming_messages incoming{small_pieces()};
    std::string_view failure;
    for (const auto& frame : frames)
      failure = incoming.take(frame).failure;
    if (!failure.empty()) {
      BOOST_TEST(incoming.held_bytes() == 0u);
      BOOST_TEST(incoming.take(piece(1, 10, "more")).failure == failure);
    }
    return failure;
  };
  BOOST_TEST(refusal_of({piece(1, 10, "piece"), piece(1, 10, "of it")}) == "");
  BOOST_TEST(refusal_of({piece(1, 10, "piece"), piece(1, 10, "of more")})
             == "a piece does not fit the length of its message");
  BOOST_TEST(refusal_of({piece(1, 10, "piece"), piece(1, 11, "of it")})
             == "a piece does not fit the length of its message");
  BOOST_TEST(refusal_of({piece(2, 10, "piece")}) == "a message in pieces has the wrong number");
  BOOST_TEST(refusal_of({piece(1, 5, "piece"), piece(1, 5, "piece")})
             == "a piece belongs to no message that is under way");
  BOOST_TEST(refusal_of({piece(0, 10, "piece")}) == "a piece belongs to no message that is under way");
  BOOST_TEST(refusal_of({piece(1, 10, "")}) == "a piece is malformed or empty");
  BOOST_TEST(refusal_of({std::string{"\2\xff", 2}}) == "a piece is malformed or empty");
  BOOST_TEST(refusal_of({piece(1, std::uint64_t{1} << 40, "piece")})
             == "a message in pieces is longer than any value may be");
  BOOST_TEST(refusal_of({piece(1, 1u << 26, "piece"), piece(2, 1u << 26, "piece")})
             == "too many messages are under way in pieces");
}

BOOST_AUTO_TEST_CASE(what_a_host_is_told_of_a_length_costs_nothing_before_it_has_come) {
  incoming_messages incoming{small_pieces()};
  const auto part = text(1'000);
  BOOST_TEST(incoming.take(piece(1, 1u << 30, part)).failure == "");
  BOOST_TEST(incoming.held_bytes() == part.size());
}

BOOST_AUTO_TEST_CASE(what_others_say_of_pieces_that_were_never_sent_changes_nothing) {
  connection c;
  c.outgoing.arrived(1'000, 0);
  c.outgoing.add(message(1, game, 1'000));
  BOOST_TEST(c.carry() <= 5u);
  BOOST_TEST(c.carry() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::session::message_pieces_test
