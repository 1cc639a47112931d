#pragma once

#include "bench/peer_process.hpp"
#include "test/support/child_process.hpp"
#include "test/support/reserved_port.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::bench {

/// How the nodes of a cluster are connected.
enum class connections { plain, secured };

/// A cluster file for nodes on ports of the loopback interface that nobody else gets as long as this object lives; with
/// certificates for them, if connections are secured.
class cluster_file {
public:
  /// `settings`: further lines, and tables. Throws std::runtime_error.
  explicit cluster_file(const std::vector<std::string>& nodes, connections are = connections::plain,
                        std::string_view settings = {});

  const std::filesystem::path& path() const {
    return path_;
  }

  /// Starts the program `ariadne` as the node `name`, and waits until it is ready.
  std::unique_ptr<peer_process> start(const std::string& name) const;

private:
  test::temporary_directory directory_;
  std::filesystem::path path_;
  std::map<std::string, test::reserved_port> ports_;
};

} // namespace ariadne::bench
