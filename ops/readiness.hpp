#pragma once

#include "ops/node_report.hpp"

#include <string>
#include <vector>

namespace ariadne {

/// One thing that has to be so before clients are sent to a node.
struct readiness_check {
  std::string name;
  bool has_passed = false;
  /// Why it has not, in one line; empty if it has.
  std::string reason;
};

/// Whether clients may be sent to the node: it is in service, has met every node that is not down, does not drain, and
/// is not paused. A node that is down keeps nobody from being ready: a cluster that has lost one goes on.
std::vector<readiness_check> readiness_of(const node_report& report);

bool is_ready(const std::vector<readiness_check>& checks);

} // namespace ariadne
