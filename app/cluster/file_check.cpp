#include "app/cluster/file_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <sstream>

#include <sys/wait.h>

namespace ariadne {

namespace {

constexpr std::chrono::seconds time_limit{10};

} // namespace

file_check::file_check(const std::string& program, const std::string& cluster_file, clock::time_point now)
  : deadline_(now + time_limit) {
  child_.start({program, "cluster", cluster_file, "--check"});
}

file_check::~file_check() {
  child_.signal(SIGKILL);
}

std::optional<tl::expected<checked_file, std::string>> file_check::take_result(clock::time_point now) {
  const auto status = child_.take_end();
  for (auto& line : child_.take_lines())
    lines_.push_back(std::move(line));
  if (!status && now < deadline_)
    return std::nullopt;
  if (!status)
    return tl::unexpected(fmt::format("the cluster file could not be checked within {} s", time_limit.count()));
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0)
    return checked_file_from(lines_);
  return tl::unexpected(lines_.empty() ? "the check of the cluster file has failed"
                                       : fmt::format("{}", fmt::join(lines_, "\n")));
}

std::string to_lines(const checked_file& file) {
  auto result = fmt::format("cluster {}\n", file.cluster);
  for (const auto& node : file.nodes)
    result += fmt::format("node {} {}\n", node.name, node.address);
  return result;
}

tl::expected<checked_file, std::string> checked_file_from(const std::vector<std::string>& lines) {
  checked_file result;
  for (const auto& line : lines) {
    std::istringstream words{line};
    std::string what;
    std::string name;
    std::string address;
    words >> what >> name >> address;
    if (what == "cluster" && !name.empty())
      result.cluster = name;
    else if (what == "node" && !address.empty())
      result.nodes.push_back({name, address});
    else
      return tl::unexpected(fmt::format("the check of the cluster file says what is not understood: {}", line));
  }
  if (result.cluster.empty() || result.nodes.empty())
    return tl::unexpected(std::string{"the check of the cluster file does not say which nodes there are"});
  return result;
}

} // namespace ariadne
