#pragma once

#include "crdt/dot.hpp"
#include "crdt/version_vector.hpp"
#include "session/session_record.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace ariadne::session_simulation {

/// All records that hosts have written, and who has run which session in which epoch: what has to be true of them
/// although all nodes end, and start from their disks. Checks throw a violation.
class record_book {
public:
  explicit record_book(std::size_t nodes) : pending_(nodes) {}

  /// A host begins to run the session: no epoch has two owners.
  void started(const session::session_key& key, std::uint64_t epoch, const session::host_id& owner);

  /// A host is about to write that it takes the session over: it goes on from what a majority of the disks has, or from
  /// something later.
  void check_takeover(const session::session_key& key, const session::session_record& record) const;

  void wrote(const session::session_key& key, crdt::dot event, const session::session_record& record);

  /// All of this is on the disk of the node, whatever happens to it.
  void kept(std::size_t node, const crdt::version_vector& events);

  /// Nothing but this is on the disk of the node any more, since that was at fault.
  void lost_all_but(std::size_t node, const crdt::version_vector& events);

private:
  struct written {
    crdt::dot event;
    session::session_record record;
    std::set<std::size_t> nodes;
  };
  /// By number: which write of which session is not yet on the disk of a node.
  using place = std::pair<session::session_key, std::size_t>;

  std::map<session::session_key, std::vector<written>> writes_;
  std::vector<std::vector<place>> pending_;
  /// The greatest rank that a majority has had on its disks.
  std::map<session::session_key, session::record_rank> durable_;
  std::map<std::pair<session::session_key, std::uint64_t>, session::host_id> owners_;
};

} // namespace ariadne::session_simulation
