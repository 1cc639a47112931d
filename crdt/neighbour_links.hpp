#pragma once

#include "crdt/knowledge.hpp"
#include "crdt/neighbour_link.hpp"
#include "crdt/node_disks.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace ariadne::crdt {

/// The open links of a replica, and what is known by all of them together: what one member has acknowledged over any of
/// its links, what is durable where, and who is a source. They hear what the replica comes to know.
class neighbour_links final : public knowledge_listener {
public:
  using map = std::map<link_id, neighbour_link>;

  explicit neighbour_links(disk_patience patience = {}) : disks_(patience) {}

  template <class... Arguments>
  neighbour_link& open(link_id id, Arguments&&... arguments) {
    return links_.try_emplace(id, id, std::forward<Arguments>(arguments)...).first->second;
  }
  void close(link_id id);
  /// nullptr if it is not open.
  neighbour_link* find(link_id id) {
    const auto position = links_.find(id);
    return position == links_.end() ? nullptr : &position->second;
  }
  const neighbour_link* find(link_id id) const {
    const auto position = links_.find(id);
    return position == links_.end() ? nullptr : &position->second;
  }
  map::iterator lower_bound(link_id id) {
    return links_.lower_bound(id);
  }
  map::iterator begin() {
    return links_.begin();
  }
  map::iterator end() {
    return links_.end();
  }
  map::const_iterator begin() const {
    return links_.begin();
  }
  map::const_iterator end() const {
    return links_.end();
  }
  std::size_t size() const {
    return links_.size();
  }

  void raised(replica_id origin) override {
    for (auto& [id, link] : links_)
      link.raised(origin);
  }
  void reinstated(dot last) override {
    for (auto& [id, link] : links_)
      link.reinstated(last);
  }

  /// The neighbour has said whether it keeps a journal, and what is durable there.
  void note_disk(const neighbour_link& link, const hello& message);
  node_disks& disks() {
    return disks_;
  }
  const node_disks& disks() const {
    return disks_;
  }

  /// Whether there is a link to `replica`.
  bool reaches(replica_id replica) const;

  /// What `replica` is known to have.
  version_vector known_of(replica_id replica) const;
  /// The same of one id.
  std::uint64_t known_of(replica_id replica, replica_id origin) const;

  /// The neighbours that send their changes to this replica, sorted.
  std::vector<replica_id> sources() const;

private:
  map links_;
  node_disks disks_;
};

} // namespace ariadne::crdt
