#pragma once

#include "actors/internal/cold_start.hpp"
#include "crdt/replica.hpp"
#include "session/session_host.hpp"
#include "test/session_simulation/record_book.hpp"
#include "test/session_simulation/scenario.hpp"
#include "test/simulation/history.hpp"
#include "test/simulation/node_disk.hpp"
#include "test/simulation/random_source.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::session_simulation {

using simulation::random_source;
using simulation::violation;

/// What a simulated session keeps: the messages that it has handled, in order, each as origin (the incarnation of a
/// host) and number.
struct handled_messages {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> messages;

  std::string encode() const;
  static handled_messages decode(const std::string& bytes);
};

/// A session that runs on a node.
struct instance {
  session::run_id run;
  std::uint64_t epoch = 0;
  std::uint32_t schema_version = 0;
  handled_messages state;
};

/// Hosts over real replicas, in one thread and in virtual time: plays what a scenario has in store, and checks the
/// promises of docs/sessions.md after every step. Throws a violation if one is broken.
class cluster {
public:
  explicit cluster(const scenario& s);

  void trace_to(std::string& text) {
    trace_ = &text;
  }

  /// Plays the scenario, heals everything, and checks what is left.
  void play();

  std::uint64_t steps() const {
    return steps_;
  }

private:
  using action = std::function<void()>;

  struct held_write {
    /// Nothing: it is a reservation of epochs.
    std::optional<session::session_key> key;
    crdt::dot dot;
    crdt::fenced_result result;
    session::record_holders holders = session::record_holders::any;
    bool durable = false;
    /// When it is answered in any case; 0 for never.
    std::uint64_t ends_us = 0;
  };

  /// One start of a node.
  struct process {
    explicit process(std::uint64_t incarnation) : incarnation(incarnation) {}

    std::uint64_t incarnation;
    std::optional<crdt::replica> replica;
    /// What is known of the others since it has started from its disk.
    cold_start cold;
    std::optional<session::session_host> host;
    std::uint32_t version = 1;
    std::uint64_t started_us = 0;
    bool is_caught_up = false;
    bool is_draining = false;
    bool has_drained = false;
    bool has_lost_map = false;
    bool is_work_scheduled = false;
    std::uint64_t drain_began_us = 0;
    std::map<session::session_key, instance> running;
    std::vector<held_write> held;
    /// Channels within the node keep their order: the time of the last thing on each.
    std::uint64_t replica_to_host_us = 0;
    std::uint64_t host_to_replica_us = 0;
    std::uint64_t host_to_session_us = 0;
    std::uint64_t session_to_host_us = 0;
    std::set<std::uint64_t> unanswered;
    /// The greatest epoch that this process has seen of a session.
    std::map<session::session_key, std::uint64_t> epochs;
  };

  struct node {
    std::string name;
    std::unique_ptr<process> up;
    /// In the scenarios that have any.
    std::unique_ptr<simulation::node_disk> disk;
    /// When it comes back, if it is not up.
    std::uint64_t starts_us = 0;
    std::uint32_t version = 1;
    std::int64_t rate_permille = 0;
    std::uint64_t offset_ms = 0;
    bool is_cordoned = false;
    /// How often the list of voters has changed that it starts with.
    std::uint64_t changes = 0;
    bool is_frozen = false;
    /// It may not have noticed yet that it was frozen.
    std::uint64_t frozen_us = 0;
    std::uint64_t thawed_us = 0;
    std::vector<action> missed;
    /// By peer: the connection, 0 if there is none, the link of the replicas over it, and when the last frame of the
    /// host and of the replica arrives. Frames of the one are not in order with those of the other.
    std::vector<std::uint64_t> connection;
    std::vector<std::uint64_t> link;
    std::vector<std::uint64_t> session_frame_us;
    std::vector<std::uint64_t> map_frame_us;
  };

  struct request {
    std::size_t node = 0;
    std::uint64_t incarnation = 0;
    char what = 'd';
    session::session_key key;
    std::uint64_t asked_us = 0;
    std::uint64_t answered_us = 0;
    bool is_answered = false;
    session::outcome result = session::outcome::done;
    /// Whoever has asked has ended.
    bool is_withdrawn = false;
  };

  // Time.
  void at(std::uint64_t time_us, action what);
  /// Like `at`, for a node: nothing happens if this start of it is over, and later if it is frozen.
  void at_node(std::size_t n, std::uint64_t time_us, std::function<void(process&)> what);
  /// What the host asks of the replica that its process has now.
  void at_replica(std::size_t n, process& p, std::function<void(process&)> what);
  std::uint64_t in_order(std::uint64_t& last_us, std::uint64_t delay_us_max);
  void run_until(std::uint64_t time_us);
  std::uint64_t host_ms(std::size_t n) const;
  std::uint64_t wall_ms() const;

