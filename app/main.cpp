#include "app/cli.hpp"
#include "app/client.hpp"
#include "app/cluster_runner.hpp"
#include "app/config.hpp"
#include "app/exit_code.hpp"
#include "app/node.hpp"
#include "app/play.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

namespace ariadne {

namespace {

exit_code report(exit_code code, const std::string& text) {
  std::fputs(text.c_str(), code == exit_code::done ? stdout : stderr);
  return code;
}

/// Goes on with the cluster of a file, or says what is wrong with the file.
template <class Function>
exit_code with_cluster(const std::string& file, Function&& run) {
  const auto cluster = load_cluster_file(file);
  if (!cluster)
    return report(exit_code::usage, "ariadne: " + to_string(cluster.error()) + "\n");
  return run(*cluster);
}

exit_code run(const node_command& command) {
  return with_cluster(command.cluster_file, [&](const cluster_config& cluster) {
    const auto self = select_node(cluster, command.name, command.listen);
    return self ? run_node(cluster, *self) : report(exit_code::usage, "ariadne: " + self.error() + "\n");
  });
}

exit_code run(const cluster_command& command) {
  return with_cluster(command.cluster_file, [&](const cluster_config& cluster) {
    return command.rolling_restart ? restart_cluster(command.cluster_file) : run_cluster(cluster, command.cluster_file);
  });
}

exit_code run(const play_command& command) {
  return with_cluster(command.cluster_file, [&](const cluster_config& cluster) { return run_play(command, cluster); });
}

exit_code run(client_command command) {
  if (command.node)
    return run_client(command);
  return with_cluster(command.cluster_file, [&](const cluster_config& cluster) {
    command.node = endpoint{cluster.nodes.front().host, cluster.nodes.front().port};
    return run_client(command);
  });
}

} // namespace

} // namespace ariadne

int main(int argc, char** argv) {
  using namespace ariadne;
  try {
    const auto command = parse_command_line(argc, argv);
    const auto code = command ? std::visit([](const auto& chosen) { return run(chosen); }, *command)
                              : report(command.error().code, command.error().text);
    return static_cast<int>(code);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ariadne: %s\n", error.what());
    return static_cast<int>(exit_code::failed);
  }
}
