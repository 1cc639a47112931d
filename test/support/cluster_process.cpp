#include "test/support/cluster_process.hpp"

#include "test/support/client_arguments.hpp"
#include "test/support/process_memory.hpp"

#include <boost/test/framework.hpp>
#include <boost/test/results_collector.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <exception>
#include <iostream>
#include <utility>

namespace ariadne::test {

namespace {

/// Further lines of the table `[cluster]`: `settings`, and what they leave open. Nodes that were cut off are looked for
/// more often than by default, so that tests wait less; and a machine with much else to do has more time than an idle
/// one needs, before it changes what happens.
std::string completed(std::string_view settings, bool is_on_loopback) {
  std::vector<std::pair<std::string_view, std::string_view>> defaults{
    {"reconnect_max", "200ms"}, {"session_stop_timeout", "10s"}, {"drain_timeout", "10s"}};
  // There, the end of a process ends its connections, and no link is ever cut: only a test that freezes a process needs
  // the heartbeats, and says how long one may be silent.
  if (is_on_loopback)
    defaults.emplace_back("heartbeat_tolerance", "5s");
  std::string result;
  for (const auto& [key, value] : defaults)
    if (settings.find(key) == std::string_view::npos)
      result += fmt::format("{} = \"{}\"\n", key, value);
  // Their addresses are no loopback addresses, and nobody else reaches them.
  if (!is_on_loopback && settings.find("[security]") == std::string_view::npos)
    result += "insecure = true\n";
  // At the end, since they may go on with another table.
  return result.append(settings);
}

bool test_has_failed() {
  const auto id = boost::unit_test::framework::current_test_case_id();
  return !boost::unit_test::results_collector.results(id).passed();
}

} // namespace

cluster_process::cluster_process(const std::vector<std::string>& nodes, std::string_view settings,
                                 virtual_network* network)
  : network_(network), file_(directory() / "cluster.toml") {
  auto text = fmt::format("[cluster]\nname = \"test\"\n{}\n", completed(settings, network_ == nullptr));
  for (const auto& name : nodes) {
    if (!network_)
      reserved_.try_emplace(name);
    const auto program = program_of(name, file_);
    add(name, program);
    text += fmt::format("[[node]]\nname = \"{}\"\nhost = \"{}\"\nport = {}\n", name, program.address.host,
                        program.address.port);
  }
  write_file(file_, text);
}

cluster_process::~cluster_process() {
  // Not by an exception, of which program_cluster tells itself.
  if (std::uncaught_exceptions() == 0 && test_has_failed())
    print_logs(std::cerr);
}

void cluster_process::start(const std::string& node, const std::filesystem::path& file) {
  add(node, program_of(node, file));
  start(node);
}

void cluster_process::install(const std::string& node, const std::string& program) {
  auto changed = program_of(node, file_);
  changed.command.front() = program;
  add(node, std::move(changed));
}

run_result cluster_process::run(const std::string& node, std::vector<std::string> arguments, std::string_view input) {
  return run_ariadne(client_arguments({host(node), port(node)}, std::move(arguments)), input);
}

std::size_t cluster_process::open_descriptors(const std::string& node) const {
  const std::filesystem::directory_iterator open{fmt::format("/proc/{}/fd", pid(node))};
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

std::size_t cluster_process::resident_bytes(const std::string& node) const {
  const auto statm = read_file(fmt::format("/proc/{}/statm", pid(node)));
  return std::stoul(statm.substr(statm.find(' '))) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t cluster_process::peak_bytes(const std::string& node) const {
  return peak_bytes_of(pid(node)).value();
}

node_program cluster_process::program_of(const std::string& node, const std::filesystem::path& file) const {
  node_program result;
  result.command = {ARIADNE_PROGRAM, "node", "--cluster", file.string(), "--name", node};
  if (network_) {
    result.address = {network_->address(node), 7000};
    result.network_namespace = network_->network_namespace(node);
  } else {
    result.address = {"127.0.0.1", reserved_.at(node).number()};
  }
  return result;
}

run_result run_ariadne(std::vector<std::string> arguments, std::string_view input) {
  arguments.insert(arguments.begin(), ARIADNE_PROGRAM);
  return run_to_end(arguments, input);
}

} // namespace ariadne::test
