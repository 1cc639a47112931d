#include "crdt/codec.hpp"

#include "test/support/crdt_values.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace codec_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(codec)

namespace {

const auto seeds = boost::unit_test::data::xrange(100u);

/// A delta with all that it says, in our hands.
struct delta {
  delta_header header;
  std::vector<std::pair<std::string, causal_register>> registers;
  delta_trailer trailer;
};

std::string encode(const delta& message) {
  delta_writer out{message.header};
  for (const auto& [key, value] : message.registers)
    out.add(key, value);
  return out.finish(message.trailer);
}

/// The message of type `Message` in `frame`; the test fails if there is another or none.
template <class Message>
Message decode_as(std::string_view frame) {
  auto decoded = decode(frame);
  if (!decoded)
    BOOST_FAIL(to_string(decoded.error()));
  BOOST_REQUIRE(std::holds_alternative<Message>(*decoded));
  return std::get<Message>(*decoded);
}

/// Why `frame` is refused, or "" if it is not.
std::string refusal_of(std::string_view frame) {
  auto decoded = decode(frame);
  return decoded ? "" : std::string{decoded.error().what};
}

/// Decodes `frame` and reads all that it may hold. That there is no crash is most of the test.
void survive(std::string_view frame) {
  auto decoded = decode(frame);
  auto is_sound = true;
  if (!decoded) {
    is_sound = !decoded.error().what.empty() && decoded.error().offset <= frame.size();
  } else if (const auto* view = std::get_if<delta_view>(&*decoded)) {
    auto left = view->register_count;
    view->for_each_register([&](std::string_view key, causal_register&& value, const auto&) {
      --left;
      is_sound = is_sound && !key.empty() && !value.context().empty();
    });
    is_sound = is_sound && left == 0;
  }
  if (!is_sound)
    BOOST_FAIL("a broken frame was read wrongly");
}

void check_round_trip(const delta& message) {
  auto frame = encode(message);
  auto view = decode_as<delta_view>(frame);
  BOOST_TEST(view.header.stream == message.header.stream);
  BOOST_TEST(view.header.number == message.header.number);
  BOOST_TEST(view.header.full_state == message.header.full_state);
  BOOST_TEST(view.header.base == message.header.base);
  BOOST_TEST(view.trailer.last == message.trailer.last);
  BOOST_TEST(view.trailer.cut == message.trailer.cut);
  BOOST_TEST(view.trailer.forgotten == message.trailer.forgotten);

  stamp stamp_max;
  std::size_t key_bytes_max = 0;
  std::size_t value_bytes_max = 0;
  for (const auto& [key, value] : message.registers) {
    key_bytes_max = std::max(key_bytes_max, key.size());
    for (std::size_t i = 0; i < value.live_count(); ++i) {
      stamp_max = std::max(stamp_max, value.live(i).stamp);
      value_bytes_max = std::max(value_bytes_max, value.live(i).value.size());
    }
  }
  BOOST_TEST(view.stamp_max == stamp_max);
  BOOST_TEST(view.key_bytes_max == key_bytes_max);
  BOOST_TEST(view.value_bytes_max == value_bytes_max);

  BOOST_TEST(view.register_count == message.registers.size());
  auto expected = message.registers.begin();
  view.for_each_register([&](std::string_view key, causal_register&& value, const auto&) {
    BOOST_REQUIRE((expected != message.registers.end()));
    BOOST_TEST(key == expected->first);
    BOOST_TEST(value == expected->second);
    ++expected;
  });
}

/// Random messages of each kind; numbers of all sizes are equally likely.
class generator {
public:
  explicit generator(unsigned seed) : random_(seed) {}

