#include "app/config/cluster_file.hpp"

#include "actors/endpoint.hpp"
#include "app/config/duration.hpp"
#include "app/config/program_config.hpp"
#include "app/config/small_file.hpp"
#include "app/config/toml_nesting.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <concepts>
#include <initializer_list>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <utility>

namespace ariadne {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t key_bytes_limit = crdt::key_bytes_limit;
constexpr std::int64_t scheduler_threads_limit = 1024;
constexpr std::int64_t rebalance_limit = 10'000;
constexpr std::int64_t sessions_limit = 1'000'000'000;
constexpr std::size_t host_length_limit = 253;
/// Of ten thousand nodes, with comments.
constexpr std::size_t cluster_file_bytes_max = 1u << 20;

/// Thrown at the first thing that is wrong; never leaves this file.
struct problem {
  toml::source_position where;
  std::string message;
};

[[noreturn]] void fail(const toml::source_region& where, std::string message) {
  throw problem{where.begin, std::move(message)};
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= host_length_limit
         && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// An empty one would be a limit that is none.
bool is_prefix(std::string_view text) {
  return !text.empty() && text.size() <= crdt::key_bytes_limit;
}

/// Reads the values of one table. A key that the file does not set leaves its target as it is.
class table_reader {
public:
  /// `title` is what the file calls the table, such as "[cluster]".
  table_reader(const toml::table& table, std::string_view title) : table_(table), title_(title) {}

  /// Where the value of `key` stands, or of `otherwise` if the file does not set `key`; it sets one of them.
  const toml::source_region& where(std::string_view key, std::string_view otherwise = {}) const {
    auto value = table_.get(key);
    return (value ? value : table_.get(otherwise))->source();
  }

  void required(std::string_view key) {
    if (!table_.contains(key))
      missing_.push_back(key);
  }

  void name(std::string_view key, std::string& target) {
    text(key, target, is_name, name_rule());
  }

  void host(std::string_view key, std::string& target) {
    text(key, target, is_host, "must be a string with a host name or an IP address");
  }

  void names(std::string_view key, std::vector<std::string>& target) {
    list(key, target, is_name, "must be an array of names of nodes");
  }

  void hosts(std::string_view key, std::vector<std::string>& target) {
    list(key, target, is_host, "must be an array of host names");
  }

  void prefixes(std::string_view key, std::vector<std::string>& target) {
    list(key, target, is_prefix, "must be an array of strings that keys begin with, none of them empty");
  }

  /// Null if there is none.
  const toml::table* table(std::string_view key) {
    const auto* value = find(key);
    if (value && !value->is_table())
      fail(value->source(), fmt::format("{} must be a table", key));
    return value ? value->as_table() : nullptr;
  }

  void address(std::string_view key, std::optional<endpoint>& target) {
    if (auto value = find(key)) {
      target = endpoint_from_string(value->value_exact<std::string>().value_or(""));
      if (!target)
        fail(value->source(), fmt::format("{} must be a string HOST:PORT, such as \"127.0.0.1:4180\"", key));
    }
  }

  void flag(std::string_view key, bool& target) {
    if (auto value = find(key)) {
      const auto set = value->value_exact<bool>();
      if (!set)
        fail(value->source(), fmt::format("{} must be true or false", key));
      target = *set;
    }
  }

  /// Relative to `base`.
  void path(std::string_view key, std::filesystem::path& target, const std::filesystem::path& base) {
    if (auto value = find(key)) {
      const auto text = value->value_exact<std::string_view>();
      if (!text || text->empty() || text->find('\0') != std::string_view::npos)
        fail(value->source(), fmt::format("{} must be a string with a path", key));
      target = base / *text;
    }
  }

  template <std::unsigned_integral Integer>
  void integer(std::string_view key, Integer& target, std::int64_t min, std::int64_t max) {
    if (auto value = find(key)) {
      auto number = value->value_exact<std::int64_t>();
      if (!number || *number < min || *number > max)
        fail(value->source(), fmt::format("{} must be an integer from {} to {}", key, min, max));
      target = static_cast<Integer>(*number);
    }
  }

  void duration(std::string_view key, std::chrono::milliseconds& target, std::chrono::milliseconds min,
                std::chrono::milliseconds max) {
    if (auto value = find(key)) {
      auto duration = parse_duration(value->value_exact<std::string_view>().value_or(""));
      if (!duration || *duration < min || *duration > max)
        fail(value->source(), fmt::format("{} must be a duration from \"{}\" to \"{}\": a string with a whole number "
                                          "and a unit, ms, s, m or h",
                                          key, to_string(min), to_string(max)));
      target = *duration;
    }
  }

  template <class Enum>
  void choice(std::string_view key, Enum& target,
              std::initializer_list<std::pair<std::string_view, Enum>> alternatives) {
    choice(key, target, std::span{alternatives.begin(), alternatives.size()});
  }

  template <class Enum>
  void choice(std::string_view key, Enum& target,
              std::span<const std::pair<std::string_view, std::type_identity_t<Enum>>> alternatives) {
    if (auto value = find(key)) {
      auto text = value->value_exact<std::string_view>();
      auto chosen = std::find_if(alternatives.begin(), alternatives.end(), [&](auto& x) { return x.first == text; });
      if (chosen == alternatives.end()) {
        std::vector<std::string_view> names;
        for (auto& alternative : alternatives)
          names.push_back(alternative.first);
        fail(value->source(), fmt::format("{} must be one of \"{}\"", key, fmt::join(names, "\", \"")));
      }
      target = chosen->second;
    }
  }

  /// To be called last: fails on a key that has not been read, else on one that is missing.
  void finish() const {
    for (auto&& [key, value] : table_)
      if (std::find(known_.begin(), known_.end(), key.str()) == known_.end())
        fail(key.source(), fmt::format("unknown key \"{}\"; the keys of {} are {}", crdt::escaped_briefly(key.str()),
                                       title_, fmt::join(known_, ", ")));
    if (!missing_.empty())
      fail(table_.source(), fmt::format("{} needs a {}", title_, missing_.front()));
  }

private:
  const toml::node* find(std::string_view key) {
    known_.push_back(key);
    return table_.get(key);
  }

  void text(std::string_view key, std::string& target, bool (*accepts)(std::string_view), std::string_view rule) {
    if (auto value = find(key)) {
      auto text = value->value_exact<std::string_view>();
      if (!text || !accepts(*text))
        fail(value->source(), fmt::format("{} {}", key, rule));
      target = *text;
    }
  }

  void list(std::string_view key, std::vector<std::string>& target, bool (*accepts)(std::string_view),
            std::string_view rule) {
    if (auto value = find(key)) {
      const auto* array = value->as_array();
      if (!array)
        fail(value->source(), fmt::format("{} {}", key, rule));
      for (auto& element : *array) {
        auto text = element.value_exact<std::string>();
        if (!text || !accepts(*text))
          fail(element.source(), fmt::format("{} {}", key, rule));
        target.push_back(std::move(*text));
      }
    }
  }

  const toml::table& table_;
  std::string_view title_;
  std::vector<std::string_view> known_;
  std::vector<std::string_view> missing_;
};

cluster_config read_cluster(const toml::table& table) {
  table_reader reader{table, "[cluster]"};
  cluster_config result;
  reader.required("name");
  reader.name("name", result.name);
  reader.integer("key_bytes_max", result.limits.key_bytes_max, 1, key_bytes_limit);
  reader.integer("value_bytes_max", result.limits.value_bytes_max, 1, value_bytes_limit);
  reader.integer("map_bytes_max", result.limits.map_bytes_max, 1, std::numeric_limits<std::int64_t>::max());
  reader.duration("session_stop_timeout", result.session_stop_timeout, 0ms, 24h);
  reader.duration("drain_timeout", result.drain_timeout, 0ms, 24h);
  reader.duration("reconnect_min", result.reconnect_min, 1ms, 1h);
  reader.duration("reconnect_max", result.reconnect_max, 1ms, 1h);
  reader.duration("forget_after", result.forget_after, 1s, 365 * 24h);
  reader.duration("heartbeat_interval", result.heartbeats.interval, 10ms, 1h);
  reader.duration("heartbeat_tolerance", result.heartbeats.tolerance, 20ms, 24h);
  reader.choice("minority", result.minority,
                {{"run", session::minority_policy::run}, {"pause", session::minority_policy::pause}});
  reader.duration("lease", result.lease, 100ms, 1h);
  reader.duration("lease_guard", result.lease_guard, 50ms, 1h);
  reader.integer("rebalance_max", result.rebalance_max, 0, rebalance_limit);
  reader.integer("sessions_max", result.sessions_max, 1, sessions_limit);
  reader.choice("topology", result.topology,
                {{"mesh", membership::topology::shape::mesh},
                 {"ring", membership::topology::shape::ring},
                 {"explicit", membership::topology::shape::listed}});
  reader.choice("scheduler_policy", result.scheduler_policy,
                {{"sharing", scheduler_policy::sharing}, {"stealing", scheduler_policy::stealing}});
  reader.integer("scheduler_threads", result.scheduler_threads, 0, scheduler_threads_limit);
  reader.choice("log_level", result.log_level,
                {{"error", log_level::error},
                 {"warning", log_level::warning},
                 {"info", log_level::info},
                 {"debug", log_level::debug}});
  reader.choice("log_format", result.log_format, log_formats);
  reader.flag("insecure", result.insecure);
  reader.names("voters", result.voters);
  reader.finish();
  if (result.reconnect_min > result.reconnect_max)
    fail(reader.where("reconnect_max", "reconnect_min"),
         fmt::format("reconnect_max, {}, must not be less than reconnect_min, {}", to_string(result.reconnect_max),
                     to_string(result.reconnect_min)));
  if (result.heartbeats.tolerance < 2 * result.heartbeats.interval)
    fail(reader.where("heartbeat_tolerance", "heartbeat_interval"),
         fmt::format("heartbeat_tolerance, {}, must be at least twice the heartbeat_interval, {}",
                     to_string(result.heartbeats.tolerance), to_string(result.heartbeats.interval)));
  return result;
}

client_prefixes::table read_clients(const toml::table& clients) {
  client_prefixes::table result;
  for (auto&& [name, value] : clients) {
    if (!is_name(name.str()))
      fail(name.source(), fmt::format("the name of a client {}", name_rule()));
    const auto title = fmt::format("[security.clients.{}]", name.str());
    if (!value.is_table())
      fail(value.source(),
           fmt::format("{} must be a table, {{ prefixes = [...] }}", title.substr(1, title.size() - 2)));
    table_reader reader{*value.as_table(), title};
    reader.prefixes("prefixes", result[std::string{name.str()}]);
    reader.finish();
    if (!value.as_table()->contains("prefixes"))
      fail(value.source(), title + " needs prefixes, which may be [] for none");
  }
  return result;
}

security_config read_security(const toml::table& table, const std::filesystem::path& base) {
  table_reader reader{table, "[security]"};
  security_config result;
  reader.path("directory", result.directory, base);
  reader.path("certificate", result.certificate, base);
  reader.path("key", result.key, base);
  reader.path("authorities", result.authorities, base);
  reader.path("revocations", result.revocations, base);
  if (const auto* clients = reader.table("clients"))
    result.clients = read_clients(*clients);
  reader.finish();
  if (result.directory.empty() && (result.certificate.empty() || result.key.empty() || result.authorities.empty()))
    fail(table.source(), "[security] needs a directory, or a certificate, a key and authorities");
  if (result.certificate.empty() != result.key.empty())
    fail(table.source(), "[security] has a certificate without a key, or a key without a certificate");
  return result;
}

discovery_options read_discovery(const toml::table& table, const cluster_config& cluster) {
  constexpr std::uint32_t expect_max = 1'000;
  table_reader reader{table, "[discovery]"};
  discovery_options result;
  result.expect = static_cast<std::uint32_t>(cluster.voters.size());
  reader.required("method");
  reader.choice("method", result.method, {{"dns", discovery_method::dns}, {"dns-srv", discovery_method::dns_srv}});
  reader.required("name");
  reader.host("name", result.name);
  reader.integer("port", result.port, 1, std::numeric_limits<std::uint16_t>::max());
  reader.duration("interval", result.interval, 100ms, 1h);
  reader.integer("expect", result.expect, 1, expect_max);
  reader.duration("expect_wait", result.expect_wait, 0ms, 1h);
  reader.finish();
  if ((result.method == discovery_method::dns) != table.contains("port"))
    fail(table.source(), result.method == discovery_method::dns
                           ? "[discovery] with the method \"dns\" needs a port: that of all nodes"
                           : "[discovery] with the method \"dns-srv\" takes no port: the name server tells it");
  if (result.expect == 0)
    fail(table.source(), "[discovery] needs expect: how many nodes there are, so that a node that finds none does not "
                         "go on as a cluster of its own; or voters in [cluster]");
  return result;
}

storage_config read_storage(const toml::table& table, const std::filesystem::path& base) {
  table_reader reader{table, "[storage]"};
  storage_config result;
  reader.required("directory");
  reader.path("directory", result.directory, base);
  reader.choice("mode", result.mode, {{"write", storage_mode::write}, {"sync", storage_mode::sync}});
  reader.duration("clock_wait", result.clock_wait, 0ms, 24h);
  reader.duration("cold_start_wait", result.cold_start_wait, 0ms, 24h);
  reader.choice("cold_start", result.starts_alone, {{"majority", false}, {"alone", true}});
  reader.finish();
  return result;
}

minotaur::game_options read_minotaur(const toml::table& table) {
  table_reader reader{table, "[minotaur]"};
  minotaur::game_options result;
  reader.integer("game_version", result.version, 1, result.version);
  reader.duration("round_time", result.round_time, 10ms, 1h);
  reader.finish();
  return result;
}

/// Reads one node, which must differ from those in `others`.
node_config read_node(const toml::table& table, const std::vector<node_config>& others, bool has_storage,
                      const std::filesystem::path& base) {
  table_reader reader{table, "[[node]]"};
  node_config result;
  reader.required("name");
  reader.name("name", result.name);
  reader.host("host", result.host);
  reader.required("port");
  reader.integer("port", result.port, 1, std::numeric_limits<std::uint16_t>::max());
  reader.address("bind", result.bind);
  reader.address("admin", result.admin);
  reader.hosts("admin_names", result.admin_names);
  reader.names("neighbours", result.neighbours);
  reader.path("directory", result.directory, base);
  reader.finish();
  if (!result.directory.empty() && !has_storage)
    fail(reader.where("directory"), "a directory is for nodes that keep a journal; that needs a table [storage]");
  for (auto& other : others) {
    if (other.name == result.name)
      fail(reader.where("name"), fmt::format("another node is named \"{}\" already; choose another name", other.name));
    if (other.host == result.host && other.port == result.port)
      fail(reader.where("port"), fmt::format("node \"{}\" has this address already; choose another port", other.name));
  }
  return result;
}

/// The graph of an explicit topology. An edge that one side names holds for both.
void check_neighbours(cluster_config& cluster, const toml::array& tables) {
  std::map<std::string, std::set<std::string>> edges;
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
    const auto& node = cluster.nodes[i];
    const auto* listed = tables.get(i)->as_table()->get("neighbours");
    if (listed && cluster.topology != membership::topology::shape::listed)
      fail(listed->source(), "neighbours are for topology = \"explicit\" in [cluster]");
    for (const auto& neighbour : node.neighbours) {
      if (neighbour == node.name)
        fail(listed->source(), fmt::format("node \"{}\" cannot be its own neighbour", node.name));
      if (std::none_of(cluster.nodes.begin(), cluster.nodes.end(),
                       [&](const node_config& other) { return other.name == neighbour; }))
        fail(listed->source(),
             fmt::format("there is no node \"{}\"; the nodes are {}", neighbour, names_of(cluster.nodes)));
      edges[node.name].insert(neighbour);
      edges[neighbour].insert(node.name);
    }
  }
  if (cluster.topology != membership::topology::shape::listed)
    return;
  std::set<std::string> reached{cluster.nodes.front().name};
  std::vector<std::string> next{cluster.nodes.front().name};
  while (!next.empty()) {
    const auto node = std::move(next.back());
    next.pop_back();
    for (const auto& neighbour : edges[node])
      if (reached.insert(neighbour).second)
        next.push_back(neighbour);
  }
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
    auto& node = cluster.nodes[i];
    if (!reached.contains(node.name))
      fail(tables.get(i)->source(), fmt::format("node \"{}\" is not reached from node \"{}\" by way of neighbours",
                                                node.name, cluster.nodes.front().name));
    node.neighbours.assign(edges[node.name].begin(), edges[node.name].end());
  }
}

