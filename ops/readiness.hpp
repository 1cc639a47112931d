#pragma once

#include "ops/node_report.hpp"

#include <string>
#include <vector>

namespace ariadne {

/// One thing that has to be so before clients are sent to a node.
struct readiness_check {
  std::string name;
  bool has_passed = false;
  /// Why it has not, or what to look at although it has, in one line; empty if there is nothing to say.
  std::string reason;
};

/// Whether clients may be sent to the node: it is in service, has met every node that is not down, does not drain, and
/// is not paused. A node that is down keeps nobody from being ready: a cluster that has lost one goes on. Nor does a
/// journal that cannot be written, since disks of one size fill up together, and memory still serves: unless its mode
/// is `sync`, where what is stashed is to outlive a power cut.
std::vector<readiness_check> readiness_of(const node_report& report);

/// "met: ok".
std::string to_text(const readiness_check& check);

bool is_ready(const std::vector<readiness_check>& checks);

} // namespace ariadne
