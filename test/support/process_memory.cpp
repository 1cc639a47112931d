#include "test/support/process_memory.hpp"

#include "test/support/child_process.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace ariadne::test {

std::optional<std::size_t> peak_bytes_of(pid_t process) {
  constexpr std::string_view name = "VmHWM:";
  const auto status = read_file(fmt::format("/proc/{}/status", process));
  const auto found = status.find(name);
  if (!status.starts_with("Name:\tariadne\n") || found == std::string::npos)
    return std::nullopt;
  return std::stoul(status.substr(found + name.size())) * 1'024;
}

} // namespace ariadne::test