/// A majority is one of names: of two parts of a cluster that each have more than half of a number, both would go on.
void check_voters(const cluster_config& cluster, const toml::table& table) {
  const auto is_paused = cluster.minority == session::minority_policy::pause;
  if (is_paused && cluster.discovery && cluster.voters.empty() && cluster.nodes.empty())
    fail(table.get("minority")->source(),
         "minority = \"pause\" needs voters: the names of the nodes of which a majority is needed");
  if (cluster.topology == membership::topology::shape::listed && cluster.nodes.empty())
    fail(table.get("topology")->source(), "topology = \"explicit\" needs a table [[node]] for each node");
  if (!cluster.voters.empty() && !cluster.discovery)
    fail(table.get("voters")->source(),
         "voters are for clusters with [discovery]; without it, those are the nodes that "
         "the file lists");
  for (const auto& node : cluster.nodes)
    if (!cluster.voters.empty()
        && std::find(cluster.voters.begin(), cluster.voters.end(), node.name) == cluster.voters.end())
      fail(table.get("voters")->source(), fmt::format("node \"{}\" is listed, and no voter", node.name));
}

/// Null if there is none.
const toml::table* find_table(const toml::table& root, std::string_view name) {
  const auto* found = root.get(name);
  if (found && !found->is_table())
    fail(found->source(), fmt::format("{0} must be a table, [{0}]", name));
  return found ? found->as_table() : nullptr;
}

