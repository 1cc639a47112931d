#pragma once

#include "session/request_book.hpp"

#include <cstdint>
#include <string>

namespace ariadne::session {

/// What becomes of the messages in the mailbox of a session as that comes and goes: they are handed to it where it
/// runs, sent to its owner, given back to where they have come from, or refused. Not thread-safe.
class message_desk {
public:
  /// Both outlive this.
  message_desk(host_context& host, request_book& requests) : host_(host), requests_(requests) {}

  /// A message of this host's users, whose request stands in the book.
  void post(session_entry& e, std::uint64_t number, std::string&& payload);
  /// A message of another host.
  void receive(session_entry& e, const host_id& from, delivery&& m);
  /// Another host answers a message that was sent to it, or gives it back.
  void answered(session_entry& e, const host_id& from, response&& m);
  /// The session here has handled a message of this host's users with this answer.
  void handled(session_entry& e, std::uint64_t number, outcome result, std::string&& answer);

  /// Does what can be done for all of them, as the session is now.
  void pump(session_entry& e);
  /// Answers those that have waited for too long.
  void expire(session_entry& e);
  /// Answers the message if the host that has it has been lost; returns whether it was so.
  bool give_up_if_lost(session_entry& e, std::uint64_t number);

private:
  void pump_foreign(session_entry& e);
  void send_to_owner(session_entry& e);
  void hand_over(const session_entry& e, mailbox::message&& m);
  void refuse_own(session_entry& e, const obstacle& why);

  host_context& host_;
  request_book& requests_;
};

} // namespace ariadne::session
