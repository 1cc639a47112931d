#include "app/cluster/restart_answers.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include <poll.h>
#include <unistd.h>

namespace ariadne {

namespace {

constexpr std::string_view no_runner = "what answers for the process that runs the nodes is none";

std::optional<exit_code> verdict_of(std::string_view line) {
  for (const auto code : {exit_code::done, exit_code::drain_incomplete, exit_code::failed})
    if (line == to_verdict(code))
      return code;
  return std::nullopt;
}

bool is_readable_within(const file_descriptor& source, std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{source.get(), POLLIN, 0};
    const auto ready = ::poll(&waiting, 1, static_cast<int>(std::max(left, std::chrono::milliseconds{0}).count()));
    if (ready != -1 || errno != EINTR)
      return ready > 0;
  }
}

} // namespace

std::string_view to_verdict(exit_code code) {
  switch (code) {
    case exit_code::done:
      return "done";
    case exit_code::drain_incomplete:
      return "drain incomplete";
    default:
      return "failed";
  }
}

tl::expected<exit_code, std::string> follow_restart(const file_descriptor& runner,
                                                    const std::function<void(std::string_view)>& show,
                                                    const restart_answer_limits& limits) {
  std::string text;
  std::array<char, 4096> chunk;
  for (std::size_t total = 0;;) {
    const auto patience = total == 0 ? limits.first_answer : limits.silence;
    if (!is_readable_within(runner, patience))
      return tl::unexpected(
        total == 0 ? fmt::format("the process that runs the nodes has not answered within {}; the restart begins when "
                                 "it goes on",
                                 patience)
                   : fmt::format("the process that runs the nodes has said nothing more for {}; \"ariadne status\" "
                                 "shows which nodes are up",
                                 patience));
    const auto count = ::read(runner.get(), chunk.data(), chunk.size());
    if (count == -1 && errno == EINTR)
      continue;
    if (count <= 0)
      return tl::unexpected(std::string{"the process that runs the nodes has ended before they were restarted"});
    total += static_cast<std::size_t>(count);
    text.append(chunk.data(), static_cast<std::size_t>(count));
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
      const auto line = std::string_view{text}.substr(begin, end - begin);
      if (const auto verdict = verdict_of(line))
        return *verdict;
      show(line);
      begin = end + 1;
    }
    text.erase(0, begin);
    if (text.size() > limits.line_bytes_max)
      return tl::unexpected(
        fmt::format("{}: it has sent a line of more than {} bytes", no_runner, limits.line_bytes_max));
    if (total > limits.total_bytes_max)
      return tl::unexpected(fmt::format("{}: it has sent more than {} bytes", no_runner, limits.total_bytes_max));
  }
}

} // namespace ariadne
