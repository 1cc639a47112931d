#include "app/client/value_mover.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace ariadne {

value_mover::value_mover(caf::actor_system& system, node_connection& connection)
  : system_(system), connection_(connection), self_(system), meter_(progress_meter::time_point::clock::now()) {}

value_mover::~value_mover() {
  if (client_)
    caf::anon_send_exit(client_, caf::exit_reason::user_shutdown);
}

fallible<receipt> value_mover::stash(const std::string& key, snapshot state, const crdt::shared_bytes& value,
                                     write_options options) {
  if (value.size() <= value_piece_bytes_max)
    return stash_whole(key, std::move(state), value, options);
  const auto desk = connection_.value_desk();
  if (!desk)
    return tl::unexpected(desk.error());
  // A node of before has none.
  return *desk ? stash_in_pieces(*desk, key, std::move(state), value, options)
               : stash_whole(key, std::move(state), value, options);
}

fallible<receipt> value_mover::stash_whole(const std::string& key, snapshot state, const crdt::shared_bytes& value,
                                           write_options options) {
  const auto handoff = connection_.handoff();
  if (!handoff)
    return tl::unexpected(handoff.error());
  options.timeout_ms = connection_.remaining_ms();
  state.bytes = value.view();
  return connection_.ask_as<receipt>(self_, *handoff, stash_atom_v, key, std::move(state), options);
}

fallible<receipt> value_mover::stash_in_pieces(const value_desk_actor& desk, const std::string& key, snapshot state,
                                               const crdt::shared_bytes& value, write_options options) {
  begin(desk);
  options.timeout_ms = connection_.whole_ms();
  auto done = end(connection_.ask_patiently<receipt>(self_, client_, stash_atom_v, key, std::move(state),
                                                     shared_value{value}, options));
  // Only what has come as a whole can have been written.
  if (!done && done.error().fate == request_fate::unknown && moved_ < total_)
    done.error().fate = request_fate::undone;
  connection_.begin_anew();
  return done;
}

fallible<std::string> value_mover::deliver(const std::string& kind, const std::string& id, const std::string& message) {
  const auto desk = connection_.value_desk();
  if (!desk)
    return tl::unexpected(desk.error());
  if (*desk) {
    begin(*desk);
    const auto wait_ms = message.size() <= value_piece_bytes_max ? connection_.remaining_ms() : connection_.whole_ms();
    return end(connection_.ask_patiently<std::string>(self_, client_, deliver_atom_v, kind, id, message, wait_ms));
  }
  const auto host = connection_.session_host();
  if (!host)
    return tl::unexpected(host.error());
  return connection_.ask_as<std::string>(self_, *host, deliver_atom_v, kind, id, message, connection_.remaining_ms());
}

fallible<pickup_result> value_mover::pick_up(const std::string& key, const wait_options& options) {
  return read(pickup_atom_v, key, options);
}

fallible<pickup_result> value_mover::hold(const std::string& key, const wait_options& options) {
  return read(hold_atom_v, key, options);
}

template <class Atom>
fallible<pickup_result> value_mover::read(Atom operation, const std::string& key, const wait_options& options) {
  const auto desk = connection_.value_desk();
  if (!desk)
    return tl::unexpected(desk.error());
  if (!*desk) {
    const auto handoff = connection_.handoff();
    if (!handoff)
      return tl::unexpected(handoff.error());
    connection_.extend(std::chrono::milliseconds{options.wait_ms});
    return connection_.ask_as<pickup_result>(self_, *handoff, operation, key, options);
  }
  begin(*desk);
  auto found = end(connection_.ask_patiently<pickup_result>(self_, client_, operation, key, options));
  connection_.begin_anew();
  return found;
}

void value_mover::begin(const value_desk_actor& desk) {
  value_client_options options;
  options.desk = desk;
  options.patience = connection_.remaining();
  options.on_progress = [this](std::uint64_t moved, std::uint64_t total) { note_progress(moved, total); };
  client_ = spawn_value_client(system_, std::move(options));
}

void value_mover::note_progress(std::uint64_t moved, std::uint64_t total) {
  const std::lock_guard lock{mutex_};
  moved_ = moved;
  total_ = total;
  if (const auto text = meter_.update(moved, total, progress_meter::time_point::clock::now()))
    line_.show(*text);
}

template <class Answer>
fallible<Answer> value_mover::end(fallible<Answer> answer) {
  const std::lock_guard lock{mutex_};
  line_.end();
  if (!answer && moved_ < total_)
    answer.error().text += fmt::format(", after {} of {} bytes", moved_, total_);
  return answer;
}

} // namespace ariadne
