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

/// Called by the thread of the caller about ten times a second. False ends what is being done, and what is left of the
/// requests.
struct load_watch {
  /// While keys are stashed before the first request, or discarded after the last one: `what` is done to so many of
  /// all.
  std::function<bool(const char* what, std::size_t done, std::size_t all)> keys;
  /// What has come of the requests so far.
  std::function<bool(const load_report&)> requests;
};

/// Makes requests of the nodes, and counts what comes of them. The keys that it has stashed are discarded at the end.
/// An error, if no node can be connected to, or if what is to be read cannot be stashed before.
/// Precondition: there is a node.
fallible<load_report> run_load(caf::actor_system& system, const std::vector<endpoint>& nodes,
                               const load_options& options, const load_watch& watch);

} // namespace ariadne
