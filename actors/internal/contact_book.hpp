#pragma once

#include "actors/internal/monitored_actors.hpp"
#include "actors/internal/node_messages.hpp"
#include "actors/network/link_probe.hpp"
#include "membership/view_command.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>

#include <cstddef>
#include <cstdint>
#include <map>

namespace ariadne {

/// The membership actors of other nodes, by the numbers that a membership::cluster_view knows them by. `Self` is a
/// pointer to the actor around that.
template <class Self>
class contact_book {
public:
  using contact = membership::contact;

  struct entry {
    peer_membership_actor handle;
    /// The versions of the protocol between nodes that it speaks; both 0 while it has not said so.
    crdt::version_range protocols;
    /// As of its last introduction that was accepted.
    neighbour replica;
    link_probe probe;
    std::size_t watches = 0;
  };

  explicit contact_book(monitored_actors<Self>& monitored) : monitored_(monitored) {}

  /// The number of an actor, which it keeps until `drop_unwatched`, or as long as it is watched.
  contact number_of(const peer_membership_actor& handle) {
    const auto [position, is_new] = numbers_.try_emplace(handle.address());
    if (is_new)
      position->second = contact{++last_number_};
    entries_[position->second].handle = handle;
    return position->second;
  }

  /// Nobody, if the actor has no number.
  contact find(const caf::actor_addr& address) const {
    const auto found = numbers_.find(address);
    return found == numbers_.end() ? contact::nobody : found->second;
  }

  entry& at(contact number) {
    return entries_.at(number);
  }

  std::map<contact, entry>& entries() {
    return entries_;
  }

  void watch(contact number) {
    ++at(number).watches;
    monitored_.add(at(number).handle);
  }

  void watch_no_more(contact number) {
    --at(number).watches;
    monitored_.remove(at(number).handle);
  }

  /// The actor has ended.
  void drop(contact number) {
    if (const auto found = entries_.find(number); found != entries_.end())
      erase(found);
  }

  void drop_unwatched() {
    for (auto i = entries_.begin(); i != entries_.end();) {
      const auto current = i++;
      if (current->second.watches == 0)
        erase(current);
    }
  }

private:
  void erase(typename std::map<contact, entry>::iterator dropped) {
    numbers_.erase(dropped->second.handle.address());
    entries_.erase(dropped);
  }

  monitored_actors<Self>& monitored_;
  std::map<caf::actor_addr, contact> numbers_;
  std::map<contact, entry> entries_;
  std::uint64_t last_number_ = 0;
};

} // namespace ariadne
