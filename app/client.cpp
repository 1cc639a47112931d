#include "app/client.hpp"

#include "actors/caf_edition.hpp"
#include "actors/endpoint.hpp"
#include "actors/error.hpp"
#include "actors/protocol.hpp"
#include "app/config.hpp"
#include "app/duration.hpp"
#include "app/list_printer.hpp"
#include "app/minotaur/game.hpp"
#include "app/minotaur/protocol.hpp"
#include "app/node_connection.hpp"
#include "app/node_report.hpp"
#include "app/nodes_in_turn.hpp"
#include "app/output.hpp"
#include "app/value_mover.hpp"
#include "app/watch_command.hpp"
#include "crdt/printable_text.hpp"

#include <absl/strings/escaping.h>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace ariadne {

namespace {

using crdt::escaped;
using crdt::escaped_briefly;
using crdt::printable;
using crdt::printable_briefly;
using crdt::printable_lines;
using nlohmann::json;

/// The type of what the command line stashes.
constexpr auto bytes_type = "bytes";

// -- output ----------------------------------------------------------------------------------------------------------

fallible<void> write_json(const json& value) {
  return write_out(json_line(value));
}

/// Whether the command is given for what it writes to stdout. What others write is a receipt.
constexpr bool is_answer_wanted(const client_command& command) {
  switch (command.operation) {
    case client_operation::pickup:
    case client_operation::take:
    case client_operation::keys:
    case client_operation::status:
    case client_operation::watch:
    case client_operation::sessions:
    case client_operation::session_deliver:
    case client_operation::game_show:
      return true;
    default:
      return false;
  }
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
    const std::error_code error{errno, std::generic_category()};
    return tl::unexpected(
      fmt::format("cannot read {}: {}", file == "-" ? "stdin" : printable_briefly(file), describe_stream_error(error)));
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
      return tl::unexpected(fmt::format("{} holds more than the {} bytes that a cluster may allow",
                                        printable_briefly(file), value_bytes_limit));
  }
  if (std::ferror(stream.get()))
    return cannot_read();
  return value;
}

/// The nodes of these replicas, by name as far as they are known.
std::vector<std::string> names_of(node_connection& client, const std::vector<std::uint64_t>& replicas) {
  const auto members = client.members().value_or(std::vector<member_status>{});
  std::vector<std::string> result;
  for (const auto replica : replicas) {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const member_status& member) { return member.replica == replica; });
    result.push_back(found == members.end() ? replica_text(replica) : escaped(found->name));
  }
  return result;
}

fallible<exit_code> stash(caf::actor_system& system, node_connection& client, const client_command& command,
                          const std::string& value) {
  value_mover mover{system, client};
  auto done = mover.stash(command.argument, {bytes_type, 1, value}, command.write);
  if (!done)
    return tl::unexpected(done.error());
  const auto holders = names_of(client, done->holders);
  write_receipt(command.json ? json_line({{"event", event_text(done->event)}, {"holders", holders}})
                             : fmt::format("stashed as event {}, held by {}{}\n", event_text(done->event),
                                           fmt::join(holders, ", "), holders.size() == 1 ? " alone" : ""));
  return exit_code::done;
}

fallible<void> print_picked_up(const pickup_result& result, const client_command& command) {
  if (command.json) {
    json answer{{"outcome", to_text(result.outcome)}};
    if (result.outcome == pickup_outcome::found) {
      put_bytes(answer, "type", result.state.type_name);
      answer.update({{"version", result.state.schema_version},
                     {"event", event_text(result.event)},
                     {"value_base64", absl::Base64Escape(result.state.bytes)}});
    }
    return write_json(answer);
  }
  switch (result.outcome) {
    case pickup_outcome::found:
      return write_out(result.state.bytes);
    case pickup_outcome::absent:
      complain(fmt::format("there is nothing under {}", escaped_briefly(command.argument)));
      break;
    case pickup_outcome::pending:
      complain(fmt::format("nothing is under {} yet, but the node has not yet caught up with the others",
                           escaped_briefly(command.argument)));
      break;
  }
  return {};
}

fallible<exit_code> pick_up(caf::actor_system& system, node_connection& client, const client_command& command) {
  value_mover mover{system, client};
  auto result = mover.pick_up(command.argument, command.wait);
  if (!result)
    return tl::unexpected(result.error());
  return print_picked_up(*result, command).map([&] { return to_exit_code(result->outcome); });
}

