#include "crdt/codec.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

// Frames as releases have written them, byte by byte: this program still reads them, and writes the same to those who
// speak their version.

namespace ariadne::crdt::recorded_frames_test {

namespace {

/// One frame of each kind, with everything in it that a message may have.
std::vector<std::string> frames_of_version(std::uint32_t version) {
  const replica_id a{0x1122334455667788};
  const replica_id b{0xaabbccddeeff0011};
  const version_vector vector{{a, 9}, {b, 300}};
  const version_vector forgotten{{a, 4}};
  delta_writer delta{{7, 2, true, vector}, version};
  delta.add("game_1", causal_register{entry{{a, 9}, {0x0102030405060000}, 0x01020304f000, shared_bytes{"round 7"}}});
  delta.add("game_2", {{{{a, 8}, {0x0102030405060001}, 0, shared_bytes{"left"}},
                        {{b, 300}, {0x0102030405060002}, 0, shared_bytes{"right"}}},
                       vector});
  delta.add("game_3", {{}, version_vector{{b, 299}}});
  return {
    encode(hello{"test",
                 "one",
                 a,
                 7,
                 true,
                 true,
                 true,
                 vector,
                 forgotten,
                 0x0123456789abcdef,
                 forgotten,
                 {1'700'000'000'000, 1'700'000'000'001}},
           version),
    delta.finish({true, vector, forgotten}),
    encode(ack{7, 2, vector}, version),
    encode(sources{{a, b}}, version),
    encode(heartbeat{0x0123456789abcdef, {1, 2}, true, {1'700'000'000'000, 1'700'000'000'001}, 3, "too far ahead"},
           version),
    encode(refusal{refusal_code::clock_drift, "too far ahead"}, version)};
}

std::string in_hex(std::string_view bytes) {
  std::string result;
  for (const unsigned char byte : bytes) {
    result += "0123456789abcdef"[byte >> 4];
    result += "0123456789abcdef"[byte & 15];
  }
  return result;
}

/// In the order of `frames_of_version`. Never changed: a frame that is laid out in another way is of another version.
const std::vector<std::string> recorded_of_version_3{
  "03010f0474657374036f6e65887766554433221107028877665544332211091100ffeeddccbbaaac0201887766554433221104efcdab89674523"
  "010188776655443322110480d095ffbc3181d095ffbc31",
  "0302010702028877665544332211091100ffeeddccbbaaac020667616d655f3102018877665544332211128080b0d080c181820280e09398a020"
  "07726f756e6420370667616d655f3205021100ffeeddccbbaad80404057269676874000101046c6566740100020667616d655f33010102010001"
  "020000020201887766554433221104",
  "03030702028877665544332211091100ffeeddccbbaaac02",
  "03040288776655443322111100ffeeddccbbaa",
  "0305efcdab8967452301010000000000000002000000000000000180d095ffbc3181d095ffbc31030d746f6f20666172206168656164",
  "0306050d746f6f20666172206168656164",
};

} // namespace

BOOST_AUTO_TEST_SUITE(recorded_frames)

BOOST_AUTO_TEST_CASE(frames_of_version_3_are_written_as_release_0_2_0_has_written_them) {
  const auto frames = frames_of_version(3);
  BOOST_REQUIRE(frames.size() == recorded_of_version_3.size());
  for (std::size_t i = 0; i < frames.size(); ++i)
    BOOST_TEST(in_hex(frames[i]) == recorded_of_version_3[i]);
}

BOOST_AUTO_TEST_CASE(frames_of_version_3_are_read) {
  for (const auto& frame : frames_of_version(3))
    BOOST_TEST(decode(frame).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::crdt::recorded_frames_test
