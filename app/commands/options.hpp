#pragma once

#include "actors/endpoint.hpp"
#include "actors/write_options.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace ariadne {

// Options that several commands have. What cannot be read is a CLI::ValidationError when the command line is read.

/// An option with an address.
void add_endpoint(CLI::App& sub, const char* name, std::optional<endpoint>& target, const std::string& description);

/// An option with an address of this node, whose port may be 0: the system chooses one.
void add_own_endpoint(CLI::App& sub, const char* name, std::optional<endpoint>& target, const std::string& description);

/// An option with a time, which is handed to `set`: 1 ms at least, and `most` at most.
void add_time(CLI::App& sub, const char* name, std::chrono::milliseconds most,
              std::function<void(std::chrono::milliseconds)> set, const char* description);

/// The option `--concern`; the description says of what.
void add_concern(CLI::App& sub, write_concern& target, const std::string& description);

} // namespace ariadne
