#include "actors/membership_news.hpp"

#include "actors/endpoint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ariadne {

namespace {

membership::presence to_presence(member_state state) {
  switch (state) {
    case member_state::up:
      return membership::presence::up;
    case member_state::left:
      return membership::presence::left;
    case member_state::down:
      break;
  }
  return membership::presence::down;
}

member_state to_member_state(membership::presence state) {
  switch (state) {
    case membership::presence::up:
      return member_state::up;
    case membership::presence::left:
      return member_state::left;
    case membership::presence::down:
      break;
  }
  return member_state::down;
}

} // namespace

member_status to_status(const std::string& node, const membership::node_record& record) {
  member_status result;
  result.name = node;
  result.address = record.address();
  result.state = to_member_state(record.state);
  if (record.state == membership::presence::down)
    result.problem = record.problem;
  return result;
}

std::string in_words(membership::forget_refusal why, const std::string& node, const std::string& self,
                     const std::vector<std::string>& known) {
  switch (why) {
    case membership::forget_refusal::listed:
      return fmt::format("node {} is listed in the cluster file, and what that lists is always tried again", node);
    case membership::forget_refusal::up:
      return fmt::format("node {} is up; stop it, and it is forgotten", node);
    case membership::forget_refusal::unknown:
      break;
  }
  return known.empty()
           ? fmt::format("node {} does not know a node {}, nor any other", self, node)
           : fmt::format("node {} does not know a node {}; it knows {}", self, node, fmt::join(known, ", "));
}

std::vector<member_news> to_messages(const std::vector<membership::news>& told) {
  std::vector<member_news> result;
  for (const auto& n : told)
    result.push_back({n.name, n.address, to_member_state(n.state), n.incarnation, n.age_ms});
  return result;
}

std::vector<membership::news> from_messages(const std::vector<member_news>& told) {
  std::vector<membership::news> result;
  for (const auto& n : told)
    if (is_name(n.name) && (n.state != member_state::up || endpoint_from_string(n.address)))
      result.push_back({n.name, n.address, to_presence(n.state), n.replica, n.age_ms});
  return result;
}

} // namespace ariadne
