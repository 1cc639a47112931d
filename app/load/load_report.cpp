#include "app/load/load_report.hpp"

#include "crdt/counted.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace ariadne {

namespace {

double in_ms(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>{time}.count();
}

double in_s(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>{time}.count();
}

std::string in_words(std::chrono::nanoseconds time) {
  return time < std::chrono::seconds{1} ? fmt::format("{:.2f} ms", in_ms(time)) : fmt::format("{:.2f} s", in_s(time));
}

std::string counted(std::size_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

constexpr std::size_t bar_width = 20;

std::string bar(double share) {
  const auto full = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * bar_width);
  return fmt::format("[{}{}]", std::string(full, '#'), std::string(bar_width - full, '.'));
}

} // namespace

const char* to_text(load_operation operation) {
  switch (operation) {
    case load_operation::put:
      return "put";
    case load_operation::get:
      return "get";
    case load_operation::churn:
      return "churn";
  }
  return "unknown";
}

void load_tally::add(const load_tally& others) {
  times.add(others.times);
  failed += others.failed;
  if (first_failure.empty())
    first_failure = others.first_failure;
}

double load_report::per_second() const {
  return time.count() <= 0 ? 0 : static_cast<double>(tally.times.count()) / in_s(time);
}

std::string to_text(const load_report& report) {
  const auto& times = report.tally.times;
  const auto at = [&](double share) { return in_words(times.percentile(share)); };
  return fmt::format("{}: {:.1f} s, {}, {}, values of {}\n"
                     "{} requests, {:.0f}/s, {} failed\n"
                     "p50 {}, p90 {}, p99 {}, p99.9 {}, max {}\n",
                     to_text(report.operation), in_s(report.time), counted(report.clients, "client"),
                     counted(report.nodes, "node"), counted(report.value_bytes, "byte"), times.count(),
                     report.per_second(), report.tally.failed, at(0.5), at(0.9), at(0.99), at(0.999),
                     in_words(times.greatest()));
}

nlohmann::json to_json(const load_report& report) {
  const auto& times = report.tally.times;
  const auto at = [&](double share) { return in_ms(times.percentile(share)); };
  return {
    {"operation", to_text(report.operation)},
    {"seconds", in_s(report.time)},
    {"clients", report.clients},
    {"nodes", report.nodes},
    {"value_bytes", report.value_bytes},
    {"requests", times.count()},
    {"failed", report.tally.failed},
    {"first_failure", crdt::printable(report.tally.first_failure)},
    {"per_second", report.per_second()},
    {"latency_ms",
     {{"p50", at(0.5)}, {"p90", at(0.9)}, {"p99", at(0.99)}, {"p99_9", at(0.999)}, {"max", in_ms(times.greatest())}}}};
}

std::string keys_line(const char* what, std::size_t done, std::size_t all) {
  return fmt::format("{} {} {} of {}",
                     bar(static_cast<double>(done) / static_cast<double>(std::max<std::size_t>(all, 1))), what, done,
                     crdt::counted(all, "key"));
}

std::string progress_line(const load_report& report, std::chrono::nanoseconds whole) {
  return fmt::format("{} {:.0f} of {:.0f} s, {:.0f}/s, p99 {}, {} failed",
                     bar(in_s(report.time) / std::max(in_s(whole), 1e-9)), in_s(report.time), in_s(whole),
                     report.per_second(), in_words(report.tally.times.percentile(0.99)), report.tally.failed);
}

} // namespace ariadne
