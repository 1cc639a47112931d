#include "actors/snapshot.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace {

struct maze_v1 {
  std::string id;
};

struct maze_v2 {
  std::string id;
  std::uint32_t round = 0;
};

struct maze {
  std::string id;
  std::uint32_t round = 0;
  std::map<std::string, std::vector<std::int32_t>> paths;

  friend bool operator==(const maze&, const maze&) = default;
};

struct compass {
  float course = 0;
  double distance = 0;
  long double drift = 0;
};

/// With another one inside, or none.
struct doll {
  std::vector<doll> inside;
};

struct thread_ball {
  std::uint64_t length = 0;
};

template <class Inspector>
auto inspect(Inspector& f, doll& x) {
  return ariadne::inspect_fields(f, "doll", x.inside);
}
template <class Inspector>
auto inspect(Inspector& f, compass& x) {
  return ariadne::inspect_fields(f, "compass", x.course, x.distance, x.drift);
}
template <class Inspector>
auto inspect(Inspector& f, maze_v1& x) {
  return ariadne::inspect_fields(f, "maze", x.id);
}
template <class Inspector>
auto inspect(Inspector& f, maze_v2& x) {
  return ariadne::inspect_fields(f, "maze", x.id, x.round);
}
template <class Inspector>
auto inspect(Inspector& f, maze& x) {
  return ariadne::inspect_fields(f, "maze", x.id, x.round, x.paths);
}
template <class Inspector>
auto inspect(Inspector& f, thread_ball& x) {
  return ariadne::inspect_fields(f, "thread_ball", x.length);
}

template <std::uint32_t Version>
struct maze_traits {
  static constexpr std::string_view type_name = "maze";
  static constexpr std::uint32_t schema_version = Version;
};

} // namespace

template <>
struct ariadne::snapshot_traits<maze_v1> : maze_traits<1> {};
template <>
struct ariadne::snapshot_traits<maze_v2> : maze_traits<2> {};
template <>
struct ariadne::snapshot_traits<maze> : maze_traits<3> {};
template <>
struct ariadne::snapshot_traits<compass> {
  static constexpr std::string_view type_name = "compass";
  static constexpr std::uint32_t schema_version = 1;
};
template <>
struct ariadne::snapshot_traits<thread_ball> {
  static constexpr std::string_view type_name = "thread_ball";
  static constexpr std::uint32_t schema_version = 1;
};

using namespace ariadne;

namespace {

const maze knossos{"ABYZ", 7, {{"theseus", {1, -2, 3}}, {"minotaur", {}}}};

template <class T>
snapshot snapshot_of(const T& value) {
  return *make_snapshot(value);
}

/// The error of a restore that has to fail.
template <class T>
caf::error restore_error(const snapshot& state, const upgrade_registry& upgrades = {}) {
  const auto restored = restore<T>(state, upgrades);
  return restored ? caf::error{} : restored.error();
}

} // namespace

BOOST_AUTO_TEST_SUITE(snapshot)

BOOST_AUTO_TEST_CASE(a_value_comes_back_equal) {
  const auto state = snapshot_of(knossos);
  BOOST_TEST(state.type_name == "maze");
  BOOST_TEST(state.schema_version == 3u);
  BOOST_TEST((restore<maze>(state) == knossos));
  BOOST_TEST((restore<maze>(snapshot_of(maze{})) == maze{}));
}

BOOST_AUTO_TEST_CASE(numbers_that_are_not_finite_come_back) {
  const auto infinite = std::numeric_limits<double>::infinity();
  const auto denormal = std::numeric_limits<double>::denorm_min();
  for (const auto number : {infinite, -infinite, denormal, -0.0, 1.5e300}) {
    const compass written{static_cast<float>(number), number, number};
    const auto read = restore<compass>(snapshot_of(written));
    BOOST_REQUIRE(bool{read});
    BOOST_TEST(read->course == written.course);
    BOOST_TEST(read->distance == written.distance);
    BOOST_TEST(read->drift == written.drift);
    BOOST_TEST(std::signbit(read->distance) == std::signbit(number));
  }
  const auto none = restore<compass>(snapshot_of(compass{NAN, NAN, NAN}));
  BOOST_REQUIRE(bool{none});
  BOOST_TEST((std::isnan(none->course) && std::isnan(none->distance) && std::isnan(none->drift)));
}

