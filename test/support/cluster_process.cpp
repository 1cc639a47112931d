#include "test/support/cluster_process.hpp"

#include <boost/test/framework.hpp>
#include <boost/test/results_collector.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace ariadne::test {

namespace {

bool test_has_failed() {
  const auto id = boost::unit_test::framework::current_test_case_id();
  return std::uncaught_exceptions() > 0 || !boost::unit_test::results_collector.results(id).passed();
}

} // namespace

struct cluster_process::node_process {
  std::string host = "127.0.0.1";
  /// On the loopback interface alone: a host of its own has all ports for itself.
  std::optional<reserved_port> reserved;
  std::uint16_t port = 7000;
  std::filesystem::path out;
  std::filesystem::path err;
  std::unique_ptr<child_process> process;
  std::unique_ptr<node_client> client;
};

cluster_process::cluster_process(const std::vector<std::string>& nodes, std::string_view settings,
                                 virtual_network* network)
  : network_(network), file_(directory_.path() / "cluster.toml") {
  // Nodes that were cut off are looked for more often than by default, so that tests wait less.
  auto text = fmt::format("[cluster]\nname = \"test\"\nreconnect_max = \"200ms\"\n{}\n", settings);
  for (const auto& name : nodes) {
    auto& node = *nodes_.emplace(name, std::make_unique<node_process>()).first->second;
    node.out = directory_.path() / (name + ".out");
    node.err = directory_.path() / (name + ".err");
    if (network_)
      node.host = network_->address(name);
    else
      node.port = node.reserved.emplace().number();
    text += fmt::format("[[node]]\nname = \"{}\"\nhost = \"{}\"\nport = {}\n", name, node.host, node.port);
  }
  write_file(file_, text);
}

cluster_process::~cluster_process() {
  const auto failed = test_has_failed();
  for (const auto& [name, node] : nodes_) {
    node->client.reset();
    node->process.reset();
    if (failed)
      std::cerr << "---- log of node " << name << '\n' << log(name);
  }
}

void cluster_process::start(const std::string& node) {
  start(node, file_);
}

void cluster_process::start(const std::string& name, const std::filesystem::path& file) {
  auto& node = find(name);
  node.client.reset();
  // The output of an earlier start must not be taken for this one's.
  write_file(node.out, "");
  const std::vector<std::string> command{ARIADNE_PROGRAM, "node", "--cluster", file.string(), "--name", name};
  node.process = std::make_unique<child_process>(command, child_process::streams{.out = node.out, .err = node.err},
                                                 network_ ? network_->network_namespace(name) : -1);
  eventually([&] { return read_file(node.out).find("ready") != std::string::npos || !node.process->running(); });
  if (!node.process->running() || read_file(node.out).empty())
    throw std::runtime_error(fmt::format("node {} does not become ready", name));
}

int cluster_process::stop(const std::string& node) {
  signal(node, SIGTERM);
  return wait(node);
}

void cluster_process::signal(const std::string& node, int number) {
  find(node).process->signal(number);
}

int cluster_process::wait(const std::string& name) {
  auto& node = find(name);
  node.client.reset();
  const auto exit_code = node.process->wait();
  if (!exit_code)
    throw std::runtime_error(fmt::format("node {} does not stop", name));
  return *exit_code;
}

void cluster_process::kill(const std::string& name) {
  auto& node = find(name);
  node.client.reset();
  node.process.reset();
}

bool cluster_process::running(const std::string& node) {
  return find(node).process && find(node).process->running();
}

void cluster_process::settle() {
  if (!eventually([this] { return settled(); }))
    throw std::runtime_error("the nodes do not find each other");
}

bool cluster_process::settled() {
  std::set<std::string> expected;
  for (const auto& [name, node] : nodes_)
    if (running(name))
      expected.insert(name);
  for (const auto& name : expected) {
    std::set<std::string> up;
    for (const auto& member : client(name).members())
      if (member.state == member_state::up)
        up.insert(member.name);
    const auto status = client(name).status();
    if (up != expected || !status || !status->replica.caught_up || status->replica.neighbours + 1 != expected.size())
      return false;
  }
  return true;
}

run_result cluster_process::run(const std::string& node, std::vector<std::string> arguments, std::string_view input) {
  arguments.insert(arguments.end(), {"--node", fmt::format("{}:{}", host(node), port(node))});
  return run_ariadne(std::move(arguments), input);
}

node_client& cluster_process::client(const std::string& name) {
  auto& node = find(name);
  if (!node.client)
    node.client = std::make_unique<node_client>(node.host, node.port);
  return *node.client;
}

const std::string& cluster_process::host(const std::string& node) const {
  return find(node).host;
}

std::uint16_t cluster_process::port(const std::string& node) const {
  return find(node).port;
}

pid_t cluster_process::pid(const std::string& node) const {
  return find(node).process->pid();
}

std::size_t cluster_process::resident_bytes(const std::string& node) const {
  const auto statm = read_file(fmt::format("/proc/{}/statm", pid(node)));
  return std::stoul(statm.substr(statm.find(' '))) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::string cluster_process::log(const std::string& node) const {
  return read_file(find(node).err);
}

const cluster_process::node_process& cluster_process::find(const std::string& node) const {
  return *nodes_.at(node);
}

cluster_process::node_process& cluster_process::find(const std::string& node) {
  return *nodes_.at(node);
}

run_result run_ariadne(std::vector<std::string> arguments, std::string_view input) {
  arguments.insert(arguments.begin(), ARIADNE_PROGRAM);
  return run_to_end(arguments, input);
}

} // namespace ariadne::test
