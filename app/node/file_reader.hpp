#pragma once

#include "actors/client_prefixes.hpp"
#include "actors/cluster_membership.hpp"
#include "app/config/program_config.hpp"
#include "app/node/node_log.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ariadne {

/// Reads the cluster file of a node again. Which nodes it lists, and where, `log_level`, and what clients may name
/// count at once. All else counts from the next start on, who counts for a majority among it; the log says what that
/// is. While the file is wrong, what was read before holds. Not thread-safe.
class file_reader {
public:
  /// `list` is told of the nodes each time, so that who is down is connected to at once. `prefixes` is null if the node
  /// has been started without certificates.
  file_reader(std::string file, const program_config& at_start, std::string self, node_log& output,
              std::function<void(const std::vector<seed_node>&)> list,
              std::shared_ptr<client_prefixes> prefixes = nullptr);

  void read_again();

private:
  bool counts_at_once(const std::string& key) const;

  const std::string file_;
  /// What the node has been started with, and what was read last.
  const std::string text_at_start_;
  std::string text_;
  const std::string self_;
  node_log& output_;
  const log_sink log_;
  std::function<void(const std::vector<seed_node>&)> list_;
  std::shared_ptr<client_prefixes> prefixes_;
};

} // namespace ariadne
