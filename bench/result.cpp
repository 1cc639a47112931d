#include "bench/result.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace ariadne::bench {

namespace {

/// Four significant digits, and no exponent.
std::string to_text(double value) {
  if (std::abs(value) >= 1'000'000)
    return fmt::format("{:.2f} M", value / 1'000'000);
  if (std::abs(value) >= 10'000)
    return fmt::format("{:.1f} k", value / 1'000);
  return fmt::format("{:.4g}", value);
}

std::string to_text(const std::optional<double>& value) {
  return value ? to_text(*value) : "";
}

/// The bound for the median in the unit of the row, wherever it comes from.
std::optional<double> bound_of(const target& t, better direction, const std::optional<double>& floor) {
  if (t.median || !t.ratio || !floor)
    return t.median;
  return direction == better::higher ? *floor / *t.ratio : *floor * *t.ratio;
}

std::string describe(const result& r) {
  std::string text;
  auto add = [&](const char* what, const std::optional<double>& bound, const char* unit) {
    if (bound)
      text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", what, to_text(*bound), unit);
  };
  add("", r.target.median, "");
  add("p99 ", r.target.p99, "");
  add("", r.target.ratio, " x floor");
  return text;
}

} // namespace

result evaluate(const row& measured, const recorder& record) {
  result r{.name = measured.name,
           .group = measured.group,
           .unit = measured.unit,
           .floor_name = measured.floor,
           .target = measured.target,
           .notes = record.notes(),
           .distribution = record.distribution()};
  std::vector<double> figures;
  std::vector<double> tails;
  std::vector<double> floors;
  std::vector<double> ratios;
  for (const auto& round : record.rounds()) {
    figures.push_back(round.figure);
    if (round.p99)
      tails.push_back(*round.p99);
    if (!round.floor)
      continue;
    floors.push_back(*round.floor);
    ratios.push_back(measured.better == better::higher ? *round.floor / round.figure : round.figure / *round.floor);
  }
  r.rounds = static_cast<unsigned>(figures.size());
  r.median = median(figures);
  r.lowest = *std::min_element(figures.begin(), figures.end());
  r.highest = *std::max_element(figures.begin(), figures.end());
  if (!tails.empty())
    r.p99 = median(tails);
  if (!floors.empty()) {
    r.floor = median(floors);
    r.ratio = median(ratios);
  }
  auto check = [&](const std::optional<double>& bound, const std::optional<double>& value, better direction) {
    if (!bound)
      return;
    const auto holds = value && (direction == better::higher ? *value >= *bound : *value <= *bound);
    r.met = r.met.value_or(true) && holds;
  };
  check(r.target.median, r.median, measured.better);
  check(r.target.p99, r.p99, better::lower);
  check(r.target.ratio, r.ratio, better::lower);
  // From here on, whoever reads the result finds a bound in the unit of the row.
  if (!r.target.median)
    r.target.median = bound_of(r.target, measured.better, r.floor);
  return r;
}

std::string to_table(const std::vector<result>& results) {
  constexpr auto line = "{:<28} {:>10} {:<7} {:>23} {:>10} {:>10} {:>7}  {:<8} {:<30} {}\n";
  auto text =
    fmt::format(line, "row", "median", "unit", "lowest .. highest", "p99", "floor", "ratio", "target", "", "floor is");
  for (const auto& r : results) {
    const auto* verdict = !r.met ? "" : *r.met ? "met" : "MISSED";
    text +=
      fmt::format(line, r.name, to_text(r.median), r.unit,
                  fmt::format("{} .. {}", to_text(r.lowest), to_text(r.highest)), to_text(r.p99), to_text(r.floor),
                  r.ratio ? fmt::format("{:.2f}", *r.ratio) : "", verdict, describe(r), r.floor_name);
    for (const auto& note : r.notes)
      text += fmt::format("    {}\n", note);
  }
  return text;
}

std::string to_json(const std::vector<result>& results) {
  auto or_null = [](const auto& value) { return value ? nlohmann::json(*value) : nlohmann::json(); };
  auto array = nlohmann::json::array();
  for (const auto& r : results)
    array.push_back({{"name", r.name},
                     {"group", r.group},
                     {"unit", r.unit},
                     {"median", r.median},
                     {"lowest", r.lowest},
                     {"highest", r.highest},
                     {"rounds", r.rounds},
                     {"p99", or_null(r.p99)},
                     {"floor", or_null(r.floor)},
                     {"floor_name", r.floor_name},
                     {"ratio", or_null(r.ratio)},
                     {"target", or_null(r.target.median)},
                     {"target_p99", or_null(r.target.p99)},
                     {"target_ratio", or_null(r.target.ratio)},
                     {"met", or_null(r.met)},
                     {"notes", r.notes},
                     {"distribution_us", r.distribution}});
  return array.dump(2) + '\n';
}

} // namespace ariadne::bench
