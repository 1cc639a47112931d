#pragma once

#include "session/hosted_session.hpp"
#include "session/peer_message.hpp"
#include "session/rounds.hpp"
#include "session/waiters.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne::session {

/// What the users of this host, and the other hosts, have asked for and not been answered yet.
///
/// - A request of this host's users stands in the book until it is answered, which it is once, or withdrawn. Its number
///   is never reused.
/// - Who waits for a session to run or to end waits at that session (waiters). A start or a stop of this host's users
/// is
///   passed on to the host whose concern it is, if that is another one, and passed on again if contact is lost. One
///   that has come from another host is dropped then: that host asks again.
/// - A request that nobody who is up can ever serve is answered soon, the others at their deadlines, with the reason.
///
/// Not thread-safe. Functions that take a session expect the one that the request is about.
class request_book {
public:
  struct request {
    session_key key;
    request_type type = request_type::start;
    std::uint64_t since_ms = 0;
    std::uint64_t deadline_ms = 0;
  };

  /// `host` outlives this.
  explicit request_book(host_context& host) : host_(host) {}

  // -- in and out ----------------------------------------------------------------------------------------------------

  /// Returns false, and answers the request, if the name of the session is not valid.
  bool add(std::uint64_t number, request r);
  /// Returns true, and answers the request, if this host starts no such session at all. `exists`: it has been started.
  bool refuse_start(std::uint64_t number, const session_key& key, const snapshot& state, bool exists);
  /// Null if it has been answered or withdrawn.
  const request* find(std::uint64_t number) const;
  /// Answers it, unless that has been done.
  void finish(std::uint64_t number, outcome result, host_id place = {}, std::string payload = {});
  /// Answers a request of this host's users, or of another host.
  void respond(const host_id& origin, std::uint64_t number, outcome result, host_id place = {},
               std::string payload = {});
  /// Nobody waits for the answer any more. Has no effect on a message that has been handed to its session here.
  void withdraw(session_entry& e, std::uint64_t number);
  /// Forgets a request that waits for the session, and the message that goes with it.
  void drop(session_entry& e, std::uint64_t number, const host_id& origin);

  // -- those who wait for a session ----------------------------------------------------------------------------------

  /// A request of another host, over the connection that there is to it.
  waiter waiter_from(const host_id& origin, std::uint64_t number, request_type type, snapshot state = {}) const;
  /// Does what can be done for one, or for all, as the session is now. Who is done with waits no more.
  void serve(session_entry& e, waiters::iterator w);
  void serve_all(session_entry& e);
  /// Goes on with those who were left over by the last call.
  void serve_more(session_entry& e);
  /// Another host has answered a start or a stop that was passed on to it. Returns whether that was the end of it.
  bool answered(session_entry& e, const host_id& from, response&& m);

  // -- time ----------------------------------------------------------------------------------------------------------

  /// All requests, or some, are to be looked at.
  void look_at_all() {
    round_.look_at_all();
  }
  void look_at_some(std::size_t count) {
    round_.look_at(count, requests_.size());
  }
  /// Whether some are to be looked at, or to be served, still.
  bool has_work() const {
    return round_.is_due() || !due_.empty();
  }
  /// Calls `look_at(number)` for some that are to be looked at, which may end them.
  template <class LookAt>
  void go_on(LookAt look_at) {
    round_.go_on(requests_, host_.options.step_sessions_max, [&](auto position) {
      if (host_.commands.is_enough())
        return std::optional<decltype(position)>{};
      const auto number = position->first;
      look_at(number);
      return std::optional{requests_.upper_bound(number)};
    });
  }
  /// Calls `serve(key)` for some sessions that more wait for than one call has answered.
  template <class Serve>
  void go_on_serving(Serve serve) {
    auto due = std::exchange(due_, {});
    for (auto left = host_.options.step_sessions_max; left > 0 && !due.empty() && !host_.commands.is_enough(); --left)
      serve(due.extract(due.begin()).value());
    due_.merge(due);
  }
  /// Whether its time is up, or nobody who is up can ever serve it.
  bool is_over(const session_entry& e, std::uint64_t number) const;
  /// Answers why it was not handled.
  void give_up(session_entry& e, std::uint64_t number);

  /// Which invariant is broken of those of this host's users who wait for the session; nothing, if none is.
  std::string_view check_invariants(const session_entry& e) const;

private:
  const host_id& self() const {
    return host_.hosts.self();
  }
  // Each returns whether the waiter is done with.
  bool serve_one(session_entry& e, waiter& w);
  bool serve_start(session_entry& e, waiter& w);
  bool serve_stop(session_entry& e, waiter& w);
  bool answer(const waiter& w, outcome result, const host_id& place = {});
  bool may_pass_on(const waiter& w) const;
  template <class Message>
  void pass_on(waiter& w, const host_id& to, const Message& message);
  /// A request that has been passed on to a host that was lost since has not been. Returns whether it has itself come
  /// from one.
  bool forget_loss(waiter& w) const;
  bool has_waited(std::uint64_t number, std::uint64_t wait_ms) const;
  bool is_hopeless(const session_entry& e, std::uint64_t number, const request& r) const;
  /// Of the state that a start of this host's users has come with; of any, if `number` is 0.
  std::uint32_t version_to_start(const hosted_session& s, std::uint64_t number) const;

  host_context& host_;
  std::map<std::uint64_t, request> requests_;
  rounds<std::uint64_t> round_;
  std::set<session_key> due_;
};

} // namespace ariadne::session
