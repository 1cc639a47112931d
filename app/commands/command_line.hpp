#pragma once

#include "actors/endpoint.hpp"
#include "actors/protocol.hpp"
#include "app/output/exit_code.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace ariadne {

/// Where client commands look for a node if the command line does not say.
constexpr std::uint16_t default_node_port = 4100;

/// `ariadne node`: run one node of a cluster file.
struct node_command {
  std::string cluster_file;
  std::string name;
  /// Where a node that the file does not list accepts connections.
  std::optional<endpoint> listen;
};

/// `ariadne cluster`: run all nodes of a cluster file.
struct cluster_command {
  std::string cluster_file;
  /// Instead, have the one that runs them restart them one by one.
  bool rolling_restart = false;
  /// Instead, only check the file.
  bool check = false;
};

enum class client_operation {
  stash,
  pickup,
  take,
  discard,
  keys,
  status,
  watch,
  forget,
  sessions,
  session_start,
  session_deliver,
  session_stop,
  session_cordon,
  session_uncordon,
};

/// A command to a running node.
struct client_command {
  client_operation operation = client_operation::status;
  /// The key, or the prefix of keys; KIND/ID of a session; the name of a node.
  std::string argument;
  /// `session deliver`: the message.
  std::string message;
  /// `stash`: the file that holds the value; "-" is the standard input.
  std::string value_file = "-";
  /// `stash`: how many nodes have to hold the value, and for how long it is kept.
  write_options write;
  /// `pickup` and `take`: how long to wait for the key.
  wait_options wait;
  /// Which node to talk to. If there is none: those of `cluster_file`, in turn, until one can do it.
  std::optional<endpoint> node;
  std::string cluster_file;
  /// For everything together: connecting, asking, being answered. While a large value is moved, it begins anew with
  /// each piece.
  std::chrono::milliseconds timeout{5'000};
  bool json = false;
};

/// `ariadne game play`: scripted players play many games on all nodes of a cluster.
struct play_command {
  std::string cluster_file;
  std::size_t games = 200;
  /// From an answer of a game to the next message to it.
  std::chrono::milliseconds pause{50};
  /// For how long, as one part; none: as the standard input says.
  std::optional<std::chrono::milliseconds> time;
};

using command = std::variant<node_command, cluster_command, client_command, play_command>;

/// What to print instead of running a command: to stdout, as it is, if the code is `done` (help, version); else what is
/// wrong, one sentence without final stop.
struct usage_text {
  exit_code code = exit_code::usage;
  std::string text;
};

/// Turns the arguments of `main` into the command to run. Either `node` or `cluster_file` of a client command is set.
tl::expected<command, usage_text> parse_command_line(int argc, const char* const* argv);

} // namespace ariadne
