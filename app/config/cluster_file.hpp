#pragma once

#include "actors/client_prefixes.hpp"
#include "actors/credentials.hpp"
#include "actors/discovery_options.hpp"
#include "actors/endpoint.hpp"
#include "actors/log.hpp"
#include "actors/storage_options.hpp"
#include "crdt/replica_options.hpp"
#include "membership/heartbeat_options.hpp"
#include "membership/topology.hpp"
#include "session/session_host_options.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ariadne {

/// How a line of a node's log is written.
enum class log_format {
  /// `journal` if stderr is the journal of systemd, else `text`.
  automatic,
  /// Time, level, node, sentence.
  text,
  /// An object: time, level, node, cluster, event, message.
  json,
  /// For systemd's journal, which knows the time: a priority in front, and no time.
  journal
};

/// What those are called that can be chosen.
inline constexpr std::pair<std::string_view, log_format> log_formats[] = {
  {"text", log_format::text}, {"json", log_format::json}, {"journal", log_format::journal}};

/// How CAF spreads actors over threads. `stealing` multiplies the latency between nodes on a machine with few cores.
enum class scheduler_policy { sharing, stealing };

/// A `[[node]]` table of a cluster file.
struct node_config {
  std::string name;
  /// Where the others find it.
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  /// Where it accepts connections, if that is somewhere else.
  std::optional<endpoint> bind = {};
  /// Where people and programs can look at it by HTTP, and by which names of the host; nowhere if there is none.
  std::optional<endpoint> admin = {};
  std::vector<std::string> admin_names = {};
  /// With `topology = "explicit"`: the names of its neighbours.
  std::vector<std::string> neighbours = {};
  /// Where it keeps its journal; empty: where `[storage]` says.
  std::filesystem::path directory = {};

  friend bool operator==(const node_config&, const node_config&) = default;
};

/// The table `[security]`: where a node has its certificate. Paths are relative to the working directory, whatever they
/// are relative to in the file.
struct security_config {
  /// What the others are looked for in.
  std::filesystem::path directory;
  /// Empty: as `ariadne certificates` names it.
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::filesystem::path authorities;
  std::filesystem::path revocations;
  /// The tables `[security.clients.NAME]`: the clients that may not name all keys and sessions, and how what they may
  /// name begins.
  client_prefixes::table clients;

  friend bool operator==(const security_config&, const security_config&) = default;
};

/// The files of one node.
credential_files files_of(const security_config& security, const std::string& node);

/// The table `[storage]`: how nodes keep a journal. `directory` has one directory for each node, named like it; it is
/// relative to the working directory, whatever it is relative to in the file.
using storage_config = storage_options;

/// Where and how the node keeps its journal; nothing, if it keeps none.
std::optional<storage_options> storage_of(const std::optional<storage_config>& storage, const node_config& node);

/// The greatest `value_bytes_max` that a cluster may have.
constexpr std::int64_t value_bytes_limit = 1 << 30;

/// A cluster file, validated. Its keys bear the names of the members; config/example.toml explains each.
struct cluster_config {
  std::string name;
  crdt::replica_limits limits;
  std::chrono::milliseconds session_stop_timeout{5'000};
  std::chrono::milliseconds drain_timeout{5'000};
  std::chrono::milliseconds reconnect_min{100};
  std::chrono::milliseconds reconnect_max{2'000};
  std::chrono::milliseconds forget_after{std::chrono::hours{1}};
  membership::heartbeat_options heartbeats;
  session::minority_policy minority = session::minority_policy::run;
  std::chrono::milliseconds lease{1'500};
  std::chrono::milliseconds lease_guard{500};
  /// 0: off.
  std::size_t rebalance_max = 0;
  std::size_t sessions_max = 1'000'000;
  membership::topology::shape topology = membership::topology::shape::mesh;
  ariadne::scheduler_policy scheduler_policy = scheduler_policy::sharing;
  /// 0: as many as CAF chooses.
  unsigned scheduler_threads = 0;
  ariadne::log_level log_level = log_level::info;
  ariadne::log_format log_format = log_format::automatic;
  /// Nodes accept plain connections at any address; without, and without certificates, at loopback addresses alone.
  bool insecure = false;
  /// The table `[security]`, if there is one: connections are made with TLS.
  std::optional<security_config> security;
  /// The table `[storage]`, if there is one: nodes keep a journal on their disks.
  std::optional<storage_config> storage;
  /// The table `[discovery]`, if there is one: further nodes are found by a name.
  std::optional<discovery_options> discovery;
  /// The names of the nodes that count for a majority; if it is empty, those of `nodes` do.
  std::vector<std::string> voters;
  /// At least one, unless there is `discovery`; names and addresses are unique.
  std::vector<node_config> nodes;
};

/// The names of the nodes, for people: "a, b, c".
std::string names_of(const std::vector<node_config>& nodes);

/// Where a cluster file is wrong, and what is to be done about it.
struct config_error {
  std::string file;
  /// Both count from 1; 0 if the file could not be read at all.
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  /// One sentence without a final stop.
  std::string message;
};

/// `FILE:LINE:COLUMN: message`, or `FILE: message` for a file that could not be read.
std::string to_string(const config_error& error);

/// Reads and validates a cluster file, the one that the program `ariadne` reads. Keys that are unknown, missing, of the
/// wrong type or out of range are errors; the table of the sample game, `[minotaur]`, may be there.
tl::expected<cluster_config, config_error> load_cluster_file(const std::filesystem::path& path);

} // namespace ariadne
