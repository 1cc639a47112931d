#pragma once

#include "actors/network_security.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace ariadne {

/// Who a client says that it is, as it was typed or as the environment has it.
struct client_identity {
  /// The directory with the certificates. Empty: connections are plain.
  std::optional<std::string> directory;
  /// Whose certificate in it; empty: the only one of a client that is there.
  std::string name;
};

/// Adds the options --certificates and --as.
void add_identity(CLI::App& sub, client_identity& target);

/// The certificates of a client. Without a directory, those of ~/.config/ariadne, and plain connections if there are
/// none. The error is one sentence without a final stop.
tl::expected<network_security, std::string> load_security(const client_identity& who);

} // namespace ariadne