program_config read_file(const toml::table& root, const std::filesystem::path& base) {
  for (auto&& [key, value] : root)
    if (key != "cluster" && key != "security" && key != "discovery" && key != "storage" && key != "minotaur"
        && key != "node")
      fail(key.source(),
           fmt::format("unknown key \"{}\"; a cluster file has a table [cluster], perhaps tables "
                       "[security], [discovery], [storage] and [minotaur], and a table [[node]] for each node",
                       crdt::escaped_briefly(key.str())));

  const auto* cluster = find_table(root, "cluster");
  if (!cluster)
    fail(root.source(), "the table [cluster] is missing; it needs a name");
  program_config result{read_cluster(*cluster), {}, {}};
  if (const auto* security = find_table(root, "security")) {
    result.security = read_security(*security, base);
    if (result.insecure)
      fail(security->source(), "insecure = true in [cluster] is for clusters without [security]; take out either");
  }
  if (const auto* discovery = find_table(root, "discovery"))
    result.discovery = read_discovery(*discovery, result);
  if (const auto* storage = find_table(root, "storage"))
    result.storage = read_storage(*storage, base);
  if (const auto* game = find_table(root, "minotaur"))
    result.minotaur = read_minotaur(*game);
  if (const auto* nodes = root.get("node")) {
    if (!nodes->is_array_of_tables())
      fail(nodes->source(), "node must be tables, one [[node]] for each node");
    for (const auto& node : *nodes->as_array())
      result.nodes.push_back(read_node(*node.as_table(), result.nodes, result.storage.has_value(), base));
    check_neighbours(result, *nodes->as_array());
  } else if (!result.discovery) {
    fail(root.source(), "there is no node; each needs a table [[node]] with a name and a port");
  }
  check_voters(result, *cluster);
  return result;
}

} // namespace

