#include "app/node/node_log.hpp"

#include "crdt/printable_text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace ariadne {

namespace {

constexpr std::string_view to_text(log_level level) {
  switch (level) {
    case log_level::debug:
      return "debug";
    case log_level::info:
      return "info";
    case log_level::warning:
      return "warning";
    case log_level::error:
      return "error";
  }
  return "unknown";
}

} // namespace

node_log::node_log(log_level least, std::string node, int out, int log)
  : least_(least), node_(std::move(node)), out_(out), log_(log, [this](std::size_t lines) {
      return line_of(log_level::warning,
                     fmt::format("lines of this log that nobody took, and that are lost: {}", lines));
    }) {}

log_sink node_log::sink() {
  return [this](log_level level, std::string_view event) {
    if (level >= least_)
      log_.write(line_of(level, event));
  };
}

void node_log::announce(std::string_view line) {
  out_.write(fmt::format("{}\n", crdt::printable(line)));
}

void node_log::complain(std::string_view sentence) {
  log_.write(fmt::format("ariadne: {}\n", crdt::printable_briefly(sentence)));
}

std::string node_log::line_of(log_level level, std::string_view event) const {
  constexpr std::size_t event_bytes_max = 2'000;
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return fmt::format("{:%FT%T}.{:03}Z {:<7} {}: {}\n", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     now.time_since_epoch().count() % 1000, to_text(level), node_,
                     crdt::printable_briefly(event, event_bytes_max));
}

} // namespace ariadne
