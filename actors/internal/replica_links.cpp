#include "actors/internal/replica_links.hpp"

#include "crdt/printable_text.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <utility>

namespace ariadne {

namespace {

/// `Links` may be const.
template <class Links>
auto* find_by_peer(Links& links, const caf::actor_addr& peer) {
  const auto found = std::find_if(links.begin(), links.end(), [&](const auto& l) { return l.peer.address() == peer; });
  return found == links.end() ? nullptr : &*found;
}

} // namespace

void replica_links::connect(const known_node& node) {
  auto* known = find_by_peer(links_, caf::actor_cast<caf::actor_addr>(node.replica.handle));
  auto& l = known != nullptr ? *known : add(node.replica.handle, node.is_neighbour, node.replica.codec_versions);
  set_push(l, node.is_neighbour);
  if (!std::exchange(l.is_wanted, true) && !l.push && !l.is_resting())
    core_->greet(l.id, core_.now_ms());
}

void replica_links::disregard_all_but(const std::set<caf::actor_addr>& wanted) {
  for (auto& l : links_)
    if (!wanted.contains(l.peer.address())) {
      set_push(l, false);
      l.is_wanted = false;
    }
}

replica_links::link* replica_links::link_to(const caf::strong_actor_ptr& sender, steady_clock::time_point now) {
  if (!sender)
    return nullptr;
  auto* known = find_by_peer(links_, caf::actor_cast<caf::actor_addr>(sender));
  if (known == nullptr)
    // It is not spoken to first: what it speaks need not be known.
    return &add(sender, false, crdt::codec_versions);
  if (known->is_resting() && now >= known->rests_until)
    open(*known);
  return known;
}

const replica_links::link* replica_links::find(const caf::actor_addr& peer) const {
  return find_by_peer(links_, peer);
}

const replica_links::link* replica_links::find(crdt::link_id id) const {
  const auto found = std::find_if(links_.begin(), links_.end(), [&](const link& l) { return l.id == id; });
  return found == links_.end() ? nullptr : &*found;
}

void replica_links::let_rest(link& l, const std::string& reason, steady_clock::time_point now) {
  l.refusal = reason;
  l.rests_until = now + rest_;
  core_->close(l.id, core_.now_ms());
}

void replica_links::open_rested(steady_clock::time_point now) {
  for (auto& l : links_)
    if (l.is_resting() && l.is_wanted && now >= l.rests_until)
      open(l);
}

void replica_links::ended(const caf::actor_addr& peer) {
  std::erase_if(links_, [&](const link& l) {
    if (l.peer.address() != peer)
      return false;
    core_->close(l.id, core_.now_ms());
    return true;
  });
}

std::uint64_t replica_links::push_count() const {
  return static_cast<std::uint64_t>(std::count_if(links_.begin(), links_.end(), [](const link& l) { return l.push; }));
}

std::string replica_links::name_of(const link& l) const {
  for (const auto& n : core_->neighbours())
    if (n.link == l.id && !n.node.empty())
      return "node " + crdt::escaped_briefly(n.node);
  return "actor " + to_string(l.peer);
}

replica_links::link& replica_links::add(const caf::strong_actor_ptr& peer, bool push,
                                        const crdt::version_range& versions) {
  auto& added = links_.emplace_back();
  added.peer = caf::actor_cast<crdt_replica_actor>(peer);
  added.push = push;
  added.version = greatest_common(versions, crdt::codec_versions).value_or(crdt::codec_versions.max);
  added_(added.peer);
  open(added);
  return added;
}

void replica_links::open(link& l) {
  l.id = crdt::link_id{++last_link_};
  l.rests_until = {};
  core_->open(l.id, l.push, core_.now_ms(), l.version);
  if (l.is_wanted && !l.push)
    core_->greet(l.id, core_.now_ms());
}

void replica_links::set_push(link& l, bool push) {
  if (std::exchange(l.push, push) != push && !l.is_resting())
    core_->set_push(l.id, push, core_.now_ms());
}

} // namespace ariadne