std::string names_of(const std::vector<node_config>& nodes) {
  std::vector<std::string_view> names;
  for (const auto& node : nodes)
    names.push_back(node.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::optional<storage_options> storage_of(const std::optional<storage_config>& storage, const node_config& node) {
  auto result = storage;
  if (result)
    result->directory = node.directory.empty() ? result->directory / node.name : node.directory;
  return result;
}

credential_files files_of(const security_config& security, const std::string& node) {
  auto result = files_of_node(security.directory, node);
  if (!security.certificate.empty()) {
    result.certificate = security.certificate;
    result.key = security.key;
  }
  if (!security.authorities.empty())
    result.authorities = security.authorities;
  if (!security.revocations.empty()) {
    result.revocations = security.revocations;
    result.may_revocations_be_missing = false;
  }
  return result;
}

std::string to_string(const config_error& error) {
  const auto file = crdt::printable_briefly(error.file);
  const auto message = crdt::printable_briefly(error.message);
  return error.line == 0 ? fmt::format("{}: {}", file, message)
                         : fmt::format("{}:{}:{}: {}", file, error.line, error.column, message);
}

tl::expected<cluster_config, config_error> load_cluster_file(const std::filesystem::path& path) {
  auto program = load_program_config(path);
  if (!program)
    return tl::unexpected{std::move(program.error())};
  return std::move(*program);
}

tl::expected<program_config, config_error> load_program_config(const std::filesystem::path& path) {
  const auto text = read_small_file(path, cluster_file_bytes_max);
  if (!text)
    return tl::unexpected{config_error{.file = path.string(), .message = "cannot be read: " + text.error()}};
  return parse_program_config(*text, path.string());
}

tl::expected<program_config, config_error> parse_program_config(std::string_view text, std::string_view file) {
  auto error = [&](toml::source_position where, std::string_view message) {
    return tl::unexpected{config_error{std::string{file}, where.line, where.column, std::string{message}}};
  };
  constexpr std::uint32_t levels_max = 16;
  if (const auto where = find_deep_nesting(text, levels_max))
    return error({where->line, where->column},
                 fmt::format("this is nested more than {} levels deep; a cluster file needs five", levels_max));
  try {
    auto result = read_file(toml::parse(text), std::filesystem::path{file}.parent_path());
    result.text = text;
    return result;
  } catch (const toml::parse_error& e) {
    return error(e.source().begin, e.description());
  } catch (const problem& e) {
    return error(e.where, e.message);
  }
}

} // namespace ariadne
