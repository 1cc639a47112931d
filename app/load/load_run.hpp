#pragma once

#include "actors/endpoint.hpp"
#include "actors/write_options.hpp"
#include "app/load/load_report.hpp"
#include "app/output/failure.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ariadne {

struct load_options {
  load_operation operation = load_operation::put;
  /// Each makes one request at a time, and talks to one node, the next one if contact to that is lost. At least 1.
  std::size_t clients = 16;
  /// How many requests a second all clients make together; as many as they can, if there is none. A request that is
  /// made late is timed from when it was due, so that a pause of a node is not hidden by those that waited for it.
  std::optional<double> rate;
  std::chrono::milliseconds time{10'000};
  /// At most 64 KiB.
  std::size_t value_bytes = 256;
  /// How many there are; each client has some for itself, one at least.
  std::size_t keys = 1'000;
  std::string prefix = "load/";
  /// Of the stashes.
  write_options write;
  /// How long a request may take.
  std::chrono::milliseconds patience{5'000};
};

/// Makes requests of the nodes, and counts what comes of them. The keys are discarded at the end. `watch` is called by
/// the thread of the caller about ten times a second with the report so far, and ends the load by false.
/// An error, if no node can be connected to, or if what is to be read cannot be stashed before.
/// Precondition: there is a node.
fallible<load_report> run_load(caf::actor_system& system, const std::vector<endpoint>& nodes,
                               const load_options& options, const std::function<bool(const load_report&)>& watch);

} // namespace ariadne
