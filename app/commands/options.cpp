#include "app/commands/options.hpp"

#include "app/config/duration.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

namespace ariadne {

namespace {

/// "majority", "majority,durable".
write_concern parse_concern(const std::string& whole) {
  static constexpr std::string_view durable = ",durable";
  static const std::map<std::string, concern_level> levels{{"one", concern_level::one},
                                                           {"local", concern_level::local},
                                                           {"majority", concern_level::majority},
                                                           {"all", concern_level::all}};
  write_concern result;
  result.durable = whole.ends_with(durable);
  const auto text = whole.substr(0, whole.size() - (result.durable ? durable.size() : 0));
  if (const auto level = levels.find(text); level != levels.end()) {
    result.level = level->second;
    return result;
  }
  result.level = concern_level::count;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result.count);
  if (error != std::errc{} || end != text.data() + text.size() || result.count == 0)
    throw CLI::ValidationError("--concern",
                               fmt::format("{} is none of one, local, majority, all, and no number from 1 to {}, nor "
                                           "one of these with ,durable",
                                           whole, std::numeric_limits<decltype(result.count)>::max()));
  return result;
}

void add_endpoint(CLI::App& sub, const char* name, std::optional<endpoint>& target, const std::string& description,
                  std::optional<endpoint> (*parse)(std::string_view)) {
  const auto read = [name, &target, parse](const std::string& text) {
    target = parse(text);
    if (!target)
      throw CLI::ValidationError(name, fmt::format("{} is not HOST:PORT, such as 127.0.0.1:4100 or [::1]:4100", text));
  };
  sub.add_option_function<std::string>(name, read, description)->type_name("HOST:PORT");
}

} // namespace

void add_endpoint(CLI::App& sub, const char* name, std::optional<endpoint>& target, const std::string& description) {
  add_endpoint(sub, name, target, description, endpoint_from_string);
}

void add_own_endpoint(CLI::App& sub, const char* name, std::optional<endpoint>& target,
                      const std::string& description) {
  add_endpoint(sub, name, target, description, own_endpoint_from_string);
}

void add_time(CLI::App& sub, const char* name, std::chrono::milliseconds most,
              std::function<void(std::chrono::milliseconds)> set, const char* description) {
  const auto read = [name, most, set = std::move(set)](const std::string& text) {
    const auto time = parse_duration(text);
    if (!time || *time < std::chrono::milliseconds{1} || *time > most)
      throw CLI::ValidationError(name,
                                 fmt::format("{} is not a time from 1ms to {}, such as 2s", text, to_string(most)));
    set(*time);
  };
  sub.add_option_function<std::string>(name, read, description)->type_name("TIME");
}

void add_concern(CLI::App& sub, write_concern& target, const std::string& description) {
  sub
    .add_option_function<std::string>(
      "--concern", [&target](const std::string& text) { target = parse_concern(text); },
      description
        + ": local, one besides this one (the default), majority, all, or how many; with ,durable, as "
          "majority,durable, "
          "on their disks")
    ->type_name("CONCERN");
}

} // namespace ariadne
