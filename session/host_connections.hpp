#pragma once

#include "session/session_record.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ariadne::session {

/// Which hosts of other nodes this one is connected to, and how connections come about. Of two hosts the one with the
/// lesser incarnation begins a connection, and numbers it; the other one may ask it to, once it has found it.
///
///     lesser                            greater
///       | -- introduction, number ----->  |  connected
///       | <-- answer -------------------  |
///     connected
///       | <-- request to begin, last number it has got
///     begins, unless a later one than that stands
///
/// A frame is of one connection, and dropped by a host that has another one: so what the one side has sent before it
/// lost the connection reaches no later one, and both begin anew.
///
/// - At most one connection to each node stands.
/// - A node is **unmet** while it is up and its host, if it has one, is not connected.
///
/// Not thread-safe. Messages and searches are carried out by whoever empties `take_commands` after each call.
class host_connections {
public:
  /// Send the introduction, then call `answered` or `failed`.
  struct introduce {
    host_id to;
    std::uint64_t number = 0;
  };
  /// Send the request to begin. Nothing is to be called if it is lost.
  struct ask_to_begin {
    host_id whom;
    std::uint64_t last_number = 0;
  };
  /// Look for the host of the node, then call `found`, `has_no_host` or `search_failed`.
  struct search {
    std::string node;
  };
  /// Who is connected has changed, or which nodes are unmet: they are `unmet` from now on.
  struct change {
    std::optional<host_id> connected;
    std::optional<host_id> disconnected;
    /// Why it is: "node x ... ".
    std::string_view why;
    std::set<std::string> unmet;
  };
  using command = std::variant<introduce, ask_to_begin, search, change>;

  explicit host_connections(host_id self) : self_(std::move(self)) {}

  /// The nodes that are up, this one not among them. Those that are unmet are looked for.
  void set_nodes(std::set<std::string> up);
  void found(const host_id& peer);
  /// It may get one; that one connects to this host, or asks it to.
  void has_no_host(const std::string& node);
  void search_failed(const std::string& node) {
    searched_.erase(node);
  }

  /// An introduction has come in.
  void introduced(const host_id& peer, std::uint64_t number);
  /// A request to begin has come in.
  void asked_to_begin(const host_id& peer, std::uint64_t last_number);
  /// An introduction has been answered.
  void answered(const host_id& peer, std::uint64_t number);
  void failed(const host_id& peer) {
    beginning_.erase(peer);
  }
  /// The connection is lost, if there is one.
  void lost(const host_id& peer, std::string_view why);

  /// Whose frames have this incarnation and number; nobody's, if they are of another connection.
  std::optional<host_id> sender_of(std::uint64_t incarnation, std::uint64_t number) const;
  /// What the frames to this host are marked with; nothing, if it is not connected.
  std::optional<std::uint64_t> number_to(const host_id& peer) const;

  /// Whether no node is unmet, as far as is known since a connection was last lost: its node may have ended, or start
  /// another host.
  bool is_complete() const {
    return !has_lost_ && unmet().empty();
  }

  std::vector<command> take_commands() {
    return std::exchange(commands_, {});
  }

  /// Which invariant is broken; nothing, if none is.
  std::string_view check_invariants() const;

private:
  std::set<std::string> unmet() const;
  void begin(const host_id& peer);
  void connect(const host_id& peer, std::uint64_t number);
  void note_change(change c);

  host_id self_;
  std::set<std::string> up_;
  /// Those that have no host.
  std::set<std::string> hostless_;
  /// Those whose hosts are being looked for.
  std::set<std::string> searched_;
  /// To these an introduction is on its way, with this number.
  std::map<host_id, std::uint64_t> beginning_;
  /// The numbers of the connections that stand.
  std::map<host_id, std::uint64_t> connected_;
  /// The number of the last connection that each has begun.
  std::map<host_id, std::uint64_t> accepted_;
  std::uint64_t last_number_ = 0;
  bool has_lost_ = true;
  std::vector<command> commands_;
};

} // namespace ariadne::session