  // Nodes.
  void start(std::size_t n);
  std::set<std::string> voters_of(std::size_t n) const;
  void kill(std::size_t n, bool gracefully);
  void come_back(std::size_t n, std::uint64_t in_us);
  void crash(std::size_t n);
  /// All nodes end at once, and their power goes with them, if what is durable outlives that. They come back in any
  /// order; one of them may be late, this one if it is set.
  void black_out(std::optional<std::size_t> late);
  void commit(std::size_t n, process& p);
  /// Something is wrong with the disk from now on, perhaps.
  void trouble_disk(std::size_t n);
  /// The disk of a node that starts may have lost what it had.
  void note_losses(std::size_t n, const crdt::version_vector& before);
  bool may_start_sessions(std::size_t n, process& p) const;
  void tick(std::size_t n, process& p);
  void freeze(std::size_t n);
  void thaw(std::size_t n);
  void look_after_connections();
  void connect(std::size_t a, std::size_t b);
  void link(std::size_t a, std::size_t b);
  void disconnect(std::size_t n, std::size_t peer);
  bool is_reachable(std::size_t a, std::size_t b) const {
    return side_[a] == side_[b] && !cut_.contains(std::minmax(a, b));
  }
  void part();
  /// Whether one can reach the other, or somebody whom it can ask can.
  bool can_ask_of(std::size_t a, std::size_t b) const;
  void note_disturbance() {
    disturbed_us_ = now_us_;
  }
  void restart_map(std::size_t n);

  // What comes out of a replica and of a host.
  void open_replica(std::size_t n, process& p);
  void after_replica(std::size_t n, process& p);
  void tell_host(std::size_t n, process& p, const std::string& map_key);
  /// What has been restored is no change.
  void tell_host_of_all(std::size_t n, process& p);
  bool is_held(const process& p, const held_write& held, std::size_t voters, bool has_members) const;
  void after_host(std::size_t n, process& p);
  void send(std::size_t from, std::size_t to, std::uint64_t connection, std::string bytes, bool is_session_frame);
  void carry_out(std::size_t n, process& p, session::write_record&& write);
  void carry_out(std::size_t n, process& p, session::write_reservation&& write);
  void carry_out(std::size_t n, process& p, session::send_frame&& frame);
  void carry_out(std::size_t n, process& p, session::start_session&& start);
  void carry_out(std::size_t n, process& p, session::stop_session&& stop);
  void carry_out(std::size_t n, process& p, session::hand_message&& message);
  void carry_out(std::size_t n, process& p, session::resolve_conflict&& resolve);
  void carry_out(std::size_t n, process& p, session::answer_request&& answer);
  void carry_out(std::size_t n, process& p, session::host_event&& event);
  /// Without partitions and crashes, a request that is answered notices no stop.
  void judge_graceful(std::size_t n, const process& p, std::uint64_t request);
  void apply_write(std::size_t n, process& p, const session::write_record& w);
  void apply_reservation(std::size_t n, process& p, const session::write_reservation& w);
  void apply_start(std::size_t n, process& p, const session::start_session& c);
  void apply_stop(std::size_t n, process& p, const session::stop_session& c);
  void apply_message(std::size_t n, process& p, const session::hand_message& c);

  // Trouble and work.
  void next_trouble();
  void next_request();
  void ask(std::size_t n, char what, const session::session_key& key);
  /// The client of a request that is not answered ends.
  void end_client(std::size_t n, process& p, std::uint64_t number);
  void next_session_event();
  void drain(std::size_t n);
  std::uint64_t drain_us_max() const;
  /// Of two nodes with `pause`, each that stops leaves the other without a majority until it is back.
  bool stops_take_the_majority() const;
  /// Whether that is why a request that has waited at node `n` for as long as one may is not answered.
  bool has_waited_in_vain(const request& r, std::size_t n) const;
  /// How long a message may wait while nodes are stopped gracefully; 0: no matter how long.
  std::uint64_t wait_us_max() const;
  /// Until no node drains any more, at most for this time.
  void run_until_drained(std::uint64_t time_us_max);
  void heal();

  // Checks.
  void check_running(const session::session_key& key);
  void check_outranked(const session::session_key& key, const std::vector<crdt::live_entry>& entries);
  void check_end();
  /// Whether it has been said that the session is started, and nothing has happened that may lose it.
  bool is_to_be_kept(const session::session_key& key) const;
  [[noreturn]] void fail(const std::string& check, const std::string& found) const;
  void tell(const std::string& line) const;

  session::session_key key_of(std::uint64_t number) const;
  std::optional<std::size_t> some_node();

  scenario scenario_;
  random_source random_;
  /// What happens to the disk at fault: without that, all else is as it was.
  random_source disk_random_;
  std::uint64_t now_us_ = 1'000'000;
  std::uint64_t disturbed_us_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t last_incarnation_ = 0;
  std::uint64_t last_connection_ = 0;
  std::uint64_t last_request_ = 0;
  std::multimap<std::uint64_t, action> agenda_;
  std::vector<node> nodes_;
  std::vector<int> side_;
  /// Pairs of one side that cannot reach each other all the same.
  std::set<std::pair<std::size_t, std::size_t>> cut_;
  /// Connections that carry nothing any more, which their ends find out later.
  std::set<std::uint64_t> broken_;
  std::map<std::uint64_t, request> requests_;
  std::set<session::session_key> stopped_;
  std::map<session::session_key, std::uint64_t> first_run_us_;
  /// Of which somebody has been told that they are started.
  std::set<session::session_key> acknowledged_;
  /// At some time no node knew their version.
  std::set<session::session_key> stranded_;
  std::uint64_t crashed_us_ = 0;
  /// When a node last started or stopped.
  std::uint64_t came_or_went_us_ = 0;
  bool is_ending_ = false;
  /// Sessions write no more.
  bool is_settling_ = false;
  /// The last node that held anything has gone.
  bool is_all_lost_ = false;
  /// How often a disk had lost what it had when its node started.
  std::size_t disk_losses_ = 0;
  record_book records_;
  std::string* trace_ = nullptr;
};

} // namespace ariadne::session_simulation
