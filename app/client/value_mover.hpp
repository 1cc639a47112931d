#pragma once

#include "actors/handoff_messages.hpp"
#include "actors/value_client.hpp"
#include "app/client/node_connection.hpp"
#include "app/output/failure.hpp"
#include "app/output/progress_meter.hpp"
#include "app/output/status_line.hpp"
#include "crdt/shared_bytes.hpp"

#include <caf/actor_system.hpp>

#include <atomic>
#include <mutex>
#include <string>

namespace ariadne {

/// Stashes values, reads them, and speaks to sessions, by way of one node: what is large travels in pieces, if the node
/// can, with its progress on stderr, if that is a terminal. The timeout of the connection counts from the last piece
/// on. For one value or message.
class value_mover {
public:
  value_mover(caf::actor_system& system, node_connection& connection);
  /// What has been held and not discarded is released.
  ~value_mover();

  value_mover(const value_mover&) = delete;
  value_mover& operator=(const value_mover&) = delete;

  /// The bytes of the state are those of `value`; the timeout of the write is set here.
  fallible<receipt> stash(const std::string& key, snapshot state, const crdt::shared_bytes& value,
                          write_options options);
  fallible<pickup_result> pick_up(const std::string& key, const wait_options& options);
  /// See state_handoff_actor.
  fallible<pickup_result> hold(const std::string& key, const wait_options& options);
  /// What the session answers.
  fallible<std::string> deliver(const std::string& kind, const std::string& id, const std::string& message);

private:
  template <class Atom>
  fallible<pickup_result> read(Atom operation, const std::string& key, const wait_options& options);
  fallible<receipt> stash_whole(const std::string& key, snapshot state, const crdt::shared_bytes& value,
                                write_options options);
  fallible<receipt> stash_in_pieces(const value_desk_actor& desk, const std::string& key, snapshot state,
                                    const crdt::shared_bytes& value, write_options options);
  void begin(const value_desk_actor& desk);
  void note_progress(std::uint64_t moved, std::uint64_t total);
  /// Takes the line on the terminal away, and adds to a failure how far the value had come.
  template <class Answer>
  fallible<Answer> end(fallible<Answer> answer);

  caf::actor_system& system_;
  node_connection& connection_;
  asker self_;
  value_client_actor client_;
  std::mutex mutex_;
  progress_meter meter_;
  status_line line_;
  std::uint64_t moved_ = 0;
  std::uint64_t total_ = 0;
};

} // namespace ariadne
