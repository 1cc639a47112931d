#include "test/support/replica_network.hpp"

#include "test/support/crdt_values.hpp"
#include "test/support/map_audit.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace ariadne::test {

// -- a node ----------------------------------------------------------------------------------------------------------

crdt::dot network_node::put(std::string_view key, std::string_view value, std::uint64_t expires_at_ms) {
  auto written = replica.put(key, crdt::shared_bytes{value}, now_ms(), expires_at_ms);
  if (!written)
    BOOST_FAIL(to_string(written.error()));
  return *written;
}

crdt::dot network_node::erase(std::string_view key) {
  auto erased = replica.erase(key, now_ms());
  BOOST_REQUIRE(erased);
  return *erased;
}

std::string network_node::read(std::string_view key) const {
  const auto found = replica.get(key, now_ms());
  return std::string{found ? found->value.view() : absent};
}

// -- the network -----------------------------------------------------------------------------------------------------

replica_network::replica_network() : now_ms_(start_ms) {
  options.cluster = "test";
}

network_node& replica_network::add() {
  return add(crdt::replica_id{nodes_.size() + 1});
}

network_node& replica_network::add(crdt::replica_id id) {
  return add(id, "node " + std::to_string(nodes_.size() + 1));
}

network_node& replica_network::add(crdt::replica_id id, std::string name) {
  options.id = id;
  options.node = std::move(name);
  return *nodes_.emplace_back(std::make_unique<network_node>(options, now_ms_));
}

crdt::link_id replica_network::connect(network_node& first, network_node& second, bool first_pushes,
                                       bool second_pushes) {
  crdt::link_id link{++last_link_};
  wires_.push_back({link, {{&first, true, {}}, {&second, true, {}}}});
  first.replica.open(link, first_pushes, first.now_ms());
  second.replica.open(link, second_pushes, second.now_ms());
  return link;
}

void replica_network::connect_all() {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    for (std::size_t j = i + 1; j < nodes_.size(); ++j)
      connect(*nodes_[i], *nodes_[j]);
}

void replica_network::disconnect(crdt::link_id link) {
  collect();
  auto position = std::find_if(wires_.begin(), wires_.end(), [&](const wire& w) { return w.link == link; });
  BOOST_REQUIRE((position != wires_.end()));
  auto closed = std::move(*position);
  wires_.erase(position);
  for (auto& end : closed.ends)
    if (end.open)
      end.node->replica.close(link, end.node->now_ms());
}

network_node& replica_network::restart(network_node& node) {
  crash(node);
  return add(crdt::replica_id{nodes_.size() + 1}, node.replica.options().node);
}

void replica_network::crash(network_node& node) {
  collect();
  crashed_.insert(&node);
  std::vector<crdt::link_id> links;
  for (const auto& wire : wires_)
    if (wire.ends[0].node == &node || wire.ends[1].node == &node)
      links.push_back(wire.link);
  for (auto link : links)
    disconnect(link);
}

std::vector<network_node*> replica_network::present() const {
  std::vector<network_node*> result;
  for (const auto& node : nodes_)
    if (!crashed_.contains(node.get()))
      result.push_back(node.get());
  return result;
}

void replica_network::set_members() {
  std::set<crdt::replica_id> members;
  for (const auto* node : present())
    members.insert(node->replica.id());
  for (auto* node : present())
    node->replica.set_members(members);
}

void replica_network::check_converged() const {
  auto live_of = [](const network_node& node) {
    std::map<std::string, crdt::causal_register> result;
    node.replica.map().for_each([&](const crdt::keyed_register& owner) {
      if (!owner.is_live())
        return;
      auto value = node.replica.map().value(owner);
      value.forget_context();
      result.emplace(owner.key(), std::move(value));
    });
    return result;
  };
  auto nodes = present();
  for (const auto* node : nodes) {
    BOOST_TEST_CONTEXT(node->replica.options().node) {
      BOOST_TEST(node->replica.whole_vector() == nodes.front()->replica.whole_vector());
      BOOST_TEST((live_of(*node) == live_of(*nodes.front())));
      BOOST_TEST(audit(node->replica.map()) == "");
      BOOST_TEST(node->replica.caught_up());
      BOOST_TEST(node->replica.counters().divergences == 0u);
    }
  }
}

replica_network::wire& replica_network::find(const network_node& one, const network_node& other) {
  auto position = std::find_if(wires_.begin(), wires_.end(), [&](const wire& w) {
    return (w.ends[0].node == &one && w.ends[1].node == &other) || (w.ends[0].node == &other && w.ends[1].node == &one);
  });
  BOOST_REQUIRE((position != wires_.end()));
  return *position;
}

void replica_network::collect() {
  for (auto& node : nodes_)
    for (auto& frame : node->replica.take_frames())
      for (auto& wire : wires_)
        if (wire.link == frame.link)
          wire.ends[wire.ends[0].node == node.get() ? 1 : 0].frames.push_back(std::move(frame.bytes));
}

void replica_network::deliver(wire& over, end& to) {
  auto frame = std::move(to.frames.front());
  to.frames.pop_front();
  if (!to.open)
    return;
  auto& node = *to.node;
  auto refused = node.replica.receive(over.link, frame, node.now_ms());
  node.replica.check_invariants();
  if (refused) {
    node.refusals.push_back(std::move(*refused));
    node.replica.close(over.link, node.now_ms());
    to.open = false;
  }
}

std::deque<std::string>& replica_network::frames(network_node& from, network_node& to) {
  collect();
  auto& wire = find(from, to);
  return wire.ends[wire.ends[0].node == &to ? 0 : 1].frames;
}

bool replica_network::deliver(network_node& from, network_node& to) {
  collect();
  auto& wire = find(from, to);
  auto& end = wire.ends[wire.ends[0].node == &to ? 0 : 1];
  if (end.frames.empty())
    return false;
  deliver(wire, end);
  collect();
  return true;
}

void replica_network::deliver_one_each() {
  collect();
  for (auto& wire : wires_)
    for (auto& end : wire.ends)
      if (!end.frames.empty())
        deliver(wire, end);
}

void replica_network::settle() {
  constexpr int frames_max = 1'000'000;
  for (int delivered = 0; delivered < frames_max;) {
    collect();
    auto is_quiet = true;
    for (auto& wire : wires_)
      for (auto& end : wire.ends)
        if (!end.frames.empty()) {
          deliver(wire, end);
          ++delivered;
          is_quiet = false;
        }
    for (auto& node : nodes_)
      if (node->replica.has_work()) {
        node->replica.work(node->now_ms());
        is_quiet = false;
      }
    if (is_quiet)
      return;
  }
  BOOST_FAIL("the network does not come to rest");
}

void replica_network::pass(std::uint64_t ms, bool settled) {
  for (std::uint64_t passed = 0; passed < ms; passed += 100) {
    now_ms_ += 100;
    for (auto& node : nodes_) {
      node->replica.tick(node->now_ms());
      node->replica.check_invariants();
    }
    if (settled)
      settle();
  }
}

} // namespace ariadne::test
