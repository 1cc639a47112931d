#pragma once

#include "membership/cluster_view.hpp"
#include "test/membership_simulation/scenario.hpp"
#include "test/simulation/random_source.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::membership_simulation {

/// What must hold, and what was found instead.
struct violation {
  std::string check;
  std::string found;
};

/// Nodes that know and judge each other by `membership::cluster_view`, over connections whose bytes take time, in one
/// thread and in virtual time. Each node does what actors/cluster_membership.cpp does around that class. Throws a
/// violation.
///
/// A connection delivers in order. A packet that is lost is sent again after a round trip, twice as late each time; the
/// other side's kernel acknowledges what comes in as long as its host runs, whether or not the process does, until its
/// buffer is full.
class world {
public:
  explicit world(const scenario& s);

  void trace_to(std::string& text) {
    trace_ = &text;
  }

  /// Plays the scenario, ends all trouble, and requires that all nodes see each other again.
  void play();

  std::uint64_t steps() const {
    return steps_;
  }

private:
  using microseconds = std::uint64_t;
  using action = std::function<void()>;

  enum class host_state { runs, is_frozen, is_suspended, is_paused };

  using contact = membership::contact;
  using standing = membership::standing;

  /// What a process knows of another node, beside its view.
  struct peer {
    /// 0: it has none, as far as the process knows.
    std::uint64_t connection = 0;
    /// At the other end of that.
    contact other = contact::nobody;
    std::optional<membership::link_activity> found;
    /// What those on the node have been told of the other one, and by whom it was up.
    std::optional<standing> told;
    contact told_by = contact::nobody;
    /// By the judge: something that the other has sent since this process woke has come in.
    bool is_heard_since_waking = false;
    /// Lines of the log about this link, and attempts to connect.
    std::deque<microseconds> lines;
    std::deque<microseconds> dials;
    /// At its address, whoever is there.
    std::deque<microseconds> dials_at_address;
  };

  struct node {
    std::optional<membership::cluster_view> view;
    std::vector<peer> peers;
    /// Those that are watched, and how often.
    std::map<contact, unsigned> watched;
    /// To nodes, and at addresses whoever is there.
    std::size_t dials_under_way = 0;
    bool expects_more = false;
    /// From then on it keeps a journal; never, if nothing is here. And what that says of the cluster.
    std::optional<microseconds> journal_from_us;
    membership::cluster_id on_disk;
    /// It never comes back.
    bool is_gone_for_good = false;
    bool is_leaving = false;
    host_state state = host_state::runs;
    std::uint64_t incarnation = 0;
    /// What the clock of the node has not counted.
    microseconds clock_lag = 0;
    /// When the process last began to run, and when it, or its host, last did not.
    microseconds woke_us = 0;
    microseconds disturbed_us = 0;
    microseconds trouble_began_us = 0;
    /// What has happened to a process that was not run, by where it came from. It is handled in any order of these.
    std::map<std::size_t, std::deque<action>> missed;

    bool is_up() const {
      return view.has_value();
    }
    bool runs() const {
      return is_up() && state == host_state::runs;
    }
    /// Its kernel takes in bytes.
    bool has_kernel() const {
      return state == host_state::runs || state == host_state::is_frozen;
    }
  };

  /// One direction of a connection.
  struct pipe {
    microseconds free_us = 0;
    microseconds arrived_us = 0;
    /// By the kernel of the receiver.
    microseconds received_us = 0;
    std::uint32_t acknowledged = 0;
    std::size_t unread = 0;
    microseconds bulk_us = 0;
  };

  struct packet {
    std::size_t from = 0;
    std::size_t to = 0;
    std::uint64_t connection = 0;
    std::size_t bytes = 0;
    microseconds sent_us = 0;
    /// In the process of the receiver; nothing, if it is a part of something.
    action arrives;
  };

  struct link {
    /// 0: none.
    std::uint64_t connection = 0;
    microseconds since_us = 0;
    /// From the node of the smaller number, and to it.
    pipe pipes[2];
    microseconds cut_until_us[2] = {0, 0};
    /// When it was last cut, broken, or lost the same packet twice.
    microseconds disturbed_us = 0;
  };

  struct event {
    microseconds at_us = 0;
    std::uint64_t order = 0;
    action what;
    friend bool operator>(const event& left, const event& right) {
      return std::pair{left.at_us, left.order} > std::pair{right.at_us, right.order};
    }
  };

  // -- time
  // ------------------------------------------------------------------------------------------------------------

  void at(microseconds when_us, action what);
  /// The process of `n` is to do something. `source` keeps the order of what comes from the same place.
  void at_process(std::size_t n, std::size_t source, microseconds when_us, action what);
  void run_until(microseconds end_us);
  membership::clock_reading clocks(const node& n) const;
  membership::instant to_clock(const node& n, microseconds true_us) const;

  // -- nodes
  // -----------------------------------------------------------------------------------------------------------