BOOST_AUTO_TEST_CASE(a_type_with_a_caf_type_id_needs_no_traits) {
  const auto state = snapshot_of(event_id{1, 2});
  BOOST_TEST(state.type_name == "ariadne::event_id");
  BOOST_TEST(restore<event_id>(state)->counter == 2u);
}

BOOST_AUTO_TEST_CASE(a_snapshot_of_another_type_is_refused) {
  const auto error = restore_error<thread_ball>(snapshot_of(knossos));
  BOOST_TEST((error == ec::type_mismatch));
  BOOST_TEST(describe(error) == "the snapshot is of another type: maze instead of thread_ball");
}

BOOST_AUTO_TEST_CASE(a_snapshot_of_a_newer_version_is_refused) {
  const auto error = restore_error<maze_v1>(snapshot_of(knossos));
  BOOST_TEST((error == ec::newer_version));
  BOOST_TEST(describe(error)
             == "the snapshot is of a newer schema version: maze of version 3, while this program knows version 1");
}

BOOST_AUTO_TEST_CASE(an_older_snapshot_goes_through_all_upgrades) {
  upgrade_registry upgrades;
  upgrades.add<maze_v1, maze_v2>([](const maze_v1& old) { return maze_v2{old.id, 1}; });
  upgrades.add<maze_v2, maze>([](const maze_v2& old) { return maze{old.id, old.round, {{"ariadne", {}}}}; });
  BOOST_TEST((restore<maze>(snapshot_of(maze_v1{"old"}), upgrades) == maze{"old", 1, {{"ariadne", {}}}}));
  BOOST_TEST((restore<maze>(snapshot_of(maze_v2{"newer", 5}), upgrades) == maze{"newer", 5, {{"ariadne", {}}}}));
  BOOST_TEST((restore<maze>(snapshot_of(knossos), upgrades) == knossos));
}

BOOST_AUTO_TEST_CASE(an_older_snapshot_without_an_upgrade_is_refused) {
  BOOST_TEST((restore_error<maze>(snapshot_of(maze_v1{"old"})) == ec::no_upgrade));
  upgrade_registry upgrades;
  upgrades.add<maze_v1, maze_v2>([](const maze_v1& old) { return maze_v2{old.id, 1}; });
  BOOST_TEST((restore_error<maze>(snapshot_of(maze_v1{"old"}), upgrades) == ec::no_upgrade));
}

BOOST_AUTO_TEST_CASE(damaged_bytes_are_refused) {
  const auto whole = snapshot_of(knossos);
  for (std::size_t size = 0; size < whole.bytes.size(); ++size) {
    auto state = whole;
    state.bytes.resize(size);
    BOOST_TEST((restore_error<maze>(state) == ec::snapshot_damaged), "truncated to " << size << " bytes");
  }
  auto trailing = whole;
  trailing.bytes += 'x';
  BOOST_TEST((restore_error<maze>(trailing) == ec::snapshot_damaged));
}

BOOST_AUTO_TEST_CASE(damaged_bytes_of_an_older_version_are_refused) {
  upgrade_registry upgrades;
  upgrades.add<maze_v2, maze>([](const maze_v2& old) { return maze{old.id, old.round, {}}; });
  auto state = snapshot_of(maze_v2{"old", 1});
  state.bytes.pop_back();
  BOOST_TEST((restore_error<maze>(state, upgrades) == ec::snapshot_damaged));
}

BOOST_AUTO_TEST_CASE(an_encoded_snapshot_comes_back_and_anything_else_is_refused) {
  const auto encoded = encode_snapshot(snapshot_of(knossos));
  const auto decoded = decode_snapshot(encoded);
  BOOST_REQUIRE(decoded);
  BOOST_TEST((restore<maze>(*decoded) == knossos));
  for (std::size_t size = 0; size < encoded.size(); ++size)
    BOOST_TEST((decode_snapshot(encoded.substr(0, size)).error() == ec::snapshot_damaged), size << " bytes");
  BOOST_TEST((decode_snapshot(encoded + "x").error() == ec::snapshot_damaged));
  BOOST_TEST((decode_snapshot("\x02" + encoded.substr(1)).error() == ec::snapshot_damaged));
}

