#include "actors/caf_edition_network.hpp"
#include "actors/cluster_membership.hpp"
#include "actors/protocol.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

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
  BOOST_TEST_REQUIRE(node_protocols.max == 6u);
  // They are recorded as the edition of CAF writes them that spells the names of types.
  if (!detail::caf_content_rules().has_type_names)
    return;
  auto with_news = introduction();
  with_news.members = {news()};
  const std::map<std::string, std::string> written{
    {"introduction", message_of(system, introduce_atom_v, introduction())},
    {"introduction with news", message_of(system, introduce_atom_v, with_news)},
    {"acceptance", message_of(system, introduction_result{true, {}, introduction(), false})},
    {"refusal", message_of(system, introduction_result{false, "no", {}, true})},
    {"heartbeat", message_of(system, heartbeat{1, 2, 3})},
    {"news", message_of(system, std::vector<member_news>{news()})},
    {"farewell", message_of(system, leave_atom_v, std::string{"a"})},
    {"name taken", message_of(system, name_taken_atom_v, std::string{"127.0.0.1:4101"})},
    {"frame", message_of(system, sync_frame{"bytes"})},
    {"frame of sessions", message_of(system, session_frame{1, 2, "bytes"})},
    {"handle by name", message_of(system, get_atom_v, std::string{"host"})},
  };
  const std::map<std::string, std::string> recorded{};
  for (const auto& [what, bytes] : written) {
    const auto found = recorded.find(what);
    BOOST_TEST((found != recorded.end() && found->second == bytes),
               what << " is {\"" << what << "\", \"" << bytes << "\"},");
  }
}

BOOST_AUTO_TEST_SUITE_END()
