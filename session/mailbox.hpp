#pragma once

#include "session/session_record.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne::session {

/// What the mailboxes of one host may hold together, and what they do.
struct queue_budget {
  /// Messages that wait for one session.
  std::size_t messages_max = 0;
  /// Of all that are held.
  std::size_t bytes_max = 0;
  std::size_t bytes = 0;
};

/// The messages for one session: those of this host on their way to whoever runs it, and those of other hosts that wait
/// for it to run here.
///
/// - A message of this host waits, is sent to an owner, comes back from one that does not run the session in that epoch
///   any more, and is sent to the next one. Its number, which is greater than those before, names it for ever.
/// - All that are sent and not answered are with one owner, the **route**, in one epoch. An owner handles those of one
///   epoch in order, and gives back all that come after the first that it gives back. So none is on its way to an
///   earlier owner when the next one gets a later one.
/// - An owner that has given one back gets no more in that epoch, nor does an earlier one.
///
/// Not thread-safe. The budget is that of the host, and outlives this.
class mailbox {
public:
  struct message {
    host_id origin;
    std::uint64_t number = 0;
    std::string payload;
    std::uint64_t arrived_ms = 0;
  };

  /// Where a message of this host is.
  struct sent_message {
    host_id to;
    /// Over which it has been sent there; 0 if that is this host.
    std::uint64_t connection = 0;
    std::uint64_t epoch = 0;
    /// What it says, if that is another host, which may give it back.
    std::string payload;
  };

  explicit mailbox(queue_budget& budget) : budget_(&budget) {}

  // -- of this host --------------------------------------------------------------------------------------------------

  /// Returns false, and does nothing, if there is no room.
  bool post(message m);

  /// Whether messages may go to this owner, as far as is known here.
  bool may_send_to(const host_id& owner, std::uint64_t epoch) const {
    return ownership{epoch, owner.incarnation} > given_back_;
  }

  /// Calls `send(number, payload)` for all that may go to the owner now, in order; a copy of each stays here.
  template <class Send>
  void send(const host_id& to, std::uint64_t epoch, std::uint64_t connection, Send send) {
    while (auto* m = begin_to_send(to, epoch, connection))
      send(m->first, m->second.payload);
  }

  /// The session runs here. Calls `hand(message&&)` for all that may go to it now, in order.
  template <class Hand>
  void hand_own(const host_id& self, std::uint64_t epoch, Hand hand) {
    while (auto* m = begin_to_send(self, epoch, 0)) {
      release(m->second.payload);
      hand(message{self, m->first, std::exchange(m->second.payload, {}), 0});
    }
  }

  /// It has come back from the owner that it was sent to, and is to be sent to the next one.
  void take_back(std::uint64_t number, const host_id& self, std::uint64_t now_ms);

  /// Where it has been sent to, if it has not been answered.
  const sent_message* find_sent(std::uint64_t number) const;

  /// It is answered, or nobody waits for that any more.
  void forget_sent(std::uint64_t number);

  bool has_own() const {
    return !own_.empty();
  }
  /// The oldest that has not been sent, if it has waited for that long.
  std::optional<message> take_own_older_than(std::uint64_t wait_ms, std::uint64_t now_ms) {
    return take_older_than(own_, wait_ms, now_ms);
  }
  /// Calls `refuse(message)` for all that have not been sent, and forgets them.
  template <class Refuse>
  void refuse_own(Refuse refuse) {
    empty(own_, refuse);
  }

  // -- of other hosts ------------------------------------------------------------------------------------------------

  /// Returns false, and does nothing, if there is no room.
  bool accept(message m);

  bool has_foreign() const {
    return !foreign_.empty();
  }
  /// Calls `take(message)` for all, in order, and forgets them.
  template <class Take>
  void take_foreign(Take take) {
    empty(foreign_, take);
  }
  std::optional<message> take_foreign_older_than(std::uint64_t wait_ms, std::uint64_t now_ms) {
    return take_older_than(foreign_, wait_ms, now_ms);
  }

  // -- of both -------------------------------------------------------------------------------------------------------

  /// Forgets one that waits here.
  void drop(std::uint64_t number, const host_id& origin);
  /// Those of a host that is gone.
  void drop_all_of(const host_id& origin);

  std::size_t waiting() const {
    return own_.size() + foreign_.size();
  }
  bool is_empty() const {
    return waiting() == 0 && sent_.empty();
  }
  /// Of all messages that are held.
  std::size_t bytes() const;

  /// Which invariant is broken; nothing, if none is.
  std::string_view check_invariants(const host_id& self) const;

private:
  /// An owner of the session; ordered as ranks are.
  struct ownership {
    std::uint64_t epoch = 0;
    std::uint64_t incarnation = 0;
    friend auto operator<=>(const ownership&, const ownership&) = default;
  };

  using sent_map = std::map<std::uint64_t, sent_message>;

  bool reserve(const std::string& payload);
  void release(const std::string& payload) {
    budget_->bytes -= payload.size();
  }
  /// The next one, as one that is sent; null if none may go there now.
  sent_map::value_type* begin_to_send(const host_id& to, std::uint64_t epoch, std::uint64_t connection);
  std::optional<message> take_older_than(std::list<message>& queue, std::uint64_t wait_ms, std::uint64_t now_ms);

  template <class Take>
  void empty(std::list<message>& queue, Take take) {
    for (auto& m : std::exchange(queue, {})) {
      release(m.payload);
      take(m);
    }
  }

  queue_budget* budget_;
  /// By number.
  std::list<message> own_;
  sent_map sent_;
  ownership route_;
  /// The last owner that has given messages back: it does not run the session any more.
  ownership given_back_;
  /// In the order in which they have come.
  std::list<message> foreign_;
};

} // namespace ariadne::session