BOOST_AUTO_TEST_CASE(what_the_standard_library_makes_of_states_comes_back_and_has_a_name_by_itself) {
  using namespace std::chrono;
  // With CAF 1.x, what a variant has needs a type ID.
  using names = std::vector<std::string>;
  using labyrinth = std::map<std::string, std::vector<std::optional<std::variant<std::int32_t, std::string, names>>>>;
  const labyrinth rooms{{"north", {std::nullopt, 7, std::string{"a door"}, names{"left", "right"}}}, {"south", {}}};
  BOOST_TEST((restore<std::pair<std::string, std::vector<std::optional<double>>>>(
                snapshot_of(std::pair{std::string{"x"}, std::vector<std::optional<double>>{1.5, std::nullopt}}))
              == std::pair{std::string{"x"}, std::vector<std::optional<double>>{1.5, std::nullopt}}));
  std::string bytes;
  BOOST_REQUIRE(!serialise(rooms, bytes));
  labyrinth read;
  BOOST_REQUIRE(!deserialise(bytes, read));
  BOOST_TEST((read == rooms));
  const std::tuple times{milliseconds{1'500}, system_clock::time_point{seconds{7}}, std::vector<bool>{true, false}};
  std::remove_const_t<decltype(times)> read_times;
  bytes.clear();
  BOOST_REQUIRE(!serialise(times, bytes));
  BOOST_REQUIRE(!deserialise(bytes, read_times));
  BOOST_TEST((read_times == times));
  BOOST_TEST((snapshot_traits<std::map<std::string, std::vector<std::optional<double>>>>::type_name
              == "std::map<std::string,std::vector<std::optional<double>>>"));
  BOOST_TEST((snapshot_traits<std::variant<std::int32_t, std::tuple<bool, milliseconds>>>::type_name
              == "std::variant<int32_t,std::tuple<bool,std::chrono::duration<int64_t,milliseconds>>>"));
}

BOOST_AUTO_TEST_CASE(a_length_that_cannot_follow_is_refused_before_anything_is_reserved_for_it) {
  // 4 GiB of numbers, of characters, and a length without an end.
  const std::string huge{"\xff\xff\xff\xff\x0f", 5};
  std::vector<std::int32_t> numbers;
  std::vector<char> bytes;
  std::string text;
  std::u32string wide;
  std::map<std::string, std::string> words;
  for (const auto& claimed : {huge, std::string(21, '\xff')}) {
    BOOST_TEST(bool{deserialise(claimed, numbers)});
    BOOST_TEST(bool{deserialise(claimed, bytes)});
    BOOST_TEST(bool{deserialise(claimed, text)});
    BOOST_TEST(bool{deserialise(claimed, wide)});
    BOOST_TEST(bool{deserialise(claimed, words)});
  }
  BOOST_TEST(numbers.capacity() + bytes.capacity() < 1'000u);
}

BOOST_AUTO_TEST_CASE(what_is_nested_too_deeply_is_neither_written_nor_read) {
  doll outermost;
  for (std::size_t i = 0; i < detail::nesting_max; ++i) {
    doll next;
    next.inside.push_back(std::move(outermost));
    outermost = std::move(next);
  }
  std::string bytes;
  BOOST_TEST(bool{serialise(outermost, bytes)});
  doll read;
  BOOST_TEST(bool{deserialise(std::string(30'000, '\x01') + '\0', read)});
  BOOST_TEST(!deserialise(std::string(100, '\x01') + '\0', read));
}

BOOST_AUTO_TEST_CASE(a_newer_snapshot_goes_down_as_far_as_there_is_a_way) {
  upgrade_registry ways;
  ways.add_downgrade<maze, maze_v2>([](const maze& now) { return maze_v2{now.id, now.round}; });
  const auto older = ways.downgrade(snapshot_of(knossos), 2);
  BOOST_REQUIRE(bool{older});
  BOOST_TEST(restore<maze_v2>(*older)->round == knossos.round);
  BOOST_TEST((ways.downgrade(snapshot_of(knossos), 1).error() == ec::no_upgrade));
  BOOST_TEST(ways.downgrade(snapshot_of(maze_v1{"old"}), 2)->schema_version == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
