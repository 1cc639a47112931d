#include "app/commands/options.hpp"

#include "app/config/duration.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <utility>

namespace ariadne {

void add_endpoint(CLI::App& sub, const char* name, std::optional<endpoint>& target, const std::string& description) {
  const auto read = [name, &target](const std::string& text) {
    target = endpoint_from_string(text);
    if (!target)
      throw CLI::ValidationError(name, fmt::format("{} is not HOST:PORT, such as 127.0.0.1:4100 or [::1]:4100", text));
  };
  sub.add_option_function<std::string>(name, read, description)->type_name("HOST:PORT");
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

} // namespace ariadne
