#include "bench/cluster_file.hpp"

#include <fmt/format.h>

namespace ariadne::bench {

cluster_file::cluster_file(const std::vector<std::string>& nodes) : path_(directory_.path() / "cluster.toml") {
  std::string text = "[cluster]\nname = \"bench\"\nlog_level = \"warning\"\n";
  for (const auto& name : nodes)
    text += fmt::format("[[node]]\nname = \"{}\"\nport = {}\n", name, ports_[name].number());
  test::write_file(path_, text);
}

std::unique_ptr<peer_process> cluster_file::start(const std::string& name) const {
  auto process = std::make_unique<peer_process>(
    std::vector<std::string>{"ariadne", "node", "--cluster", path_.string(), "--name", name});
  process->wait_for_line(" ready at ");
  return process;
}

} // namespace ariadne::bench
