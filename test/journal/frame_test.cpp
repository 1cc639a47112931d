#include "journal/frame.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace frame_test {

using namespace ariadne::journal;

BOOST_AUTO_TEST_SUITE(frame)

namespace {

constexpr std::uint64_t salt = 7;

std::string frame_of(std::uint64_t sequence, std::uint64_t synced, std::string_view content) {
  std::string bytes;
  write_frame(bytes, {sequence, synced, content}, salt);
  return bytes;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_frame_is_read_as_it_was_written) {
  const auto bytes = frame_of(3, 2, "content") + "what follows";
  const auto read = read_frame(bytes, salt);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->sequence == 3u);
  BOOST_TEST(read->synced == 2u);
  BOOST_TEST(read->content == "content");
  BOOST_TEST(read->bytes() == bytes.size() - std::string_view{"what follows"}.size());
}

BOOST_AUTO_TEST_CASE(any_flipped_bit_is_noticed) {
  const auto bytes = frame_of(3, 2, "content");
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    auto flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    BOOST_TEST(!read_frame(flipped, salt).has_value(), "bit " << bit);
  }
}

BOOST_AUTO_TEST_CASE(a_frame_that_is_cut_off_is_none) {
  const auto bytes = frame_of(3, 2, "content");
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_TEST(!read_frame(std::string_view{bytes}.substr(0, size), salt).has_value());
}

BOOST_AUTO_TEST_CASE(a_frame_of_another_file_is_none) {
  BOOST_TEST(!read_frame(frame_of(3, 2, "content"), salt + 1).has_value());
}

BOOST_AUTO_TEST_CASE(what_was_synced_is_found_behind_a_hole) {
  auto bytes = frame_of(4, 1, "the hole") + "garbage" + frame_of(5, 4, "behind it") + frame_of(6, 3, "further on");
  bytes[40] = '?';
  BOOST_TEST(greatest_synced(bytes, 4, salt) == 4u);
  BOOST_TEST(greatest_synced(bytes, 5, salt) == 3u);
  BOOST_TEST(greatest_synced(bytes, 6, salt) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace frame_test
