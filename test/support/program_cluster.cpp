#include "test/support/program_cluster.hpp"

#include "test/support/settled.hpp"

#include <csignal>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace ariadne::test {

struct program_cluster::node {
  node_program program;
  std::filesystem::path out;
  std::filesystem::path err;
  std::unique_ptr<child_process> process;
  std::unique_ptr<node_client> client;
};

program_cluster::program_cluster() = default;

program_cluster::~program_cluster() {
  for (const auto& [name, node] : nodes_) {
    node->client.reset();
    node->process.reset();
  }
  if (std::uncaught_exceptions() > 0)
    print_logs(std::cerr);
}

void program_cluster::add(const std::string& name, node_program program) {
  auto& added = nodes_[name];
  if (!added) {
    added = std::make_unique<node>();
    added->out = directory() / (name + ".out");
    added->err = directory() / (name + ".err");
  }
  added->program = std::move(program);
}

void program_cluster::start(const std::string& name) {
  auto& node = find(name);
  node.client.reset();
  // The output of an earlier start must not be taken for this one's.
  write_file(node.out, "");
  node.process = std::make_unique<child_process>(
    node.program.command, child_process::streams{.out = node.out, .err = node.err}, node.program.network_namespace);
  auto is_ready = [&] { return output(name).find(node.program.ready) != std::string::npos; };
  eventually([&] { return is_ready() || !node.process->running(); });
  if (!node.process->running() || !is_ready())
    throw std::runtime_error("node " + name + " does not become ready");
}

int program_cluster::stop(const std::string& node) {
  signal(node, SIGTERM);
  return wait(node);
}

void program_cluster::signal(const std::string& node, int number) {
  find(node).process->signal(number);
}

int program_cluster::wait(const std::string& name) {
  auto& node = find(name);
  node.client.reset();
  const auto exit_code = node.process->wait();
  if (!exit_code)
    throw std::runtime_error("node " + name + " does not stop");
  return *exit_code;
}

void program_cluster::kill(const std::string& name) {
  auto& node = find(name);
  node.client.reset();
  node.process.reset();
}

bool program_cluster::running(const std::string& node) {
  return find(node).process && find(node).process->running();
}

void program_cluster::settle() {
  std::map<std::string, node_client*> running_nodes;
  for (const auto& [name, node] : nodes_)
    if (running(name))
      running_nodes.emplace(name, &client(name));
  wait_until_settled(running_nodes);
}

node_client& program_cluster::client(const std::string& name) {
  auto& node = find(name);
  if (!node.client)
    node.client = std::make_unique<node_client>(node.program.address.host, node.program.address.port);
  return *node.client;
}

const std::string& program_cluster::host(const std::string& node) const {
  return find(node).program.address.host;
}

std::uint16_t program_cluster::port(const std::string& node) const {
  return find(node).program.address.port;
}

pid_t program_cluster::pid(const std::string& node) const {
  return find(node).process->pid();
}

std::string program_cluster::output(const std::string& node) const {
  return read_file(find(node).out);
}

std::string program_cluster::log(const std::string& node) const {
  return read_file(find(node).err);
}

void program_cluster::print_logs(std::ostream& out) const {
  for (const auto& [name, node] : nodes_)
    out << "---- log of node " << name << '\n' << log(name);
}

const program_cluster::node& program_cluster::find(const std::string& name) const {
  return *nodes_.at(name);
}

program_cluster::node& program_cluster::find(const std::string& name) {
  return *nodes_.at(name);
}

} // namespace ariadne::test
