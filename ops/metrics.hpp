#pragma once

#include "actors/internal/node_tally.hpp"
#include "ops/node_report.hpp"
#include "ops/process_facts.hpp"

#include <string>

namespace ariadne {

/// What a node tells Prometheus: text format 0.0.4. Names and labels are an interface, and stand in docs/operations.md;
/// what is not known is left out. `report` is null if the node does not answer.
std::string to_prometheus(const node_report* report, const node_tally& counted, const process_facts& process);

} // namespace ariadne