/// Says what has become of the state that has been written out. That is done with, so nothing here is a failure of it.
exit_code report_taken(const discard_receipt& done, const client_command& command) {
  const auto key = escaped_briefly(command.argument);
  const auto newer = done.standing.counter > 0;
  if (done.discarded && newer)
    complain(fmt::format("what was stashed under {} at the same time stays there, as event {}", key,
                         event_text(done.standing)));
  if (done.discarded)
    return exit_code::done;
  complain(newer
             ? fmt::format("what was under {} is written out, but it has been replaced by event {}, which stays", key,
                           event_text(done.standing))
             : fmt::format("what was under {} is written out, but somebody else has taken or discarded it, too", key));
  return exit_code::superseded;
}

/// The state is held until it has been written out, and only then discarded: that event, and nothing newer.
fallible<exit_code> take(caf::actor_system& system, node_connection& client, const state_handoff_actor& handoff,
                         const client_command& command) {
  value_mover mover{system, client};
  auto result = mover.hold(command.argument, command.wait);
  if (!result)
    return tl::unexpected(result.error());
  const auto written = print_picked_up(*result, command);
  if (result->outcome != pickup_outcome::found)
    return written.map([&] { return to_exit_code(result->outcome); });
  const auto key = escaped_briefly(command.argument);
  if (!written)
    return tl::unexpected(
      failure{fmt::format("{}; the state stays under {}", written.error().text, key), written.error().code});
  // Whoever reads it may have taken longer than the timeout.
  client.begin_anew();
  const auto done = client.ask<discard_receipt>(handoff, discard_atom_v, command.argument, result->event);
  if (!done)
    return tl::unexpected(
      fmt::format("the state is written out, but may still be under {}: {}", key, done.error().text));
  return report_taken(*done, command);
}

fallible<exit_code> discard(node_connection& client, const state_handoff_actor& handoff,
                            const client_command& command) {
  auto discarded = client.ask<bool>(handoff, discard_atom_v, command.argument);
  if (!discarded)
    return tl::unexpected(discarded.error());
  if (command.json) {
    write_receipt(json_line({{"discarded", *discarded}}));
  } else if (!*discarded) {
    complain(fmt::format("there is nothing under {}", escaped_briefly(command.argument)));
  }
  return *discarded ? exit_code::done : exit_code::absent;
}

fallible<exit_code> keys(node_connection& client, const state_handoff_actor& handoff, const client_command& command) {
  list_printer printer{command.json, write_out};
  std::string last;
  for (auto is_last = false; !is_last;) {
    auto page = client.ask<keys_page>(handoff, keys_atom_v, command.argument, last);
    if (!page)
      return tl::unexpected(page.error());
    for (const auto& key : page->keys)
      printer.add(escaped(key), listed_bytes("key", key));
    if (auto written = printer.end_page(); !written)
      return tl::unexpected(written.error());
    is_last = page->is_last || page->keys.empty();
    if (!is_last)
      last = std::move(page->keys.back());
    client.begin_anew();
  }
  return printer.end().map([] { return exit_code::done; });
}

fallible<exit_code> status(node_connection& client, const state_handoff_actor& handoff, const client_command& command) {
  auto status = client.ask<node_status>(handoff, status_atom_v);
  if (!status)
    return tl::unexpected(status.error());
  auto members = client.members();
  if (!members)
    return tl::unexpected(members.error());
  // A node that hosts no sessions, or none at the moment, has a status all the same.
  const auto hosting = client.session_host().and_then(
    [&](const session_host_actor& host) { return client.ask<session_host_status>(host, status_atom_v); });
  const node_report report{*status, *members, hosting ? std::optional{*hosting} : std::nullopt};
  return (command.json ? write_json(to_json(report)) : write_out(to_table(report))).map([] { return exit_code::done; });
}

fallible<exit_code> sessions(node_connection& client, const client_command& command) {
  const auto host = client.session_host();
  if (!host)
    return tl::unexpected(host.error());
  list_printer printer{command.json, write_out};
  sessions_page page;
  while (!page.is_last) {
    auto next = client.ask<sessions_page>(*host, sessions_atom_v, page.last_kind, page.last_id);
    if (!next)
      return tl::unexpected(next.error());
    page = std::move(*next);
    for (const auto& s : page.sessions) {
      const auto name = fmt::format("{}/{}", s.kind, s.id);
      if (!name.starts_with(command.argument))
        continue;
      json entry{{"phase", s.phase}, {"epoch", s.epoch}};
      put_bytes(entry, "kind", s.kind);
      put_bytes(entry, "id", s.id);
      put_bytes(entry, "node", s.node);
      printer.add(fmt::format("{}  {} on {}, epoch {}", escaped(name), printable(s.phase), escaped(s.node), s.epoch),
                  entry);
    }
    if (auto written = printer.end_page(); !written)
      return tl::unexpected(written.error());
    client.begin_anew();
  }
  return printer.end().map([] { return exit_code::done; });
}

