#pragma once

#include "app/commands/command_tree.hpp"

#include <string>
#include <string_view>

namespace ariadne::manual {

/// What stands at the bottom of a page.
struct edition {
  std::string version;
  /// The day of the release, such as 2026-11-29.
  std::string date;
};

/// Text as man(7) shows it: nothing in it is taken for a request or an escape.
std::string as_roff(std::string_view text);

/// The page of a command, section 1, and its name without the section: "ariadne-session-start". A page lists the
/// commands below its own.
std::string page_name(const described_command& command);
std::string man_page(const described_command& command, const edition& of);

/// ariadne.toml(5) of an example of a cluster file that has every key, each below the comment that explains it.
std::string file_page(std::string_view example, const edition& of);

/// ariadne-metrics(7) of docs/operations.md, whose section "Metrics" has a table of all of them.
std::string metrics_page(std::string_view operations, const edition& of);

} // namespace ariadne::manual
