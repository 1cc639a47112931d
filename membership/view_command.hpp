#pragma once

#include "membership/admission.hpp"
#include "membership/cluster_identity.hpp"
#include "membership/node_table.hpp"
#include "membership/signs_of_life.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

// What a cluster_view wants to be done, in this order.

namespace ariadne::membership {

/// The actor that speaks for another node, by a number of whoever drives the view. As long as the view watches it, the
/// number stands for nothing else.
enum class contact : std::uint64_t { nobody = 0 };

// -- other nodes -----------------------------------------------------------------------------------------------------

/// The view is to be told when the contact ends; as often as it is watched, it has to be watched no more.
struct watch {
  contact whom;
};
struct watch_no_more {
  contact whom;
};

/// An attempt to connect begins. It ends with `reached`, `failed` or `unneeded`.
struct dial {
  attempt made;
};
/// The attempt at this node, if one is under way, is of no use any more.
struct break_off {
  std::string node;
};

/// An introduction that waits for its answer.
struct pending_introduction {
  contact to = contact::nobody;
  attempt made;
  /// 0: the contact is a member already, and the answer may take any time.
  std::uint64_t number = 0;
};
/// This node introduces itself. The answer is told the view as `answered` or `unanswered`.
struct introduce {
  introduction self;
  pending_introduction pending;
};

struct send_beat {
  contact to;
  beat sign;
};
struct tell_news {
  contact to;
  std::vector<news> members;
};
/// Another node, at this address, claims the name of the one that is told so.
struct warn_of_claimant {
  contact owner;
  std::string address;
};
struct say_farewell {
  contact to;
};

/// What the connection has carried is to be told by `seen`.
struct look_at_connection {
  contact of;
};
/// Ends the connection: whoever is at its other end is lost to this side.
struct disconnect {
  contact from;
};

// -- this node -------------------------------------------------------------------------------------------------------

enum class standing : std::uint8_t { up, down, left, forgotten };

/// What those on this node who replicate are to make of another node. `by`: the contact of one that is up.
struct tell_handoff {
  std::string node;
  standing is = standing::down;
  contact by = contact::nobody;
};

/// They need not wait any more for nodes that are expected: these have been met, or have not come in time.
struct expect_no_more {};

/// `connect_to_due` is to be called after this time.
struct wake {
  std::chrono::milliseconds after{};
};

/// `judge_suspects` is to be called once their connections have had the time to be looked at.
struct judge_soon {};

/// Another node has the name of this one, which is to end unless it holds any state.
struct give_way {
  std::string reason;
};

/// The journal of this node is to say that it belongs to this cluster. What has come of it is told the view as
/// `id_kept` or `id_not_kept`.
struct keep_id {
  cluster_id id;
};

/// Most nodes belong to another cluster than the journal of this one, which is to end: `reason`.
struct give_up_journal {
  std::string reason;
};

/// How a node was lost: its connection has ended, or nothing has come by it for too long.
enum class loss_cause : std::uint8_t { connection, silence };

/// What an operator should know.
struct report {
  enum class subject : std::uint8_t {
    /// This process was not run for `time`. `is_usual`: so short that others have hardly missed it.
    not_run,
    /// A node at `address` claims the name of this one.
    name_claimed,
    /// The node is refused: `text`.
    refused,
    /// `text` has become of the node.
    changed,
    /// It cannot be connected to: `text`. `is_usual`: since nobody is there.
    unreachable,
    /// It is down: `text`, for this `cause`.
    down,
    /// Its link has been lost `count` times within `time`.
    unsteady,
    /// It is forgotten: `text`.
    forgotten,
    /// Not so many nodes as are expected, but only `count`, have been met within `time`.
    few_met,
    /// It has started from a copy of the journal from which this one has: `text`.
    journal_copied,
  };

  subject about = subject::changed;
  std::string node = {};
  std::string address = {};
  std::string text = {};
  bool is_usual = false;
  std::size_t count = 0;
  std::chrono::milliseconds time{};
  loss_cause cause = loss_cause::connection;
};

/// So that each kind of command can be handled in a function of its own.
template <class... Functions>
struct overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
overloaded(Functions...) -> overloaded<Functions...>;

using view_command = std::variant<watch, watch_no_more, dial, break_off, introduce, send_beat, tell_news,
                                  warn_of_claimant, say_farewell, look_at_connection, disconnect, tell_handoff,
                                  expect_no_more, wake, judge_soon, give_way, keep_id, give_up_journal, report>;

} // namespace ariadne::membership