fallible<std::string> ask_session(node_connection& client, const session_host_actor& host,
                                  const client_command& command) {
  const auto slash = command.argument.find('/');
  const auto kind = command.argument.substr(0, slash);
  const auto id = command.argument.substr(slash + 1);
  switch (command.operation) {
    case client_operation::session_start:
      return client.ask<session_place>(host, start_atom_v, kind, id, client.remaining_ms())
        .map([&](const session_place& place) {
          return fmt::format("{} runs on {}", escaped_briefly(command.argument), escaped(place.node));
        });
    case client_operation::session_stop:
      return client.ask<bool>(host, ariadne::stop_atom_v, kind, id, client.remaining_ms()).map([&](bool) {
        return fmt::format("{} has ended", escaped_briefly(command.argument));
      });
    default:
      return client.ask<std::string>(host, deliver_atom_v, kind, id, command.message, client.remaining_ms());
  }
}

/// The answer of a session is its own affair: a program gets it as it is, a terminal without what it would take for
/// commands. That a session is started or has ended, is said by the exit code, too.
fallible<void> write_answer(const client_command& command, const std::string& text) {
  if (is_answer_wanted(command))
    return write_out(::isatty(STDOUT_FILENO) == 1 ? printable_lines(text) : text);
  write_receipt(text);
  return {};
}

fallible<exit_code> session(node_connection& client, const client_command& command) {
  return client.session_host()
    .and_then([&](const session_host_actor& host) { return ask_session(client, host, command); })
    .and_then([&](const std::string& answer) { return write_answer(command, answer + '\n'); })
    .map([] { return exit_code::done; });
}

/// The address of a node that the client's node knows as up.
fallible<endpoint> address_of(node_connection& client, const std::string& node) {
  const auto members = client.members();
  if (!members)
    return tl::unexpected(members.error());
  std::vector<std::string> names;
  for (const auto& member : *members) {
    names.push_back(escaped(member.name));
    if (member.name != node)
      continue;
    const auto address = endpoint_from_string(member.address);
    if (member.state != member_state::up || !address)
      return tl::unexpected(fmt::format("node {} is {}", escaped_briefly(node), to_text(member.state)));
    return *address;
  }
  return tl::unexpected(
    fmt::format("there is no node {}; the nodes are {}", escaped_briefly(node), fmt::join(names, ", ")));
}

fallible<exit_code> cordon(caf::actor_system& system, node_connection& client, const client_command& command) {
  const auto cordoned = command.operation == client_operation::session_cordon;
  const auto address = address_of(client, command.argument);
  if (!address)
    return tl::unexpected(address.error());
  node_connection node{system, *address, std::chrono::milliseconds{client.remaining_ms()}};
  return node.connect()
    .and_then([&] { return node.session_host(); })
    .and_then([&](const session_host_actor& host) { return node.ask<bool>(host, cordon_atom_v, cordoned); })
    .map([&](bool was_cordoned) {
      write_receipt(fmt::format("{} {} {}\n", escaped_briefly(command.argument),
                                was_cordoned == cordoned ? "was" : "is",
                                was_cordoned == cordoned ? (cordoned ? "cordoned already" : "not cordoned")
                                                         : (cordoned ? "cordoned" : "not cordoned any more")));
      return exit_code::done;
    });
}

fallible<exit_code> forget(node_connection& client, const client_command& command) {
  return client.forget(command.argument).map([&](bool) {
    json answer;
    put_bytes(answer, "forgotten", command.argument);
    write_receipt(command.json ? json_line(answer)
                               : fmt::format("{} is forgotten\n", escaped_briefly(command.argument)));
    return exit_code::done;
  });
}

template <class Atom>
fallible<exit_code> play(node_connection& client, const client_command& command, Atom operation) {
  auto game = client.service<minotaur::host_actor>(to_string(minotaur::minotaur_atom_v), "games")
                .and_then([&](const minotaur::host_actor& host) {
                  return client.ask<minotaur::game>(host, operation, command.argument);
                });
  return game
    .and_then([&](const minotaur::game& state) { return write_answer(command, minotaur::describe(state) + '\n'); })
    .map([] { return exit_code::done; });
}

