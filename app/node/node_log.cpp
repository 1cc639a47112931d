#include "app/node/node_log.hpp"

#include "crdt/printable_text.hpp"
#include "ops/json_text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdlib>
#include <span>
#include <utility>
#include <variant>

#include <sys/stat.h>

namespace ariadne {

namespace {

constexpr std::size_t text_bytes_max = 2'000;

/// RFC 3339, with milliseconds.
std::string present_time() {
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     now.time_since_epoch().count() % 1000);
}

/// As in syslog(3).
constexpr int priority_of(log_level level) {
  switch (level) {
    case log_level::debug:
      return 7;
    case log_level::info:
      return 6;
    case log_level::warning:
      return 4;
    case log_level::error:
      return 3;
  }
  return 6;
}

nlohmann::json to_json(const log_field& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value))
    return crdt::printable_briefly(*text, text_bytes_max);
  return std::visit([](const auto& value) -> nlohmann::json { return value; }, field.value);
}

nlohmann::json to_json(std::span<const log_field> fields) {
  auto result = nlohmann::json::object();
  for (const auto& field : fields)
    result[std::string{field.name}] = to_json(field);
  return result;
}

} // namespace

log_format format_for(log_format wanted) {
  if (wanted != log_format::automatic)
    return wanted;
  const auto* stream = std::getenv("JOURNAL_STREAM");
  struct stat stderr_file {};
  const auto is_journal = stream != nullptr && ::fstat(STDERR_FILENO, &stderr_file) == 0
                          && fmt::format("{}:{}", stderr_file.st_dev, stderr_file.st_ino) == stream;
  return is_journal ? log_format::journal : log_format::text;
}

node_log::node_log(log_level least, log_format format, std::string node, std::string cluster, int out, int log)
  : least_(least), format_(format), node_(std::move(node)), cluster_(std::move(cluster)), out_(out),
    log_(log, [this](std::size_t lines) {
      if (auto* counted = counted_.load())
        counted->log_lines_dropped.add(lines);
      return line_of({log_level::warning,
                      log_event::lines_lost,
                      "lines of this log that nobody took, and that are lost: {count}",
                      {{"count", lines}}});
    }) {}

log_sink node_log::sink() {
  return [this](const log_entry& entry) {
    if (entry.level < least_)
      return;
    log_.write(line_of(entry));
    if (auto* counted = counted_.load())
      counted->log_lines[to_text(entry.level)].add();
  };
}

void node_log::announce(std::string_view line) {
  out_.write(fmt::format("{}\n", crdt::printable(line)));
}

void node_log::complain(std::string_view sentence) {
  log_.write(fmt::format("ariadne: {}\n", crdt::printable_briefly(sentence)));
}

std::string node_log::line_of(const log_entry& entry) const {
  const auto message = crdt::printable_briefly(entry.message(), text_bytes_max);
  switch (format_) {
    case log_format::json:
      return json_line({{"time", present_time()},
                        {"level", to_text(entry.level)},
                        {"node", node_},
                        {"cluster", cluster_},
                        {"event", to_text(entry.event)},
                        {"message", message},
                        {"fields", to_json(entry.fields)}});
    case log_format::journal:
      return fmt::format("<{}>{}: {}\n", priority_of(entry.level), node_, message);
    default:
      return fmt::format("{} {:<7} {}: {}\n", present_time(), to_text(entry.level), node_, message);
  }
}

} // namespace ariadne
