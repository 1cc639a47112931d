#include "app/cluster/cluster_runner.hpp"
#include "app/commands/client.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/play.hpp"
#include "app/config/cluster_file.hpp"
#include "app/node/node.hpp"
#include "app/output/exit_code.hpp"
#include "app/output/output.hpp"
#include "app/process/descriptor_limit.hpp"
#include "app/process/process_signals.hpp"
#include "app/process/standard_streams.hpp"

#include <exception>
#include <string>
#include <vector>

namespace ariadne {

namespace {

exit_code usage_error(const std::string& what) {
  complain(what);
  return exit_code::usage;
}

/// What is printed instead of a command.
exit_code report(const usage_text& usage) {
  unblock_stop_signals();
  if (usage.code != exit_code::done)
    return usage_error(usage.text);
  const auto written = write_out(usage.text);
  if (written)
    return exit_code::done;
  complain(written.error().text);
  return written.error().code;
}

// What CAF and the system take for themselves, and some to spare.
constexpr descriptor_need check_needs{4};
constexpr descriptor_need runner_needs{8, 2};
constexpr descriptor_need client_needs{16, 1};
constexpr descriptor_need node_needs{24, 2};

/// Goes on if there is room for what is needed, or says what is wrong.
template <class Function>
exit_code with_descriptors(std::size_t count, Function&& run) {
  if (const auto lack = find_lack_of_descriptors(count)) {
    complain(*lack);
    return exit_code::failed;
  }
  return run();
}

/// Goes on with the cluster of a file, or says what is wrong with the file, or that too few files can be open.
template <class Function>
exit_code with_cluster(const std::string& file, const descriptor_need& need, Function&& run) {
  return with_descriptors(need.least, [&] {
    const auto cluster = load_cluster_file(file);
    if (!cluster)
      return usage_error(to_string(cluster.error()));
    return with_descriptors(need.least + need.for_each_node * cluster->nodes.size(), [&] { return run(*cluster); });
  });
}

exit_code run(const node_command& command) {
  return with_cluster(command.cluster_file, node_needs, [&](const cluster_config& cluster) {
    const auto self = select_node(cluster, command.name, command.listen);
    return self ? run_node(cluster, *self) : usage_error(self.error());
  });
}

exit_code run(const cluster_command& command) {
  const auto runs_nodes = !command.rolling_restart && !command.check;
  if (!runs_nodes)
    unblock_stop_signals();
  return with_cluster(command.cluster_file, runs_nodes ? runner_needs : check_needs,
                      [&](const cluster_config& cluster) {
                        if (command.check)
                          return check_cluster(cluster);
                        return command.rolling_restart ? restart_cluster(command.cluster_file)
                                                       : run_cluster(cluster, command.cluster_file);
                      });
}

exit_code run(const play_command& command) {
  unblock_stop_signals();
  return with_cluster(command.cluster_file, client_needs,
                      [&](const cluster_config& cluster) { return run_play(command, cluster); });
}

exit_code run(const client_command& command) {
  unblock_stop_signals();
  if (command.node)
    return with_descriptors(client_needs.least, [&] { return run_client(command, {*command.node}); });
  return with_cluster(command.cluster_file, client_needs, [&](const cluster_config& cluster) {
    std::vector<endpoint> nodes;
    for (const auto& node : cluster.nodes)
      nodes.push_back({node.host, node.port});
    return run_client(command, nodes);
  });
}

} // namespace

} // namespace ariadne

int main(int argc, char** argv) {
  using namespace ariadne;
  block_stop_signals();
  open_standard_streams();
  raise_descriptor_limit();
  try {
    const auto command = parse_command_line(argc, argv);
    const auto code =
      command ? std::visit([](const auto& chosen) { return run(chosen); }, *command) : report(command.error());
    return static_cast<int>(code);
  } catch (const std::exception& error) {
    complain(error.what());
    return static_cast<int>(exit_code::failed);
  }
}
