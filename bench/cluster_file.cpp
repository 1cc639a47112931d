#include "bench/cluster_file.hpp"

#include "actors/certificate_authority.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>

namespace ariadne::bench {

namespace {

void make_certificates(const std::filesystem::path& directory, const std::vector<std::string>& nodes) {
  const auto now = std::chrono::system_clock::now();
  if (const auto made = certificate_authority::create(directory, "bench", now); !made)
    throw std::runtime_error(made.error());
  const auto authority = certificate_authority::open(directory);
  if (!authority)
    throw std::runtime_error(authority.error());
  for (const auto& name : nodes)
    if (const auto made = authority->issue({"bench", role::node, name}, now, std::chrono::hours{24}); !made)
      throw std::runtime_error(made.error());
}

} // namespace

cluster_file::cluster_file(const std::vector<std::string>& nodes, connections are, std::string_view settings)
  : path_(directory_.path() / "cluster.toml") {
  std::string text = "[cluster]\nname = \"bench\"\nlog_level = \"warning\"\n";
  text += settings;
  if (are == connections::secured) {
    make_certificates(directory_.path() / "certs", nodes);
    text += "[security]\ndirectory = \"certs\"\n";
  }
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
