#include "app/client.hpp"

#include "actors/basp.hpp"
#include "actors/error.hpp"
#include "actors/protocol.hpp"
#include "actors/system_config.hpp"
#include "app/ask.hpp"
#include "app/config.hpp"
#include "app/duration.hpp"
#include "app/minotaur/game.hpp"
#include "app/minotaur/protocol.hpp"

#include <absl/strings/escaping.h>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

namespace ariadne {

namespace {

using nlohmann::json;

/// Why a command failed: one sentence without final stop.
using failure = std::string;

template <class T>
using fallible = tl::expected<T, failure>;

/// The type of what the command line stashes.
constexpr auto bytes_type = "bytes";

struct client_config : caf::actor_system_config {
  client_config() {
    configure_with_network(*this);
    add_message_types<caf::id_block::ariadne_minotaur>();
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", 1u);
  }
};

/// The way to one node. All its calls together take no longer than the timeout.
class node_client {
public:
  node_client(caf::actor_system& system, endpoint address, std::chrono::milliseconds timeout)
    : system_(system), address_(std::move(address)), timeout_(timeout), deadline_(clock::now() + timeout) {}

  fallible<void> connect() {
    auto socket = tcp_connect(address_, remaining());
    if (!socket)
      return tl::unexpected(fmt::format("{}: {}", to_string(address_), describe(socket.error())));
    auto connection = socket->duplicate();
    caf::strong_actor_ptr actor;
    std::set<std::string> interface;
    caf::error error;
    caf::scoped_actor self{system_};
    request_handshake(*self, remaining(), std::move(*socket), address_.port)
      .receive(
        [&](caf::node_id&, caf::strong_actor_ptr& published, std::set<std::string>& messages) {
          actor = std::move(published);
          interface = std::move(messages);
        },
        [&](caf::error& problem) { error = std::move(problem); });
    if (error)
      connection.shut_down();
    if (error == caf::sec::request_timeout)
      return tl::unexpected(describe_failure(error));
    if (error)
      return tl::unexpected(fmt::format("{} is no node of Ariadne: {}", to_string(address_), describe(error)));
    if (!actor || !system_.assignable(interface, system_.message_types<cluster_membership_actor>()))
      return tl::unexpected(fmt::format("{} is no node of Ariadne", to_string(address_)));
    membership_ = caf::actor_cast<cluster_membership_actor>(actor);
    return {};
  }

  fallible<state_handoff_actor> handoff() {
    return ask<state_handoff_actor>(membership_, handoff_atom_v);
  }

  fallible<std::vector<member_status>> members() {
    return ask<std::vector<member_status>>(membership_, status_atom_v);
  }

  fallible<minotaur::host_actor> game_host() {
    return ask<caf::strong_actor_ptr>(membership_, get_atom_v, to_string(minotaur::minotaur_atom_v))
      .and_then([this](const caf::strong_actor_ptr& host) -> fallible<minotaur::host_actor> {
        if (!host)
          return tl::unexpected(fmt::format("{} hosts no games", to_string(address_)));
        return caf::actor_cast<minotaur::host_actor>(host);
      });
  }

  template <class Answer, class Actor, class... Ts>
  fallible<Answer> ask(const Actor& actor, Ts&&... request) {
    auto answer = ariadne::ask<Answer>(system_, actor, remaining(), std::forward<Ts>(request)...);
    if (!answer)
      return tl::unexpected(describe_failure(answer.error()));
    return std::move(*answer);
  }

private:
  using clock = std::chrono::steady_clock;

  std::chrono::milliseconds remaining() const {
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline_ - clock::now()),
                    std::chrono::milliseconds{1});
  }

  failure describe_failure(const caf::error& error) const {
    if (error == caf::sec::request_timeout)
      return fmt::format("{} has not answered within {}", to_string(address_), to_string(timeout_));
    return describe(error);
  }

  caf::actor_system& system_;
  endpoint address_;
  std::chrono::milliseconds timeout_;
  clock::time_point deadline_;
  cluster_membership_actor membership_;
};

// -- output ----------------------------------------------------------------------------------------------------------

fallible<void> write_out(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    return tl::unexpected(fmt::format("cannot write to stdout: {}", std::generic_category().message(errno)));
  return {};
}

/// Keys are bytes; what of them is no UTF-8 is replaced.
fallible<void> write_json(const json& value) {
  return write_out(value.dump(-1, ' ', false, json::error_handler_t::replace) + '\n');
}

void complain(std::string_view text) {
  fmt::print(stderr, "ariadne: {}\n", text);
}

std::string replica_text(std::uint64_t replica) {
  return fmt::format("{:016x}", replica);
}

std::string event_text(const event_id& event) {
  return fmt::format("{}:{}", replica_text(event.replica), event.counter);
}

