#pragma once

#include "membership/admission.hpp"
#include "membership/cluster_identity.hpp"
#include "membership/copied_journals.hpp"
#include "membership/dialling.hpp"
#include "membership/expected_nodes.hpp"
#include "membership/heartbeat_options.hpp"
#include "membership/instant.hpp"
#include "membership/link_activity.hpp"
#include "membership/liveness.hpp"
#include "membership/node_table.hpp"
#include "membership/view_command.hpp"
#include "membership/view_reports.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What one node makes of the others of its cluster: whom it knows (node_table) and dials next (dialling), who of them
// is alive (liveness), whom it accepts (admission, cluster_identity), what it tells them, and what those on its own
// node and its operator (view_reports) are told.
//
// One introduction makes both nodes members, whoever has connected. So a node may join by its own introduction while it
// is dialled or introduced to, or be forgotten: each step first looks whether it is still needed.
//
// A state machine without I/O: what happens comes in with the time and a random number, what is to be done goes out as
// commands. Between two calls it keeps these invariants, and those of the table:
//
//     V1  A node is up in the table exactly if its signs of life are expected, and then it has a contact.
//     V2  A node that is in doubt is down in the table.
//     V3  Only a node that is known has a contact, or anything else that is kept of it.

namespace ariadne::membership {

/// When something happens, and a number drawn at random for it.
struct moment {
  clock_reading clocks;
  std::uint32_t random = 0;
};

struct view_options {
  std::string cluster;
  std::string node;
  /// Where the others reach this node, as it says itself.
  std::string address;
  /// The nodes of the cluster file, with their addresses. This node itself may be among them.
  std::vector<std::pair<std::string, std::string>> listed;
  /// The nodes of which a majority agrees on the id of the cluster, this one among them unless it has joined.
  std::set<std::string> voters;
  /// As it stands in the journal of this node, if it keeps one.
  std::optional<cluster_id> id;
  /// The incarnations that have written that journal, the last one at the end.
  std::vector<std::uint64_t> former;
  /// How many nodes there should be, this one among them. Until so many have been met, or the node has tried to connect
  /// to others for so long, what it does not know proves nothing.
  std::size_t expect = 1;
  std::chrono::milliseconds expect_wait{0};
  node_table_options table;
  heartbeat_options heartbeats;
};

/// What another node has answered to an introduction.
struct introduction_answer {
  bool is_accepted = false;
  /// Why it is not.
  std::string reason;
  bool is_name_taken = false;
  /// If it is not, only its id is known.
  introduction node;
};

/// What is known of another node.
struct member {
  std::string address;
  presence state = presence::down;
  /// The incarnation of its state; 0 if it is not up, or has none.
  std::uint64_t incarnation = 0;
  std::chrono::microseconds round_trip{};
  /// How long ago it was last heard of; 0 if it never was.
  std::chrono::milliseconds since_contact{};
  /// Why it is down; empty if it is not, or if nobody knows.
  std::string problem;
};

class cluster_view {
public:
  cluster_view(view_options options, const moment& now);
  cluster_view(const cluster_view&) = delete;
  cluster_view& operator=(const cluster_view&) = delete;

  /// What is to be done since the last call.
  std::vector<view_command> take_commands() {
    return std::exchange(commands_, {});
  }

  // -- other nodes ---------------------------------------------------------------------------------------------------

  /// A node introduces itself. Nothing if it is a member from now on, and is to be answered by `own_introduction`; else
  /// why it is refused.
  std::optional<refusal> introduced(contact by, const introduction& other, const moment& now);

  /// Another node says that one at this address claims the name of this one.
  void name_claimed(const std::string& address);

  /// The contact says that its node leaves. Returns whether it was a member until then.
  bool has_left(contact by, const std::string& node, const moment& now);

  void told(contact by, const std::vector<news>& members, const moment& now);

  void heard(contact by, const beat& sign, const moment& now);

  /// What the connection to a contact has carried, as of the last look at it.
  void seen(contact by, const link_activity& activity);

  /// The contact is lost, or has ended.
  void ended(contact whom, const std::string& reason, const moment& now);

  // -- connecting ----------------------------------------------------------------------------------------------------

  /// These are the nodes of the cluster file now, with their addresses; this replaces what was listed before. Who is
  /// not up is connected to at once. Who is listed no more, and not discovered either, stays a member for as long as it
  /// is up, as one that has joined. Who is awaited after the start does not change.
  void listed(const std::vector<std::pair<std::string, std::string>>& nodes, const moment& now);

  /// At which addresses nodes may be found, whatever their names are; this replaces what was told before. An attempt at
  /// one of them has that address for the name of its node.
  void discovered(const std::vector<std::string>& addresses, const moment& now);

  void connect_to_due(const moment& now);

  /// Whether a connection to the node is still of use.
  bool needs_connection(const std::string& node) const {
    return dialling_.needs(node);
  }

  /// `reached_at`: where this node is reached by the other one, if it is at all interfaces.
  void reached(const attempt& made, contact by, std::string reached_at, const moment& now);
  /// Who answers there is this node itself.
  void reached_self(const attempt& made, const moment& now);
  void failed(const attempt& made, const std::string& problem, failure how, const moment& now);
  void unneeded(const attempt& made, const moment& now);