  std::uint64_t number() {
    return random_() >> (random_() % 64);
  }
  std::uint64_t below(std::uint64_t limit) {
    return random_() % limit;
  }
  bool flag() {
    return below(2) == 1;
  }
  std::string text(std::size_t size_max) {
    std::string result(below(size_max + 1), ' ');
    for (auto& byte : result)
      byte = static_cast<char>(random_());
    return result;
  }
  replica_id replica() {
    return {below(4) == 0 ? number() | 1 : 1 + below(5)};
  }
  dot any_dot() {
    return {replica(), number() >> 2 | 1};
  }
  version_vector vector() {
    version_vector result;
    for (auto left = below(6); left > 0; --left)
      result.raise(any_dot());
    return result;
  }
  entry live_entry() {
    return {any_dot(), {number()}, flag() ? number() | 1 : 0, shared_bytes{text(below(16) == 0 ? 300 : 10)}};
  }
  causal_register value() {
    std::vector<entry> live;
    for (auto left = below(4); left > 0; --left)
      live.push_back(live_entry());
    auto context = vector();
    if (live.empty() && context.empty())
      context.raise(any_dot());
    return {std::move(live), std::move(context)};
  }
  delta delta_message(std::uint64_t registers_max = 8) {
    delta result{{number(), number(), flag(), vector()}, {}, {flag(), vector(), vector()}};
    for (auto left = below(registers_max + 1); left > 0; --left)
      result.registers.emplace_back("k" + text(20), value());
    return result;
  }
  hello hello_message() {
    return {text(20),
            text(20),
            replica(),
            number(),
            flag(),
            flag(),
            flag(),
            vector(),
            vector(),
            random_(),
            flag() ? std::optional{vector()} : std::nullopt,
            {number(), number()},
            progress(),
            true,
            vector()};
  }
  std::vector<value_progress> progress() {
    std::vector<value_progress> result;
    for (auto left = below(4); left > 0; --left)
      result.push_back({any_dot(), number()});
    return result;
  }
  ack ack_message() {
    return {number(), number(), vector(), number(), vector()};
  }
  /// `bytes` has to outlive it.
  piece piece_message(const std::string& bytes) {
    const auto offset = below(1'000);
    return {number(), number(), any_dot(), offset + bytes.size() + below(1'000), offset, bytes};
  }
  arrival arrival_message() {
    if (flag())
      return {number(), number(), {}, false};
    return {number(), number(), {any_dot(), number()}, flag()};
  }
  sources sources_message() {
    sources result;
    for (auto left = below(8); left > 0; --left)
      result.ids.push_back(replica());
    return result;
  }
  heartbeat heartbeat_message() {
    return {random_(), {random_(), random_()}, flag(), {number(), number()}, number(), text(50)};
  }
  refusal refusal_message() {
    return {static_cast<refusal_code>(1 + below(6)), text(50)};
  }

  /// One frame of each kind.
  std::vector<std::string> frames(std::uint64_t registers_max = 8) {
    return {encode(hello_message()),
            encode(delta_message(registers_max)),
            encode(ack_message()),
            encode(sources_message()),
            encode(heartbeat_message()),
            encode(refusal_message()),
            encode(piece_message("some bytes")),
            encode(arrival_message())};
  }

private:
  std::mt19937_64 random_;
};

/// A frame of the given bytes.
std::string bytes(std::initializer_list<unsigned> values) {
  std::string result;
  for (auto value : values)
    result.push_back(static_cast<char>(value));
  return result;
}

} // namespace

// -- round trips -----------------------------------------------------------------------------------------------------

BOOST_DATA_TEST_CASE(a_hello_is_read_as_it_was_written, seeds, seed) {
  auto message = generator{seed}.hello_message();
  auto read = decode_as<hello>(encode(message));
  BOOST_TEST(read.cluster == message.cluster);
  BOOST_TEST(read.node == message.node);
  BOOST_TEST(read.id == message.id);
  BOOST_TEST(read.stream == message.stream);
  BOOST_TEST(read.push == message.push);
  BOOST_TEST(read.answer_wanted == message.answer_wanted);
  BOOST_TEST(read.full_state_wanted == message.full_state_wanted);
  BOOST_TEST(read.vector == message.vector);
  BOOST_TEST(read.forgotten == message.forgotten);
  BOOST_TEST(read.retired_digest == message.retired_digest);
  BOOST_TEST((read.retired == message.retired));
  BOOST_TEST((read.clock == message.clock));
  BOOST_TEST((read.values == message.values));
  BOOST_TEST(read.has_journal);
  BOOST_TEST(read.durable == message.durable);
}

BOOST_DATA_TEST_CASE(a_delta_is_read_as_it_was_written, seeds, seed) {
  check_round_trip(generator{seed}.delta_message());
}

BOOST_AUTO_TEST_CASE(a_delta_without_registers_is_read_as_it_was_written) {
  check_round_trip({{1, 1, false, {}}, {}, {true, {{a, 1}}, {}}});
}

BOOST_AUTO_TEST_CASE(the_greatest_numbers_are_read_as_they_were_written) {
  constexpr auto greatest = ~std::uint64_t{0};
  dot last{{greatest}, std::uint64_t{1} << 62};
  // Member by member: g++ 12 takes the vectors of a whole temporary for uninitialised.
  delta message;
  message.header = {greatest, greatest, true, {last}};
  message.registers = {{"k", causal_register{entry{last, {greatest}, greatest, shared_bytes{"v"}}}},
                       {"l", causal_register{entry{{{greatest}, 1}, {0}, 0, {}}}},
                       {"m", causal_register{entry{last, {greatest}, 1, {}}}}};
  message.trailer = {true, {last}, {last}};
  check_round_trip(message);
}

BOOST_AUTO_TEST_CASE(a_delta_may_name_a_thousand_replicas) {
  delta message{{1, 1, false, {}}, {}, {}};
  for (std::uint64_t i = 1; i <= 1'000; ++i)
    message.registers.emplace_back(std::to_string(i), causal_register{entry_of({{i * 7919 % 1'000 + 1}, i}, i, "")});
  check_round_trip(message);
}

BOOST_AUTO_TEST_CASE(keys_and_values_may_be_any_bytes_and_a_value_may_be_empty) {
  std::string any{"\0\xff\n", 3};
  check_round_trip(
    {{1, 1, false, {}},
     {{any, causal_register{entry_of({a, 1}, 1, any)}}, {"empty", causal_register{entry_of({a, 2}, 1, "")}}},
     {}});
}

BOOST_DATA_TEST_CASE(an_ack_is_read_as_it_was_written, seeds, seed) {
  auto message = generator{seed}.ack_message();
  auto read = decode_as<ack>(encode(message));
  BOOST_TEST(read.stream == message.stream);
  BOOST_TEST(read.number == message.number);
  BOOST_TEST(read.vector == message.vector);
  BOOST_TEST(read.arrived == message.arrived);
}

BOOST_DATA_TEST_CASE(a_piece_is_read_as_it_was_written, seeds, seed) {
  generator random{seed};
  const auto bytes = "x" + random.text(300);
  const auto message = random.piece_message(bytes);
  const auto frame = encode(message);
  const auto read = decode_as<piece>(frame);
  BOOST_TEST(read.stream == message.stream);
  BOOST_TEST(read.number == message.number);
  BOOST_TEST(read.dot == message.dot);
  BOOST_TEST(read.length == message.length);
  BOOST_TEST(read.offset == message.offset);
  BOOST_TEST(read.bytes == message.bytes);
}

BOOST_DATA_TEST_CASE(an_arrival_is_read_as_it_was_written, seeds, seed) {
  const auto message = generator{seed}.arrival_message();
  const auto read = decode_as<arrival>(encode(message));
  BOOST_TEST(read.stream == message.stream);
  BOOST_TEST(read.arrived == message.arrived);
  BOOST_TEST((read.value == message.value));
  BOOST_TEST(read.has_added == message.has_added);
}

BOOST_AUTO_TEST_CASE(of_a_value_that_is_referred_to_only_the_size_is_written) {
  const std::string large(1'000, 'x');
  delta_writer out{{1, 1, false, {}}};
  out.add("k", {{entry_of({a, 1}, 2, large), entry_of({b, 1}, 1, "small")}, {}},
          [](const entry& e) { return e.value.size() > 100; });
  const auto frame = out.finish({});
  BOOST_TEST(frame.size() < 100u);
  const auto read = decode_as<delta_view>(frame);
  BOOST_TEST(read.value_bytes_max == large.size());
  read.for_each_register(
    [&](std::string_view, causal_register&& value, const std::vector<value_reference>& references) {
      BOOST_REQUIRE(references.size() == 1u);
      BOOST_TEST(references[0].dot == (dot{a, 1}));
      BOOST_TEST(references[0].length == large.size());
      BOOST_TEST(value.live(0).value.size() == 0u);
      value.supply({a, 1}, shared_bytes{large});
      BOOST_TEST((value.live(0).value.view() == large));
      BOOST_TEST(value.live(1).value.view() == "small");
    });
}

BOOST_AUTO_TEST_CASE(before_version_4_there_are_no_references_and_no_pieces) {
  delta_writer out{{1, 1, false, {}}, 3};
  out.add("k", causal_register{entry_of({a, 1}, 1, "whole")}, [](const entry&) { return true; });
  decode_as<delta_view>(out.finish({}))
    .for_each_register([&](std::string_view, causal_register&& value, const std::vector<value_reference>& references) {
      BOOST_TEST(references.empty());
      BOOST_TEST(value.live(0).value.view() == "whole");
    });
  auto frame = encode(piece{1, 1, {a, 1}, 4, 0, "1234"});
  frame[0] = 3;
  BOOST_TEST(refusal_of(frame) == "the kind of message is unknown");
}

BOOST_AUTO_TEST_CASE(a_piece_lies_within_its_value) {
  BOOST_TEST(refusal_of(encode(piece{1, 1, {a, 1}, 4, 0, "1234"})) == "");
  BOOST_TEST(refusal_of(encode(piece{1, 1, {a, 1}, 4, 1, "1234"})) == "a piece does not lie within its value");
  BOOST_TEST(refusal_of(encode(piece{1, 1, {a, 1}, 4, ~std::uint64_t{0}, "1"}))
             == "a piece does not lie within its value");
  BOOST_TEST(refusal_of(encode(piece{1, 1, {a, 1}, 4, 0, ""})) == "a piece does not lie within its value");
  BOOST_TEST(refusal_of(encode(piece{1, 1, {a, 1}, std::uint64_t{1} << 32, 0, "1"}))
             == "the length of a value is out of range");
}

BOOST_DATA_TEST_CASE(sources_are_read_as_they_were_written, seeds, seed) {
  auto message = generator{seed}.sources_message();
  BOOST_TEST(decode_as<sources>(encode(message)).ids == message.ids, boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(a_heartbeat_is_read_as_it_was_written, seeds, seed) {
  auto message = generator{seed}.heartbeat_message();
  auto read = decode_as<heartbeat>(encode(message));
  BOOST_TEST(read.vector_digest == message.vector_digest);
  BOOST_TEST(read.fingerprint == message.fingerprint);
  BOOST_TEST(read.ahead == message.ahead);
  BOOST_TEST((read.clock == message.clock));
  BOOST_TEST(read.refused == message.refused);
  BOOST_TEST(read.refused_because == message.refused_because);
}

BOOST_DATA_TEST_CASE(a_refusal_is_read_as_it_was_written, seeds, seed) {
  auto message = generator{seed}.refusal_message();
  auto read = decode_as<refusal>(encode(message));
  BOOST_TEST((read.code == message.code));
  BOOST_TEST(read.reason == message.reason);
}

// -- frames that nobody wrote ----------------------------------------------------------------------------------------

BOOST_DATA_TEST_CASE(a_frame_cut_off_at_any_byte_is_refused, seeds, seed) {
  for (const auto& frame : generator{seed}.frames())
    for (std::size_t size = 0; size < frame.size(); ++size) {
      auto decoded = decode(std::string_view{frame}.substr(0, size));
      if (decoded || decoded.error().code != refusal_code::malformed || decoded.error().offset > size)
        BOOST_FAIL("a frame was read although it was cut off at byte " << size);
    }
}

BOOST_DATA_TEST_CASE(a_frame_with_bytes_after_its_end_is_refused, seeds, seed) {
  for (const auto& frame : generator{seed}.frames())
    BOOST_TEST(refusal_of(frame + '\0') == "bytes follow the end of the message");
}

BOOST_DATA_TEST_CASE(a_frame_with_any_byte_changed_does_no_harm, boost::unit_test::data::xrange(3u), seed) {
  for (auto frame : generator{seed}.frames(1))
    for (auto& byte : frame) {
      const auto original = byte;
      for (int change = 1; change < 256; ++change) {
        byte = static_cast<char>(original ^ change);
        survive(frame);
      }
      byte = original;
    }
}

BOOST_DATA_TEST_CASE(a_frame_with_many_bytes_changed_does_no_harm, seeds, seed) {
  generator random{seed};
  for (const auto& frame : random.frames())
    for (int round = 0; round < 100; ++round) {
      auto changed = frame;
      for (auto left = 1 + random.below(8); left > 0; --left)
        changed[random.below(changed.size())] = static_cast<char>(random.number());
      survive(changed);
    }
}

BOOST_DATA_TEST_CASE(random_bytes_do_no_harm, seeds, seed) {
  generator random{seed};
  for (int round = 0; round < 100; ++round) {
    auto noise = random.text(200);
    survive(noise);
    for (char kind = 1; kind <= 6; ++kind)
      survive(std::string{static_cast<char>(codec_versions.max), kind} + noise);
  }
}

BOOST_AUTO_TEST_CASE(another_version_is_refused_as_such) {
  for (auto frame : generator{0}.frames()) {
    frame[0] = static_cast<char>(codec_versions.max + 1);
    auto decoded = decode(frame);
    BOOST_REQUIRE(!decoded);
    BOOST_TEST((decoded.error().code == refusal_code::unknown_version));
    BOOST_TEST(to_string(decoded.error()) == "the version of the format is unknown (at byte 0)");
  }
}

BOOST_AUTO_TEST_CASE(each_impossible_value_is_refused_with_its_reason) {
  constexpr unsigned version = codec_versions.max;
  constexpr unsigned hello = 1, delta = 2, ack = 3, sources = 4, heartbeat = 5, refusal = 6;
  // An ack of stream 0 and number 0, up to its version vector.
  auto vector = [](std::string entries) { return bytes({version, ack, 0, 0}) + std::move(entries); };
  // A delta, up to its first register, of the key "k".
  auto first_register = [](std::string value) {
    return bytes({version, delta, 0, 1, 1, 0, 1, 'k'}) + std::move(value);
  };
  const auto id = bytes({7, 0, 0, 0, 0, 0, 0, 0});
  const auto later_id = bytes({8, 0, 0, 0, 0, 0, 0, 0});
  const auto nobody = bytes({0, 0, 0, 0, 0, 0, 0, 0});
  const auto nines = std::string(9, '\xff');

  BOOST_TEST(refusal_of("") == "the frame ends too early");
  BOOST_TEST(refusal_of(bytes({version})) == "the frame ends too early");
  BOOST_TEST(refusal_of(bytes({version, 0})) == "the kind of message is unknown");
  BOOST_TEST(refusal_of(bytes({version, 9})) == "the kind of message is unknown");
  BOOST_TEST(refusal_of(bytes({version, ack}) + nines + bytes({2, 0, 0})) == "an integer exceeds 64 bits");
  BOOST_TEST(refusal_of(bytes({version, ack}) + nines + bytes({0x81, 0, 0, 0})) == "an integer exceeds 64 bits");
  BOOST_TEST(refusal_of(bytes({version, ack}) + nines + bytes({1, 0, 0, 0, 0})) == "");
  BOOST_TEST(refusal_of(bytes({version, hello, 0, 100, 'c'})) == "a string is longer than the frame");
  BOOST_TEST(refusal_of(bytes({version, hello, 0}) + nines + bytes({1, 'c'})) == "a string is longer than the frame");
  BOOST_TEST(refusal_of(bytes({version, hello, 32, 0, 0}) + id + bytes({0, 0, 0})) == "a hello has unknown flags");
  BOOST_TEST(refusal_of(bytes({version, hello, 0, 0, 0}) + nobody + bytes({0, 0, 0})) == "a replica id is 0");

  BOOST_TEST(refusal_of(vector(nines + bytes({1}))) == "a count is higher than the frame has room for");
  BOOST_TEST(refusal_of(vector(bytes({2}) + id + bytes({1}))) == "a count is higher than the frame has room for");
  BOOST_TEST(refusal_of(vector(bytes({1}) + nobody + bytes({1}))) == "a replica id is 0");
  BOOST_TEST(refusal_of(vector(bytes({1}) + id + bytes({0}))) == "a counter is out of range");
  BOOST_TEST(refusal_of(vector(bytes({1}) + id + std::string(8, '\x81') + bytes({0x41})))
             == "a counter is out of range");
  BOOST_TEST(refusal_of(vector(bytes({2}) + id + bytes({1}) + id + bytes({2})))
             == "a version vector is not sorted by replica id");
  BOOST_TEST(refusal_of(vector(bytes({2}) + later_id + bytes({1}) + id + bytes({1})))
             == "a version vector is not sorted by replica id");

  BOOST_TEST(refusal_of(bytes({version, delta, 2, 1, 1, 0, 0, 0, 0, 0})) == "a delta has unknown flags");
  BOOST_TEST(refusal_of(bytes({version, delta, 0, 1, 1, 0, 0, 2, 0, 0})) == "a delta has an unknown ending");
  BOOST_TEST(refusal_of(first_register(bytes({0, 0, 0, 0, 0}))) == "a register is empty");
  BOOST_TEST(refusal_of(first_register(bytes({1, 0, 0, 0, 0, 0}))) == "a register is empty");
  BOOST_TEST(refusal_of(first_register(bytes({2, 1}) + id + bytes({2, 0, 0, 0, 0, 0, 0, 0}))) == "an expiry is 0");
  BOOST_TEST(refusal_of(first_register(bytes({1, 1, 2, 2, 0, 0, 0, 0}))) == "a dot names an unknown origin");
  BOOST_TEST(refusal_of(first_register(bytes({1, 1, 0}) + nobody + bytes({2, 0, 0, 0, 0}))) == "a replica id is 0");
  BOOST_TEST(refusal_of(first_register(bytes({1, 1, 0}) + id + bytes({0, 0, 0, 0, 0}))) == "a counter is out of range");
  BOOST_TEST(refusal_of(first_register(bytes({1, 1, 0}) + id + std::string(9, '\x82') + bytes({1, 0, 0, 0, 0})))
             == "a counter is out of range");
  BOOST_TEST(refusal_of(first_register(bytes({1, 2, 0}) + id + bytes({2, 2}) + id + bytes({2, 0, 0, 0, 0})))
             == "a replica id stands twice in the table of origins");
  BOOST_TEST(refusal_of(first_register(nines + bytes({1}))) == "a register holds too many live entries");
  BOOST_TEST(refusal_of(first_register(bytes({1, 0x81, 0x20}) + std::string(10'000, '\0')))
             == "a count is higher than the frame has room for");

  // The cut of a delta without registers.
  auto cut = [](std::string dots) { return bytes({version, delta, 0, 1, 1, 0, 0, 1}) + std::move(dots) + bytes({0}); };
  BOOST_TEST(refusal_of(cut(bytes({1, 0}) + id + bytes({2}))) == "");
  BOOST_TEST(refusal_of(cut(bytes({1, 2, 2}))) == "a dot names an unknown origin");
  BOOST_TEST(refusal_of(cut(bytes({1, 0}) + id + bytes({0}))) == "a counter is out of range");
  BOOST_TEST(refusal_of(cut(bytes({2, 0}) + id + bytes({2, 2}) + id + bytes({2})))
             == "a replica id stands twice in the table of origins");
  BOOST_TEST(refusal_of(cut(bytes({9}) + std::string(79, '\x01'))) == "a count is higher than the frame has room for");
  BOOST_TEST(refusal_of(cut(bytes({9}) + std::string(81, '\x01'))) == "a version vector is not sorted by replica id");

  BOOST_TEST(refusal_of(bytes({version, sources}) + nines + bytes({1}))
             == "a count is higher than the frame has room for");
  BOOST_TEST(refusal_of(bytes({version, sources, 1}) + nobody) == "a replica id is 0");
  BOOST_TEST(refusal_of(bytes({version, heartbeat}) + std::string(24, 'x') + bytes({2, 0, 0, 0, 0}))
             == "a heartbeat has unknown flags");
  BOOST_TEST(refusal_of(bytes({version, refusal, 0, 0})) == "a refusal has an unknown code");
  BOOST_TEST(refusal_of(bytes({version, refusal, 7, 0})) == "a refusal has an unknown code");
}

// -- size ------------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_change_in_a_batch_costs_at_most_16_bytes_beyond_key_and_value) {
  constexpr std::size_t changes = 200;
  const std::string value(256, 'v');
  delta fresh;
  delta taken_over;
  std::size_t payload = 0;
  for (std::size_t i = 0; i < changes; ++i) {
    auto key = "game_" + std::to_string(1'000'000 + i);
    payload += key.size() + value.size();
    auto put = entry_of({a, 100'000 + i}, 5 * i, value);
    fresh.registers.emplace_back(key, causal_register{put});
    taken_over.registers.emplace_back(key, causal_register({put}, {{b, 100'000 + (i * 7919) % 10'000}}));
  }
  BOOST_TEST(encode(fresh).size() <= payload + 16 * changes);
  BOOST_TEST(encode(taken_over).size() <= payload + 16 * changes);
}

BOOST_AUTO_TEST_CASE(a_change_alone_costs_at_most_64_bytes_beyond_key_and_value_with_its_acknowledgement) {
  const std::string value(256, 'v');
  const dot written{a, 100'000'000};
  delta message{{12, 34'567'890, false, {}},
                {{"game_1000000", causal_register{entry_of(written, 0, value)}}},
                {true, {written}, {}}};
  const ack answer{12, 34'567'890, {written}};
  BOOST_TEST(encode(message).size() + encode(answer).size() <= 12 + value.size() + 64);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace codec_test
