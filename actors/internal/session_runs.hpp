#pragma once

#include "actors/internal/held_answers.hpp"
#include "actors/internal/node_tally.hpp"
#include "actors/internal/session_host_self.hpp"
#include "actors/session_host.hpp"
#include "session/session_host.hpp"

#include <caf/actor_clock.hpp>
#include <caf/expected.hpp>
#include <caf/system_messages.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ariadne {

/// The sessions that run on this node, as actors: starts and stops them, hands them messages, asks them for
/// checkpoints, and says what has become of that. However this ends, they do so, too: other nodes take them over.
class session_runs {
public:
  /// What happens is told to the state machine by `tell(event)`, which calls `event(core, now_ms)`.
  using event = std::function<void(session::session_host&, std::uint64_t)>;
  struct surroundings {
    session_host_self self;
    monitored_actors<session_host_self>& monitored;
    const session_host_options& options;
    node_tally& tally;
    std::function<void(const event&)> tell;
    /// A session has failed, in these words. If it had `begun`, what it has handled since its last checkpoint is lost.
    std::function<void(const session::session_key&, const std::string&, bool begun)> note_failure;
    /// The newest version of the kind's states that all nodes know that are up and host it.
    std::function<std::uint32_t(const std::string& kind)> readable_version;
  };

  explicit session_runs(surroundings around) : around_(std::move(around)) {}
  session_runs(const session_runs&) = delete;
  session_runs& operator=(const session_runs&) = delete;
  ~session_runs();

  std::size_t size() const {
    return runs_.size();
  }
  /// Null if it does not run here.
  caf::strong_actor_ptr find(const session::session_key& key) const;

  void start(session::start_session&& c, std::uint64_t now_ms);
  void stop(const session::stop_session& c);
  void hand(session::hand_message&& c);
  void resolve(session::resolve_conflict&& c);
  /// An actor has ended. Returns whether it was a session of this host.
  bool ended(const caf::down_msg& down);
  /// Asks those whose time it is; of very many, some in each call.
  void ask_for_checkpoints(std::uint64_t now_ms);
  /// All of the kind are asked, some in each call of the former: their states are to be written anew.
  void make_due(const std::string& kind);
  /// A state of the kind, in a version that the others can read if there is a way to it.
  snapshot to_saved(const std::string& kind, snapshot&& state) const;

  // What becomes of the records of sessions, for answers that wait until a state is held.

  /// A record of the session is being written, with its latest state.
  void write_begins(const session::session_key& key);
  /// The write has ended. If it was `written`, so many nodes hold it as were asked for, or not.
  void write_ends(const session::session_key& key, bool written, bool held);
  /// What was being written is void.
  void map_lost();
  /// The state machine has done all that follows from what it was told: gives the answers that are due.
  void all_told();

private:
  /// In one go this many are asked at most.
  static constexpr std::size_t asked_max = 2048;

  struct run {
    session_actor session;
    session::run_id number;
    bool is_stopping = false;
    /// It was gone when it was told to stop; how it ended is about to be told.
    bool is_silent = false;
    /// It has ended without an error since it was told to stop.
    bool has_ended = false;
    bool is_asked = false;
    /// It is to be asked whatever the time is.
    bool is_due = false;
    held_answers answers = {};
    /// 0: it is not asked for any.
    std::uint64_t checkpoint_interval_ms = 0;
    std::uint64_t next_checkpoint_ms = 0;
  };

  const session_host_options& options() const {
    return around_.options;
  }
  caf::expected<session_actor> spawn(session::start_session& c);
  void hand_call(session::hand_message&& c, run& r);
  /// What has become of a message that was handed to a session of the kind at this time.
  void count_message(const std::string& kind, const char* outcome, caf::actor_clock::time_point since);
  /// The session has answered: so, in the form in which it travels, or not at all.
  void answered(const session::session_key& key, session::run_id run, held_answer answer);
  /// Tells the state machine.
  void give(const session::session_key& key, held_answer answer);
  void give_all(const session::session_key& key, std::vector<held_answer> answers);
  /// They are not given: the state that they are about is lost, or `error` says what has become of it.
  void give_all_without(const session::session_key& key, std::vector<held_answer> answers,
                        const caf::error& error = {});
  void ask_for_checkpoint(const session::session_key& key, run& r);
  void stopped(const session::session_key& key, session::run_id number, std::optional<snapshot> state);
  void not_stopped(const session::session_key& key, session::run_id number, caf::actor_clock::time_point asked_at,
                   const caf::error& error);
  void end(const session::session_key& key);
  run* find_run(const session::session_key& key, session::run_id number);

  surroundings around_;
  std::map<session::session_key, run> runs_;
  /// Which of them is looked at next, whether it is to be asked for a checkpoint.
  session::session_key next_checkpoint_;
  /// Answers whose write has ended.
  struct written_answers {
    session::session_key key;
    std::vector<held_answer> answers;
    bool held = false;
  };
  std::vector<written_answers> written_;
  /// Sessions that may have answers to give once all is told.
  std::set<session::session_key> with_told_;
  /// Which of them an actor is.
  std::unordered_map<caf::actor_addr, session::session_key> keys_;
};

} // namespace ariadne