constexpr const char* to_text(member_state state) {
  switch (state) {
    case member_state::up:
      return "up";
    case member_state::down:
      return "down";
    case member_state::left:
      return "left";
  }
  return "unknown";
}

constexpr const char* to_text(pickup_outcome outcome) {
  switch (outcome) {
    case pickup_outcome::found:
      return "found";
    case pickup_outcome::absent:
      return "absent";
    case pickup_outcome::pending:
      return "pending";
  }
  return "unknown";
}

constexpr exit_code to_exit_code(pickup_outcome outcome) {
  switch (outcome) {
    case pickup_outcome::found:
      return exit_code::done;
    case pickup_outcome::absent:
      return exit_code::absent;
    case pickup_outcome::pending:
      return exit_code::pending;
  }
  return exit_code::failed;
}

// -- commands --------------------------------------------------------------------------------------------------------

fallible<std::string> read_value(const std::string& file) {
  auto cannot_read = [&] {
    return tl::unexpected(fmt::format("cannot read {}: {}", file, std::generic_category().message(errno)));
  };
  auto close = [](std::FILE* stream) { return stream == stdin ? 0 : std::fclose(stream); };
  const std::unique_ptr<std::FILE, decltype(close)> stream{file == "-" ? stdin : std::fopen(file.c_str(), "rb")};
  if (!stream)
    return cannot_read();
  std::string value;
  std::array<char, 64u << 10> chunk;
  while (const auto count = std::fread(chunk.data(), 1, chunk.size(), stream.get())) {
    value.append(chunk.data(), count);
    if (value.size() > std::size_t{value_bytes_limit})
      return tl::unexpected(
        fmt::format("{} holds more than the {} bytes that a cluster may allow", file, value_bytes_limit));
  }
  if (std::ferror(stream.get()))
    return cannot_read();
  return value;
}

fallible<exit_code> stash(node_client& client, const state_handoff_actor& handoff, const client_command& command,
                          std::string value) {
  auto done = client.ask<receipt>(handoff, stash_atom_v, command.argument, snapshot{bytes_type, 1, std::move(value)});
  if (!done)
    return tl::unexpected(done.error());
  json holders = json::array();
  for (auto holder : done->holders)
    holders.push_back(replica_text(holder));
  const auto written = command.json
                         ? write_json({{"event", event_text(done->event)}, {"holders", std::move(holders)}})
                         : write_out(fmt::format("stashed as event {}, held by {} replica{}\n", event_text(done->event),
                                                 done->holders.size(), done->holders.size() == 1 ? "" : "s"));
  return written.map([] { return exit_code::done; });
}

fallible<void> print_picked_up(const pickup_result& result, const client_command& command) {
  if (command.json) {
    json answer{{"outcome", to_text(result.outcome)}};
    if (result.outcome == pickup_outcome::found)
      answer.update({{"type", result.state.type_name},
                     {"version", result.state.schema_version},
                     {"event", event_text(result.event)},
                     {"value_base64", absl::Base64Escape(result.state.bytes)}});
    return write_json(answer);
  }
  switch (result.outcome) {
    case pickup_outcome::found:
      return write_out(result.state.bytes);
    case pickup_outcome::absent:
      complain(fmt::format("there is nothing under {}", command.argument));
      break;
    case pickup_outcome::pending:
      complain(
        fmt::format("nothing is under {} yet, but the node has not yet caught up with the others", command.argument));
      break;
  }
  return {};
}

template <class Atom>
fallible<exit_code> pick_up(node_client& client, const state_handoff_actor& handoff, const client_command& command,
                            Atom operation) {
  auto result = client.ask<pickup_result>(handoff, operation, command.argument);
  if (!result)
    return tl::unexpected(result.error());
  return print_picked_up(*result, command).map([&] { return to_exit_code(result->outcome); });
}

fallible<exit_code> discard(node_client& client, const state_handoff_actor& handoff, const client_command& command) {
  auto discarded = client.ask<bool>(handoff, discard_atom_v, command.argument);
  if (!discarded)
    return tl::unexpected(discarded.error());
  if (command.json) {
    if (auto written = write_json({{"discarded", *discarded}}); !written)
      return tl::unexpected(written.error());
  } else if (!*discarded) {
    complain(fmt::format("there is nothing under {}", command.argument));
  }
  return *discarded ? exit_code::done : exit_code::absent;
}

fallible<exit_code> keys(node_client& client, const state_handoff_actor& handoff, const client_command& command) {
  auto found = client.ask<std::vector<std::string>>(handoff, keys_atom_v, command.argument);
  if (!found)
    return tl::unexpected(found.error());
  const auto written = command.json
                         ? write_json(*found)
                         : write_out(fmt::format("{}{}", fmt::join(*found, "\n"), found->empty() ? "" : "\n"));
  return written.map([] { return exit_code::done; });
}

