#include "actors/cluster_membership.hpp"
#include "actors/internal/caf_edition_network.hpp"
#include "actors/internal/host_messages.hpp"
#include "actors/internal/node_messages.hpp"
#include "actors/internal/storage_messages.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace recorded_messages_test {

// What nodes send each other, byte by byte. Another program of the same `node_protocols` has to read it: a change here
// is one of the wire, and needs a version of its own (CONTRIBUTING.md). Frames of the map are in
// recorded_frames_test.cpp.

using namespace ariadne;

BOOST_FIXTURE_TEST_SUITE(recorded_messages, ariadne::test::test_system)

namespace {

std::string hex(std::string_view bytes) {
  std::string result;
  for (const unsigned char byte : bytes)
    result += fmt::format("{:02x}", byte);
  return result;
}

node_introduction introduction() {
  return {{6, 6}, "games", "a", "127.0.0.1:4101", "10.0.0.1:4101", {1, nullptr, {3, 4}}, {}};
}

member_news news() {
  return {"b", "127.0.0.1:4102", member_state::left, 2, 300};
}

template <class... Ts>
std::string message_of(caf::actor_system& system, Ts... content) {
  return hex(detail::bytes_of(system, caf::make_message(std::move(content)...)));
}

} // namespace

BOOST_AUTO_TEST_CASE(what_nodes_send_each_other_is_as_programs_of_this_version_of_the_protocol_read_it) {
  BOOST_TEST_REQUIRE(node_protocols.max == 7u);
  // They are recorded as the edition of CAF writes them that spells the names of types.
  if (!detail::caf_content_rules().has_type_names)
    return;
  auto with_news = introduction();
  with_news.members = {news()};
  const journal_identity journal{{7, membership::agreement::final}, 5};
  node_introduction nobody;
  nobody.replica.codec_versions = {3, 4};
  const std::map<std::string, std::string> written{
    {"introduction", message_of(system, introduce_atom_v, introduction())},
    {"introduction with news", message_of(system, introduce_atom_v, with_news)},
    {"introduction with journal", message_of(system, introduce_atom_v, introduction(), journal)},
    {"acceptance", message_of(system, introduction_result{true, {}, introduction(), false})},
    {"acceptance with journal", message_of(system, identified_result{{true, {}, introduction(), false}, journal})},
    {"refusal", message_of(system, introduction_result{false, "no", nobody, true})},
    {"heartbeat", message_of(system, heartbeat{1, 2, 3})},
    {"news", message_of(system, std::vector<member_news>{news()})},
    {"farewell", message_of(system, leave_atom_v, std::string{"a"})},
    {"name taken", message_of(system, name_taken_atom_v, std::string{"127.0.0.1:4101"})},
    {"frame", message_of(system, sync_frame{"bytes"})},
    {"frame of sessions", message_of(system, session_frame{1, 2, "bytes"})},
    {"handle by name", message_of(system, get_atom_v, std::string{"host"})},
  };
  const std::map<std::string, std::string> recorded{
    {"acceptance", "000020403c3e2b61726961646e653a3a696e74726f64756374696f6e5f726573756c74010000000006000000060567616d6"
                   "57301610e3132372e302e302e313a343130310d31302e302e302e313a343130310000000000000001000000000000000000"
                   "0000000000000f00000003000000040000"},
    {"acceptance with journal",
     "00001e403c3e2b61726961646e653a3a6964656e7469666965645f726573756c74010000000006000000060567616d65"
     "7301610e3132372e302e302e313a343130310d31302e302e302e313a3431303100000000000000010000000000000000"
     "000000000000000f000000030000000400000000000000000007020000000000000005"},
    {"farewell", "00000e403c3e2b4061746f6d2b4073747200000003f1aa6eea0161"},
    {"frame", "000017403c3e2b61726961646e653a3a73796e635f6672616d65056279746573"},
    {"frame of sessions",
     "00001a403c3e2b61726961646e653a3a73657373696f6e5f6672616d6500000000000000010000000000000002056279746573"},
    {"handle by name", "00000e403c3e2b4061746f6d2b4073747200000000003ecab904686f7374"},
    {"heartbeat", "000016403c3e2b61726961646e653a3a686561727462656174000000000000000100000000000000020000000000000003"},
    {"introduction", "000024403c3e2b4061746f6d2b61726961646e653a3a6e6f64655f696e74726f64756374696f6e03eecf9df4a7aa2a000"
                     "00006000000060567616d657301610e3132372e302e302e313a343130310d31302e302e302e313a343130310000000000"
                     "0000010000000000000000000000000000000f000000030000000400"},
    {"introduction with journal",
     "00003e403c3e2b4061746f6d2b61726961646e653a3a6e6f64655f696e74726f64756374696f6e2b61726961646e653a"
     "3a6a6f75726e616c5f6964656e7469747903eecf9df4a7aa2a00000006000000060567616d657301610e3132372e302e"
     "302e313a343130310d31302e302e302e313a3431303100000000000000010000000000000000000000000000000f0000"
     "000300000004000000000000000007020000000000000005"},
    {"introduction with news",
     "000024403c3e2b4061746f6d2b61726961646e653a3a6e6f64655f696e74726f64756374696f6e03eecf9df4a7aa2a0000000600000006056"
     "7616d657301610e3132372e302e302e313a343130310d31302e302e302e313a34313031000000000000000100000000000000000000000000"
     "00000f00000003000000040101620e3132372e302e302e313a34313032020000000000000002000000000000012c"},
    {"name taken", "00000e403c3e2b4061746f6d2b4073747203f39b2ab99b0ab30e3132372e302e302e313a34313031"},
    {"news", "000025403c3e2b7374643a3a766563746f723c61726961646e653a3a6d656d6265725f6e6577733e0101620e3132372e302e302e3"
             "13a34313032020000000000000002000000000000012c"},
    {"refusal", "000020403c3e2b61726961646e653a3a696e74726f64756374696f6e5f726573756c7400026e6f000000000000000000000000"
                "00000000000000000000000000000000000000000000000f00000003000000040001"},
  };
  for (const auto& [what, bytes] : written) {
    const auto found = recorded.find(what);
    BOOST_TEST((found != recorded.end() && found->second == bytes),
               what << " is {\"" << what << "\", \"" << bytes << "\"},");
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recorded_messages_test
