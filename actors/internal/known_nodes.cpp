#include "actors/internal/known_nodes.hpp"

#include <algorithm>
#include <utility>

namespace ariadne {

namespace {

/// Whether the node may have something new, compared to what was known `before`.
bool is_news(const known_nodes::node& now, const known_nodes::node& before) {
  return now.is_up()
         && (!before.is_up() || before.replica.replica != now.replica.replica
             || (before.has_lost_link && !now.has_lost_link));
}

} // namespace

void known_nodes::update(const std::vector<known_node>& nodes) {
  std::map<std::string, node> known;
  for (const auto& n : nodes) {
    auto& now = known[n.node];
    now = {.presence = n.presence, .replica = n.replica, .has_been_up = n.presence == node_presence::up};
    if (const auto found = nodes_.find(n.node); found != nodes_.end()) {
      const auto& before = found->second;
      now.has_lost_link = before.has_lost_link && n.replica.handle.get() == before.replica.handle.get();
      now.is_caught_up = before.is_caught_up && !is_news(now, before);
      now.has_been_up |= before.has_been_up;
    }
    if (n.presence == node_presence::forgotten) {
      now.is_caught_up = true;
      now.has_been_up = false;
    }
  }
  nodes_ = std::move(known);
}

void known_nodes::lose_link(const caf::actor_addr& replica) {
  for (auto& [name, known] : nodes_)
    if (caf::actor_cast<caf::actor_addr>(known.replica.handle) == replica)
      known.has_lost_link = true;
}

bool known_nodes::are_caught_up() const {
  return std::all_of(nodes_.begin(), nodes_.end(), [](const auto& entry) { return entry.second.is_caught_up; });
}

bool known_nodes::are_met() const {
  return std::all_of(nodes_.begin(), nodes_.end(), [](const auto& entry) {
    const auto& known = entry.second;
    return known.presence == node_presence::down || known.presence == node_presence::forgotten
           || (known.is_up() && known.is_caught_up);
  });
}

bool known_nodes::is_alone() const {
  return std::none_of(nodes_.begin(), nodes_.end(), [](const auto& entry) {
    return entry.second.has_been_up || entry.second.presence == node_presence::unknown;
  });
}

bool known_nodes::has_met_one() const {
  return std::any_of(nodes_.begin(), nodes_.end(), [](const auto& entry) { return entry.second.has_been_up; });
}

std::size_t known_nodes::member_count() const {
  return static_cast<std::size_t>(
    std::count_if(nodes_.begin(), nodes_.end(), [](const auto& entry) { return entry.second.is_up(); }));
}

} // namespace ariadne