json status_json(const node_status& status, const std::vector<member_status>& members) {
  json answer{{"node", status.node},
              {"cluster", status.cluster},
              {"replica", replica_text(status.replica.replica)},
              {"caught_up", status.replica.caught_up},
              {"keys", status.replica.keys},
              {"bytes", status.replica.bytes},
              {"neighbours", status.replica.neighbours},
              {"frames_sent", status.replica.frames_sent},
              {"frames_received", status.replica.frames_received},
              {"bytes_sent", status.replica.bytes_sent},
              {"bytes_received", status.replica.bytes_received},
              {"members", json::array()}};
  for (const auto& member : members)
    answer["members"].push_back({{"name", member.name},
                                 {"address", member.address},
                                 {"state", to_text(member.state)},
                                 {"replica", replica_text(member.replica)}});
  return answer;
}

std::string status_table(const node_status& status, const std::vector<member_status>& members) {
  const auto& replica = status.replica;
  auto text =
    fmt::format("node     {} of cluster {}\n"
                "replica  {}, {}\n"
                "keys     {}, {} bytes\n"
                "members\n",
                status.node, status.cluster, replica_text(replica.replica),
                replica.caught_up ? "caught up with all members" : "not yet caught up", replica.keys, replica.bytes);
  std::size_t name_width = 0;
  std::size_t address_width = 0;
  for (const auto& member : members) {
    name_width = std::max(name_width, member.name.size());
    address_width = std::max(address_width, member.address.size());
  }
  for (const auto& member : members)
    text += fmt::format("  {:<{}}  {:<{}}  {}\n", member.name, name_width, member.address, address_width,
                        to_text(member.state));
  return text;
}

fallible<exit_code> status(node_client& client, const state_handoff_actor& handoff, const client_command& command) {
  auto status = client.ask<node_status>(handoff, status_atom_v);
  if (!status)
    return tl::unexpected(status.error());
  auto members = client.members();
  if (!members)
    return tl::unexpected(members.error());
  const auto written =
    command.json ? write_json(status_json(*status, *members)) : write_out(status_table(*status, *members));
  return written.map([] { return exit_code::done; });
}

template <class Atom>
fallible<exit_code> play(node_client& client, const client_command& command, Atom operation) {
  auto game = client.game_host().and_then(
    [&](const minotaur::host_actor& host) { return client.ask<minotaur::game>(host, operation, command.argument); });
  return game.and_then([](const minotaur::game& state) { return write_out(minotaur::describe(state) + '\n'); }).map([] {
    return exit_code::done;
  });
}

fallible<exit_code> run(node_client& client, const client_command& command, std::string value) {
  if (auto connected = client.connect(); !connected)
    return tl::unexpected(connected.error());
  auto with_handoff = [&](auto&& operation) { return client.handoff().and_then(operation); };
  switch (command.operation) {
    case client_operation::stash:
      return with_handoff(
        [&](const state_handoff_actor& handoff) { return stash(client, handoff, command, std::move(value)); });
    case client_operation::pickup:
      return with_handoff(
        [&](const state_handoff_actor& handoff) { return pick_up(client, handoff, command, pickup_atom_v); });
    case client_operation::take:
      return with_handoff(
        [&](const state_handoff_actor& handoff) { return pick_up(client, handoff, command, take_atom_v); });
    case client_operation::discard:
      return with_handoff([&](const state_handoff_actor& handoff) { return discard(client, handoff, command); });
    case client_operation::keys:
      return with_handoff([&](const state_handoff_actor& handoff) { return keys(client, handoff, command); });
    case client_operation::status:
      return with_handoff([&](const state_handoff_actor& handoff) { return status(client, handoff, command); });
    case client_operation::game_start:
      return play(client, command, minotaur::start_atom_v);
    case client_operation::game_resume:
      return play(client, command, minotaur::resume_atom_v);
    case client_operation::game_show:
      return play(client, command, minotaur::show_atom_v);
    case client_operation::game_stop:
      return play(client, command, minotaur::stop_atom_v);
  }
  return exit_code::failed;
}

} // namespace

exit_code run_client(const client_command& command) {
  fallible<std::string> value;
  if (command.operation == client_operation::stash)
    value = read_value(command.value_file);
  fallible<exit_code> result = value.and_then([&](std::string& bytes) {
    client_config config;
    caf::actor_system system{config};
    node_client client{system, command.node.value(), command.timeout};
    return run(client, command, std::move(bytes));
  });
  if (!result)
    complain(result.error());
  return result.value_or(exit_code::failed);
}

} // namespace ariadne
