#include "test/support/cluster_command.hpp"

#include "test/support/client_arguments.hpp"

#include <fmt/format.h>

#include <sstream>
#include <stdexcept>
#include <utility>

namespace ariadne::test {

cluster_command::cluster_command(std::vector<std::string> nodes, std::vector<std::string> prefix)
  : names_(std::move(nodes)), described_(names_) {
  prefix.insert(prefix.end(), {ARIADNE_PROGRAM, "cluster", file()});
  process_ = std::make_unique<child_process>(
    prefix, child_process::streams{.out = directory_.path() / "out", .err = directory_.path() / "err"});
  if (!eventually([this] { return caught_up_count() >= names_.size(); }))
    throw std::runtime_error("the cluster does not come up:\n" + output() + said());
}

std::string cluster_command::output() const {
  return read_file(directory_.path() / "out");
}

std::string cluster_command::said() const {
  return read_file(directory_.path() / "err");
}

std::vector<pid_t> cluster_command::node_processes() const {
  std::istringstream children{read_file(fmt::format("/proc/{0}/task/{0}/children", process_->pid()))};
  std::vector<pid_t> result;
  for (pid_t child = 0; children >> child;)
    result.push_back(child);
  return result;
}

std::size_t cluster_command::caught_up_count() const {
  std::istringstream lines{output()};
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);)
    count += line.ends_with(" caught up") ? 1 : 0;
  return count;
}

run_result cluster_command::run(const std::string& node, std::vector<std::string> arguments,
                                std::string_view input) const {
  return run_ariadne(client_arguments({"127.0.0.1", port(node)}, std::move(arguments)), input);
}

} // namespace ariadne::test
