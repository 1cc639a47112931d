#pragma once

#include "actors/write_options.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace ariadne {

/// How far a member has acknowledged the events of this node's replica.
struct member_progress {
  std::uint64_t replica = 0;
  /// All events up to this counter.
  std::uint64_t acknowledged = 0;
  /// It is one of the nodes of which `majority` and `all` are counted.
  bool is_counted = false;
  /// The same of those that it has on its disk; and whether it may have any: it may keep a journal.
  std::uint64_t durable = 0;
  bool may_keep = true;
};

/// What decides whether a write concern is met, of the events of one of the ids of this node's replica.
struct concern_view {
  std::vector<member_progress> members;
  /// Of how many nodes `majority` and `all` are counted, and whether this node is one of them.
  std::size_t counted_nodes = 1;
  bool is_self_counted = true;
  /// Nothing has been heard yet of some nodes, good or bad.
  bool are_nodes_unknown = false;
  /// How many nodes there are, as far as this one knows: up or down, itself among them.
  std::size_t known_nodes = 1;
  /// The replica itself.
  std::uint64_t self = 0;
  /// The counter up to which the events are on the disk of this node, and whether it keeps a journal.
  std::uint64_t durable = 0;
  bool keeps = false;
};

/// Its level, as the command line has it: "one", "majority,durable". How many nodes `count` asks for is left out.
const char* label_of(const write_concern& concern);

/// A concern that every event meets.
inline constexpr auto every_event = std::numeric_limits<std::uint64_t>::max();

/// The counter up to which the events of this replica meet the concern.
std::uint64_t met_up_to(const write_concern& concern, const concern_view& view);

/// How many nodes the concern asks for, this one included. With `one`, that is 2 though fewer may do.
std::size_t nodes_wanted(const write_concern& concern, const concern_view& view);

/// On how many of the nodes that the concern counts an event may be durable at best, as far as is known: those that
/// are down may keep a journal.
std::size_t keepers_at_best(const write_concern& concern, const concern_view& view);

/// On the disks of how many nodes a durable concern wants an event to be.
std::size_t keepers_wanted(const write_concern& concern, const concern_view& view);

} // namespace ariadne
