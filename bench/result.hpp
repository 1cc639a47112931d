#pragma once

#include "bench/row.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::bench {

/// What the rounds of a row come to.
struct result {
  std::string name;
  std::string group;
  std::string unit;
  /// Of the figures of all rounds.
  double median = 0;
  double lowest = 0;
  double highest = 0;
  unsigned rounds = 0;
  /// The median of the 99th percentiles of the rounds.
  std::optional<double> p99 = {};
  std::optional<double> floor = {};
  std::string floor_name;
  /// How many times worse than the floor: the median of what each round comes to, figure and floor of one round being
  /// measured under the same conditions.
  std::optional<double> ratio = {};
  bench::target target;
  /// Whether every bound of the target holds; nothing if there is none.
  std::optional<bool> met = {};
  std::vector<std::string> notes;
  /// See recorder::distribution.
  std::vector<std::pair<double, double>> distribution;
};

/// Precondition: there is at least one round.
result evaluate(const row& measured, const recorder& record);

/// `results` as a table for people.
std::string to_table(const std::vector<result>& results);

/// `results` as a JSON array.
std::string to_json(const std::vector<result>& results);

} // namespace ariadne::bench
