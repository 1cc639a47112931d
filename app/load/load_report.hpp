#pragma once

#include "app/load/latency_histogram.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace ariadne {

/// What a load is made of.
enum class load_operation : std::uint8_t {
  /// Stashes.
  put,
  /// Pickups of what stands.
  get,
  /// Stashes, each of which is discarded next.
  churn,
};

const char* to_text(load_operation operation);

/// What has come of the requests of a load.
struct load_tally {
  /// Of the requests that were answered as they should be.
  latency_histogram times;
  std::uint64_t failed = 0;
  /// Why the first one failed; empty if none has.
  std::string first_failure = {};

  void add(const load_tally& others);
};

/// The tally of a load, with what it was made of.
struct load_report {
  load_operation operation = load_operation::put;
  std::size_t clients = 0;
  std::size_t nodes = 0;
  std::size_t value_bytes = 0;
  /// From the first request to the last answer.
  std::chrono::nanoseconds time{};
  load_tally tally = {};

  double per_second() const;
};

/// For people: three lines of at most 80 columns.
std::string to_text(const load_report& report);

/// For programs.
nlohmann::json to_json(const load_report& report);

/// The line that a terminal is shown while something is done to keys before or after it: "[...] stashed 12 of 100
/// keys".
std::string keys_line(const char* what, std::size_t done, std::size_t all);

/// The line that a terminal is shown while the load runs for `whole` in all.
std::string progress_line(const load_report& report, std::chrono::nanoseconds whole);

} // namespace ariadne