fallible<exit_code> run(caf::actor_system& system, node_connection& client, const client_command& command,
                        const std::string& value) {
  auto with_handoff = [&](auto&& operation) { return client.handoff().and_then(operation); };
  switch (command.operation) {
    case client_operation::stash:
      return stash(system, client, command, value);
    case client_operation::pickup:
      return pick_up(system, client, command);
    case client_operation::take:
      return with_handoff([&](const state_handoff_actor& handoff) { return take(system, client, handoff, command); });
    case client_operation::discard:
      return with_handoff([&](const state_handoff_actor& handoff) { return discard(client, handoff, command); });
    case client_operation::keys:
      return with_handoff([&](const state_handoff_actor& handoff) { return keys(client, handoff, command); });
    case client_operation::status:
      return with_handoff([&](const state_handoff_actor& handoff) { return status(client, handoff, command); });
    case client_operation::forget:
      return forget(client, command);
    case client_operation::sessions:
      return sessions(client, command);
    case client_operation::session_start:
    case client_operation::session_deliver:
    case client_operation::session_stop:
      return session(client, command);
    case client_operation::session_cordon:
    case client_operation::session_uncordon:
      return cordon(system, client, command);
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

/// Whether the argument of the command is the name of a node.
constexpr bool names_node(client_operation operation) {
  return operation == client_operation::forget || operation == client_operation::session_cordon
         || operation == client_operation::session_uncordon;
}

constexpr bool is_about_session(client_operation operation) {
  return operation == client_operation::session_start || operation == client_operation::session_deliver
         || operation == client_operation::session_stop;
}

/// The command changes nothing before a node has answered it.
constexpr bool is_read(client_operation operation) {
  switch (operation) {
    case client_operation::pickup:
    case client_operation::take:
    case client_operation::keys:
    case client_operation::status:
    case client_operation::sessions:
    case client_operation::game_show:
      return true;
    default:
      return false;
  }
}

/// What may be the case although the answer was lost.
constexpr const char* in_doubt(client_operation operation) {
  switch (operation) {
    case client_operation::stash:
      return "the value may have been stashed";
    case client_operation::discard:
      return "the state may have been discarded";
    case client_operation::session_deliver:
      return "the message may have been handled";
    default:
      return "it may have been done all the same";
  }
}

/// Whether another node is asked after this failure. Once a node has begun to answer, none is.
bool is_undone(const node_connection& client, const client_command& command, const failure& problem) {
  if (client.has_answered())
    return false;
  return problem.fate == request_fate::undone || (problem.fate == request_fate::unknown && is_read(command.operation));
}

fallible<exit_code> run_anywhere(const client_command& command, const std::vector<endpoint>& nodes,
                                 const std::string& value) {
  client_config config;
  caf::actor_system system{config};
  if (command.operation == client_operation::watch)
    return watch(system, command, nodes);
  using clock = std::chrono::steady_clock;
  const auto deadline = clock::now() + command.timeout;
  const auto visit_all = [&](const node_visit& visit) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now());
    return visit_in_turn(
      system, nodes, std::max(left, std::chrono::milliseconds{1}), visit,
      [&](const node_connection& client, const failure& why) { return is_undone(client, command, why); });
  };
  const auto visit = [&](node_connection& client) { return run(system, client, command, value); };
  const auto visit_if_fit = [&](node_connection& client) {
    return client.check_hosting().and_then([&] { return visit(client); });
  };
  // A node that can run no sessions would wait for the time to be up, while another one may answer at once.
  const auto prefers_fit = is_about_session(command.operation) && nodes.size() > 1;
  auto result = prefers_fit ? visit_all(visit_if_fit) : visit_all(visit);
  if (prefers_fit && !result && result.error().fate == request_fate::undone && clock::now() < deadline)
    result = visit_all(visit);
  if (!result && result.error().fate == request_fate::unknown && !is_read(command.operation))
    result.error().text += fmt::format("; {}", in_doubt(command.operation));
  if (!result && is_about_session(command.operation))
    result.error().text.insert(0, escaped_briefly(command.argument) + ": ");
  return result;
}

} // namespace

exit_code run_client(const client_command& command, const std::vector<endpoint>& nodes) {
  if (names_node(command.operation) && !is_name(command.argument)) {
    complain(fmt::format("NODE {}", name_rule()));
    return exit_code::usage;
  }
  fallible<std::string> value;
  if (command.operation == client_operation::stash)
    value = read_value(command.value_file);
  else if (is_answer_wanted(command))
    value = check_stdout().map([] { return std::string{}; });
  const auto result = value.and_then([&](const std::string& bytes) { return run_anywhere(command, nodes, bytes); });
  if (result)
    return *result;
  complain(result.error().text);
  return result.error().code;
}

} // namespace ariadne
