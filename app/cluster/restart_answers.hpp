#pragma once

#include "app/output/exit_code.hpp"
#include "app/process/file_descriptor.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace ariadne {

/// What the process that runs the nodes of a cluster may say of a rolling restart: whatever goes beyond is not said by
/// such a process.
struct restart_answer_limits {
  /// It says something at once, if only that it stops a node.
  std::chrono::seconds first_answer{15};
  /// Few nodes drain for longer, and then the restart goes on unheard.
  std::chrono::seconds silence{2 * 3'600};
  std::size_t line_bytes_max = std::size_t{64} << 10;
  std::size_t total_bytes_max = std::size_t{16} << 20;
};

/// The last line that the requester of a rolling restart gets.
std::string_view to_verdict(exit_code code);

/// Reads from the connection to the process that runs the nodes what it says, and passes each line to `show`, until its
/// verdict. An error is a sentence that says why there is none.
tl::expected<exit_code, std::string> follow_restart(const file_descriptor& runner,
                                                    const std::function<void(std::string_view)>& show,
                                                    const restart_answer_limits& limits = {});

} // namespace ariadne
