#include "crdt/codec.hpp"
#include "crdt/replica.hpp"
#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <vector>

namespace large_values_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(large_values)

namespace {

constexpr dot large{twin_of(a), 1};

/// A replica, and a neighbour `a` that is played by hand.
struct hand_played_neighbour {
  hand_played_neighbour() {
    replica_options options;
    options.id = b;
    options.cluster = "test";
    options.node = "b";
    options.limits.value_bytes_max = 1'000;
    node.emplace(options);
    node->open({1}, true, now_ms);
    say(encode(hello{"test",
                     "a",
                     a,
                     1,
                     true,
                     false,
                     false,
                     {{a, 1}, large},
                     {},
                     0,
                     version_vector{},
                     {now_ms, now_ms},
                     {},
                     false,
                     {}}));
    stream = heard<hello>().stream;
  }

  /// Hands a frame in. Returns why it was refused, or "".
  std::string say(const std::string& frame) {
    const auto refused = node->receive({1}, frame, now_ms);
    for (auto& f : node->take_frames())
      frames.push_back(std::move(f.bytes));
    return refused ? refused->reason : "";
  }

  std::string say_piece(std::string_view bytes, std::uint64_t offset, std::uint64_t length, dot of = large) {
    return say(encode(piece{stream, ++pieces, of, length, offset, bytes}));
  }

  /// A part with the register of "k", live the value of `large`, and the cut.
  std::string say_register(std::uint64_t length) {
    delta_writer out{{stream, ++parts, false, {}}};
    out.add("k", causal_register{entry_of(large, 1, std::string(length, '?'))}, [](const entry&) { return true; });
    return say(out.finish({true, version_vector{large}, {}}));
  }

  /// The last message of this kind that the replica has sent; the test fails if there is none.
  template <class Message>
  Message heard() {
    std::optional<Message> found;
    for (const auto& frame : frames)
      if (auto decoded = decode(frame); decoded && std::holds_alternative<Message>(*decoded))
        found = std::get<Message>(*decoded);
    BOOST_REQUIRE(found.has_value());
    return *found;
  }

  std::optional<std::string> read() {
    const auto found = node->get("k", now_ms);
    return found ? std::optional{std::string{found->value.view()}} : std::nullopt;
  }

  std::optional<replica> node;
  std::uint64_t now_ms = start_ms;
  std::uint64_t stream = 0;
  std::uint64_t pieces = 0;
  std::uint64_t parts = 0;
  std::vector<std::string> frames;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_register_is_joined_with_the_value_that_has_come_in_pieces, hand_played_neighbour) {
  say_piece("01234", 0, 10);
  BOOST_TEST((heard<arrival>().value == value_progress{large, 5}));
  say_piece("56789", 5, 10);
  BOOST_TEST((heard<arrival>().value == value_progress{large, 10}));
  BOOST_TEST(heard<arrival>().arrived == 2u);
  say_register(10);
  BOOST_TEST(read().value() == "0123456789");
  BOOST_TEST(heard<ack>().vector.covers(large));
  BOOST_TEST(heard<ack>().arrived == 3u);
}

// Or nobody could ever read it here, though others believe that it is held.
BOOST_FIXTURE_TEST_CASE(a_register_whose_value_is_not_there_is_not_joined_and_asked_for_again, hand_played_neighbour) {
  say_piece("01234", 0, 10);
  frames.clear();
  say_register(10);
  BOOST_TEST(!read());
  BOOST_TEST(!node->covers(large));
  const auto again = heard<hello>();
  BOOST_TEST(again.stream != stream);
  BOOST_REQUIRE(again.values.size() == 1u);
  BOOST_TEST((again.values[0] == value_progress{large, 5}));
}

BOOST_FIXTURE_TEST_CASE(what_has_come_in_outlives_the_link_and_is_told_to_the_next_neighbour, hand_played_neighbour) {
  say_piece("01234", 0, 10);
  node->close({1}, now_ms);
  node->open({2}, true, now_ms);
  std::optional<hello> said;
  for (const auto& frame : node->take_frames())
    if (auto decoded = decode(frame.bytes); decoded && std::holds_alternative<hello>(*decoded))
      said = std::get<hello>(*decoded);
  BOOST_REQUIRE(said.has_value());
  BOOST_REQUIRE(said->values.size() == 1u);
  BOOST_TEST((said->values[0] == value_progress{large, 5}));
}

BOOST_FIXTURE_TEST_CASE(a_lost_piece_makes_the_stream_begin_anew, hand_played_neighbour) {
  say_piece("01", 0, 10);
  ++pieces;
  frames.clear();
  say_piece("45", 4, 10);
  BOOST_TEST(heard<hello>().stream != stream);
  BOOST_TEST((heard<hello>().values[0] == value_progress{large, 2}));
}

BOOST_FIXTURE_TEST_CASE(a_piece_that_comes_twice_adds_nothing, hand_played_neighbour) {
  say_piece("01234", 0, 10);
  --pieces;
  say_piece("01234", 0, 10);
  BOOST_TEST(heard<arrival>().arrived == 1u);
  say_piece("56789", 5, 10);
  say_register(10);
  BOOST_TEST(read().value() == "0123456789");
}

BOOST_FIXTURE_TEST_CASE(of_a_value_beyond_the_limit_no_more_is_wanted_and_its_register_is_refused,
                        hand_played_neighbour) {
  say_piece("01234", 0, 5'000);
  BOOST_TEST((heard<arrival>().value == value_progress{large, 5'000}));
  BOOST_TEST(!heard<arrival>().has_added);
  say_register(5'000);
  BOOST_TEST(!read());
  BOOST_TEST(!node->covers(large));
  BOOST_TEST(node->neighbours().front().refusal == "a value is longer than the limit");
}

BOOST_FIXTURE_TEST_CASE(of_a_value_that_is_here_or_dead_here_no_more_is_wanted, hand_played_neighbour) {
  say_piece("0123456789", 0, 10);
  say_register(10);
  say_piece("01", 0, 10);
  BOOST_TEST((heard<arrival>().value == value_progress{large, 10}));
  node->erase("k", now_ms);
  say_piece("01", 0, 10);
  BOOST_TEST((heard<arrival>().value == value_progress{large, 10}));
  // And the register may refer to it all the same: the entry stays dead.
  say_register(10);
  BOOST_TEST(!read());
}

BOOST_FIXTURE_TEST_CASE(a_value_with_two_sizes_is_malformed, hand_played_neighbour) {
  BOOST_TEST(say_piece("01234", 0, 10) == "");
  BOOST_TEST(say_piece("56789", 5, 11) == "a piece says another size of its value than the one before");
}

BOOST_FIXTURE_TEST_CASE(a_piece_of_an_event_of_this_replica_that_has_never_happened_is_refused, hand_played_neighbour) {
  BOOST_TEST(say_piece("01234", 0, 10, {twin_of(b), 1}).find("has never happened here") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(large_values_get_their_dots_from_the_twin_and_small_ones_do_not, hand_played_neighbour) {
  const auto limit = node->options().large_value_bytes;
  node.emplace([] {
    replica_options options;
    options.id = b;
    return options;
  }());
  BOOST_TEST((node->put("small", shared_bytes{std::string(limit, 'x')}, now_ms).value().replica == b));
  BOOST_TEST((node->put("large", shared_bytes{std::string(limit + 1, 'x')}, now_ms).value().replica == twin_of(b)));
  BOOST_TEST((node->erase("large", now_ms)->replica == b));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace large_values_test
