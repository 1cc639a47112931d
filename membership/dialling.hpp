#pragma once

#include "membership/node_table.hpp"
#include "membership/seed_list.hpp"
#include "membership/view_command.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ariadne::membership {

/// To whom one node connects, and when: attempts at the nodes of the table, by name, and at addresses where somebody
/// may be found; and the introductions that follow where somebody was reached.
///
///     dial --> reached, failed or unneeded          introduce --> answered or unanswered
///
/// Before `begin`, and after `end`, it connects to nobody. Between two calls, in between:
///
///     D1  Whoever is due next, the node is to be woken no later.
class dialling {
public:
  /// Both must outlive this.
  dialling(node_table& table, seed_list_options options, std::vector<view_command>& commands)
    : table_(table), seeds_(options), commands_(commands) {}

  seed_list& seeds() {
    return seeds_;
  }

  /// Returns whether it is the first time.
  bool begin();
  void end() {
    has_ended_ = true;
  }

  /// To be called after whatever may have made a node due.
  void schedule(std::uint64_t now_ms);
  /// Connects to all that are due.
  void dial_due(std::uint64_t now_ms);

  /// Whether a connection to the node is still of use.
  bool needs(const std::string& node) const;
  /// The attempt is over, and has not failed.
  void ended(const std::string& node, std::uint64_t now_ms);

  /// The attempt has reached somebody, to whom this node introduces itself.
  void introduce_to(contact by, const attempt& made, introduction self);
  /// Whether the answer to an introduction matters still; not, if contact was lost before. To be asked once.
  bool is_awaited(const std::string& node, std::uint64_t number);
  /// No answer is awaited any more from the node. Returns the attempt, if it was.
  std::optional<attempt> await_no_more(const std::string& node);
  /// The contact is lost: likewise, where it was found at an address, and has not said yet who it is.
  std::vector<attempt> await_no_more(contact whom);

  /// The first invariant that does not hold, in words; empty if all do.
  std::string check_invariants() const;

private:
  bool may_dial() const {
    return has_begun_ && !has_ended_;
  }
  std::optional<std::uint64_t> next_due_ms() const;

  node_table& table_;
  seed_list seeds_;
  std::vector<view_command>& commands_;
  bool has_begun_ = false;
  bool has_ended_ = false;
  /// By name: the attempts that wait for the other node to answer the introduction, numbered.
  std::map<std::string, pending_introduction> introducing_;
  std::uint64_t last_introduction_ = 0;
  /// When this node is to connect to others next, as far as it was commanded.
  std::optional<std::uint64_t> wakes_at_;
};

} // namespace ariadne::membership