  void start(std::size_t n);
  membership::view_options options_of(std::size_t n);
  void discover(std::size_t n);
  /// Has the view of `n` take note of something, and does what it commands.
  template <class Event>
  void happen(std::size_t n, Event event) {
    event(*nodes_[n].view, moment(n));
    act(n);
  }
  void act(std::size_t n);
  void act(std::size_t n, const membership::watch& what);
  void act(std::size_t n, const membership::watch_no_more& what);
  void act(std::size_t n, const membership::dial& what);
  void act(std::size_t n, const membership::break_off& what);
  void act(std::size_t n, const membership::introduce& what);
  void act(std::size_t n, const membership::send_beat& what);
  void act(std::size_t n, const membership::tell_news& what);
  void act(std::size_t n, const membership::warn_of_claimant& what);
  void act(std::size_t n, const membership::say_farewell& what);
  void act(std::size_t n, const membership::look_at_connection& what);
  void act(std::size_t n, const membership::disconnect& what);
  void act(std::size_t n, const membership::tell_handoff& what);
  void act(std::size_t n, const membership::expect_no_more&);
  void act(std::size_t n, const membership::wake& what);
  void act(std::size_t n, const membership::judge_soon& what);
  void act(std::size_t n, const membership::give_way& what);
  void act(std::size_t n, const membership::keep_id& what);
  void act(std::size_t n, const membership::give_up_journal& what);
  void act(std::size_t n, const membership::report& what);
  membership::moment moment(std::size_t n);
  /// The node that a contact of `n` stands for; it has to be watched.
  std::size_t whom(std::size_t n, contact by);
  void tick(std::size_t n);
  void probe(std::size_t n, std::size_t other);
  void take_findings(std::size_t n);
  void lost(std::size_t n, std::size_t other, std::uint64_t connection, const char* why = "its connection is lost");

  // -- the network
  // -----------------------------------------------------------------------------------------------------

  link& link_of(std::size_t a, std::size_t b);
  pipe& pipe_of(std::size_t from, std::size_t to);
  bool is_cut(std::size_t from, std::size_t to);
  void send(std::size_t from, std::size_t to, std::uint64_t connection, std::size_t bytes, const action& arrives);
  void arrive(const packet& p, unsigned tries);
  void close(std::size_t by, std::size_t other);
  /// An attempt of `n` has got as far as the other side's kernel, or nowhere.
  void dialled(std::size_t n, std::size_t to, const membership::attempt& made);
  void dial_failed(std::size_t n, const membership::attempt& made, const char* problem, membership::failure how,
                   microseconds after_us);
  void open(std::size_t n, std::size_t to, const membership::attempt& made);

  // -- trouble
  // ---------------------------------------------------------------------------------------------------------

  void add_journals();
  void add_journal(std::size_t n);
  void trouble_nodes();
  void trouble_links();
  void send_bulk();
  void stop(std::size_t n, host_state state, microseconds time_us);
  void wake(std::size_t n);
  /// `time_us`: until it is started again.
  void kill(std::size_t n, microseconds time_us);
  void leave(std::size_t n, microseconds time_us);
  void forget(std::size_t n);
  void cut(std::size_t a, std::size_t b, microseconds time_us, bool is_one_way);
  void heal();

  // -- the judge
  // -------------------------------------------------------------------------------------------------------

  /// Throws if `n` had no right to take `other` for down.
  void judge_down(std::size_t n, std::size_t other, const std::string& why);
  /// Throws if `n` has not awaited it for long enough.
  void judge_overdue(std::size_t n, std::size_t other);
  void judge_dial(std::size_t n, const membership::attempt& made);
  /// The trouble of a node has begun, or `observer` has woken beside it.
  void expect_missed(std::size_t n, std::size_t observer);
  /// It has begun to run.
  void expect_decided(std::size_t n);
  void expect_no_endless_wait(std::size_t n);
  bool is_clean(std::size_t from, std::size_t to);
  void log_line(std::size_t n, std::size_t other);
  /// The disk of `n` is about to have this id.
  void judge_id(std::size_t n, membership::cluster_id id);
  void check_ids();
  void check_all_up();
  void check_all_forgotten();
  /// It never leaves for good.
  bool is_listed(std::size_t n) const {
    return n < scenario_.listed;
  }
  bool knows(std::size_t n, std::size_t other) const;
  std::string name(std::size_t n) const {
    return std::string(1, static_cast<char>('a' + n));
  }
  /// Of a name, or an address.
  static std::size_t number(const std::string& node) {
    return static_cast<std::size_t>(node.front() - 'a');
  }
  void tell(const std::string& what);
  [[noreturn]] void fail(const char* check, const std::string& found);

  scenario scenario_;
  simulation::random_source random_;
  simulation::random_source disks_;
  /// The id that is final on some disk; 0 if none is.
  std::uint64_t final_id_ = 0;
  membership::heartbeat_options heartbeats_;
  std::vector<node> nodes_;
  std::map<std::pair<std::size_t, std::size_t>, link> links_;
  std::uint64_t last_connection_ = 0;
  std::uint64_t last_incarnation_ = 0;
  bool is_healed_ = false;
  microseconds now_us_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t last_order_ = 0;
  std::priority_queue<event, std::vector<event>, std::greater<>> events_;
  std::string* trace_ = nullptr;
};

} // namespace ariadne::membership_simulation
