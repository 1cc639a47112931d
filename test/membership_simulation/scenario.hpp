#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace ariadne::membership_simulation {

/// What is drawn once for each seed: the nodes, the links between them, and which kinds of trouble they are in.
struct scenario {
  std::uint64_t seed = 0;
  std::size_t nodes = 0;
  /// The first of them are in the cluster file. The others join through one of these.
  std::size_t listed = 0;
  /// They are not in the file, but their addresses are discovered, by these and by the others.
  bool is_discovered = false;
  std::uint64_t duration_ms = 0;
  std::uint64_t forget_after_ms = 0;

  // Every link.
  std::uint64_t bytes_per_second = 0;
  /// One way.
  std::uint64_t delay_ms = 0;
  std::uint64_t loss_permille = 0;
  /// Now and then so many bytes are sent at once, and heartbeats wait behind them; 0: never.
  std::uint64_t bulk_bytes_max = 0;

  /// From one trouble of a node or a link to the next.
  std::uint64_t troubles_ms_min = 500;
  std::uint64_t troubles_ms_max = 5'000;
  /// A process is stopped for a while. Its kernel goes on to take in bytes, and to acknowledge them.
  bool freezes = false;
  /// A host is suspended, or the virtual machine is paused, whose clock stands still then.
  bool suspends = false;
  bool pauses = false;
  /// A process ends, and its kernel closes its connections.
  bool kills = false;
  /// A link carries nothing for a while, in one direction or both.
  bool cuts = false;
  /// A connection is closed by something in between, again and again.
  bool breaks = false;
  /// A node says that it leaves, and ends.
  bool leaves = false;
  /// An unlisted node that leaves or is killed may never come back.
  bool departs = false;
  /// A node is told to forget another one.
  bool forgets = false;

  /// So many of the nodes keep journals: from the start on, or from a time on at which each is started anew.
  std::size_t journals = 0;
  bool are_journals_added = false;
};

scenario make_scenario(std::uint64_t seed);

std::string to_string(const scenario& s);

} // namespace ariadne::membership_simulation
