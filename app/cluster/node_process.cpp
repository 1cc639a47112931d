#include "app/cluster/node_process.hpp"

#include "crdt/printable_text.hpp"

#include <fmt/format.h>

#include <csignal>
#include <utility>

namespace ariadne {

namespace {

constexpr std::size_t last_lines_max = 5;
constexpr std::size_t last_line_bytes_max = 1'000;

} // namespace

node_process::node_process(std::string program, std::string cluster_file, std::string name, output_queue& out)
  : program_(std::move(program)), cluster_file_(std::move(cluster_file)), name_(std::move(name)), out_(out) {}

void node_process::start() {
  is_stopping_ = false;
  has_come_up_ = false;
  has_caught_up_ = false;
  last_lines_.clear();
  child_.start({program_, "node", "--cluster", cluster_file_, "--name", name_});
}

void node_process::stop() {
  if (!std::exchange(is_stopping_, true))
    child_.signal(SIGTERM);
}

void node_process::kill() {
  child_.signal(SIGKILL);
}

void node_process::forward_output() {
  for (const auto& line : child_.take_lines()) {
    note(line);
    out_.write(fmt::format("{} | {}\n", name_, crdt::printable(line)));
  }
}

std::optional<int> node_process::take_end() {
  const auto status = child_.take_end();
  if (status)
    forward_output();
  return status;
}

std::string node_process::last_lines() const {
  std::string result;
  for (const auto& line : last_lines_)
    result += line + '\n';
  return result;
}

void node_process::note(const std::string& line) {
  last_lines_.push_back(line.substr(0, last_line_bytes_max));
  if (last_lines_.size() > last_lines_max)
    last_lines_.pop_front();
  // See app/node/node.hpp.
  const auto prefix = fmt::format("ariadne: node {} of cluster ", name_);
  if (!line.starts_with(prefix))
    return;
  has_come_up_ = has_come_up_ || line.find(" ready at ", prefix.size()) != std::string::npos;
  has_caught_up_ = has_caught_up_ || line.ends_with(" caught up");
}

} // namespace ariadne
