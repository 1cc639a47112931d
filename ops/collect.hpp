#pragma once

#include "ops/node_report.hpp"

#include <caf/fwd.hpp>
#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace ariadne {

/// Asks the actors of the node that runs in this system what `node_report` has, all of them at once. Blocks for at most
/// `patience`. The error is one sentence without a final stop: the node is not in service yet, or does not answer.
tl::expected<node_report, std::string> collect(caf::actor_system& system, std::chrono::milliseconds patience);

/// A part of a list: the first ones.
template <class Entry>
struct first_of {
  std::vector<Entry> entries;
  /// There are no more.
  bool is_complete = false;
};

/// The sessions whose KIND/ID starts with the prefix, `count_max` at most, in the order of their kinds and ids.
tl::expected<first_of<session_info>, std::string> collect_sessions(caf::actor_system& system, const std::string& prefix,
                                                                   std::size_t count_max,
                                                                   std::chrono::milliseconds patience);

/// The keys that start with the prefix, `count_max` at most, sorted.
tl::expected<first_of<std::string>, std::string> collect_keys(caf::actor_system& system, const std::string& prefix,
                                                              std::size_t count_max,
                                                              std::chrono::milliseconds patience);

} // namespace ariadne