  /// What has come of the command `introduce`. Returns whether the other node is a member by that.
  bool answered(const pending_introduction& own, contact by, const introduction_answer& answer, const moment& now);
  void unanswered(const pending_introduction& own, const std::string& problem, const moment& now);

  // -- time ----------------------------------------------------------------------------------------------------------

  /// It is time for heartbeats, as it is every interval.
  void tick(const moment& now);

  /// The connections of suspects have been looked at, but for these, at which it takes long: then this node is busy
  /// itself, and has heard nobody.
  void judge_suspects(const std::set<contact>& still_looking, const moment& now);

  // -- this node -----------------------------------------------------------------------------------------------------

  /// Those on this node who are to be told of other nodes have been started, or started anew; or have ended.
  void handoff_started(const moment& now);
  void handoff_ended(const moment& now);

  /// The state of this node has this incarnation, or, if that is 0, is being restarted. Before it has one for the first
  /// time, the node connects to nobody: its port may not be open yet, and may never be.
  void set_incarnation(std::uint64_t incarnation, const moment& now);

  /// What has come of the command `keep_id`.
  void id_kept(const moment& now);
  void id_not_kept(const moment& now);

  /// Forgets a node on demand, and has the others do the same. If it is refused, nothing changes.
  std::optional<forget_refusal> forget(const std::string& node, const moment& now);

  /// This node leaves. From now on it neither connects to others nor accepts them.
  void leave();

  // -- what is known -------------------------------------------------------------------------------------------------

  introduction own_introduction(const moment& now) const;

  /// The names of all nodes that are known, sorted.
  std::vector<std::string> names() const {
    return table_.names();
  }

  /// Who speaks for the node; nobody, unless it is up.
  contact contact_of(const std::string& node) const;

  /// Whether it has not had the time to hear of the node: see liveness.
  bool is_awaited(const std::string& node) const {
    return life_.is_awaited(node);
  }

  /// Of a node that is known.
  member find(const std::string& node, const moment& now) const;

  /// Another node has accepted this one, or has been accepted.
  bool has_been_member() const {
    return has_been_member_;
  }

  /// The first invariant that does not hold, in words; empty if all do.
  std::string check_invariants() const;

private:
  /// What is kept of another node, beside what the table and its liveness are.
  struct peer {
    /// From the introduction on, until the connection is lost.
    contact membership = contact::nobody;
    /// 0 unless it is up and has a state.
    std::uint64_t incarnation = 0;
    introduced_address introduced;
  };

  /// To be called before anything is made of what has happened: a process that was frozen is sent what is old, in any
  /// order, before its clock has ticked.
  void look(const moment& now);
  void command(view_command what) {
    commands_.push_back(std::move(what));
  }
  instant present() const {
    return now_.clocks.now;
  }
  std::uint64_t now_ms() const;

  // Other nodes.
  std::optional<refusal> reason_to_refuse(const introduction& other, contact by) const;
  void report_refusal(const introduction& other, contact by, const refusal& refused);
  void join(const introduction& other, contact by, const std::string& dialled = {});
  std::string where_to_reach(const introduction& other, const std::string& dialled) const;
  void hear(const std::vector<news>& members);
  void met_foreign(const std::string& node, cluster_id its);
  void look_for_copy(const introduction& other);
  void keep_identity();
  void introduce_to_members();
  void lose(const std::string& node, const std::string& reason, loss_cause cause = loss_cause::connection);
  void give_up_waiting(const std::string& node);
  void draw_consequences(const std::string& forgotten, std::string_view why);
  void drop(const std::string& node);
  void set_contact(peer& p, contact by);
  void tell(const std::string& node);
  void tell_if_down(const std::string& node);
  void tell_news_to_one();

  // Connecting.
  void schedule_attempts() {
    dialling_.schedule(now_ms());
  }
  void end_attempt(const std::string& node) {
    dialling_.ended(node, now_ms());
  }
  void fail(const attempt& made, const std::string& problem, failure how = failure::other);
  bool is_nowhere(const std::string& node) const;
  void found_at(const std::string& address, const std::string& node);
  void unlist(const std::string& node);
  void note_met();

  bool is_up(const std::string& node) const;
  bool is_member(const std::string& node, const peer& p, contact by) const;

  view_options options_;
  std::vector<view_command> commands_;
  node_table table_;
  dialling dialling_;
  liveness life_;
  view_reports reports_;
  cluster_identity identity_;
  copied_journals copies_;
  expected_nodes expected_;
  /// When it is tried again to keep the id, which could not be kept.
  instant id_due_;
  /// By name: those of the table that this node has been connected to, or is about to be.
  std::map<std::string, peer> peers_;
  /// Their connections are looked at once more before they are judged.
  std::vector<std::string> suspects_;
  /// Who has been refused, and why: each refusal is reported once.
  std::map<contact, std::string> refused_;
  moment now_;
  instant news_due_;
  bool has_handoff_ = false;
  std::uint64_t incarnation_ = 0;
  bool has_been_member_ = false;
  bool is_leaving_ = false;
};

} // namespace ariadne::membership
