#pragma once

#include "session/mailbox.hpp"
#include "session/news.hpp"
#include "session/stage_machine.hpp"
#include "session/waiters.hpp"

#include <map>
#include <string>

namespace ariadne::session {

/// A session as a host knows it.
struct hosted_session {
  explicit hosted_session(queue_budget& queue) : mail(queue) {}

  /// All that has happened to all sessions up to this one has been heeded.
  news_log::number heard = 0;
  stage_machine machine;
  /// Who wants it to run, or to end.
  session::waiters waiting;
  mailbox mail;

  /// Whether nobody knows the session, or wants to start it.
  bool is_unknown(const host_context& host) const {
    return host.mandate.is_caught_up() && machine.is(stage::none) && !machine.record().is_session()
           && !waiting.want(request_type::start);
  }

  /// Whether it may be forgotten.
  bool is_idle(const host_context& host) const {
    return waiting.empty() && mail.is_empty() && machine.is_idle(host);
  }
};

using session_map = std::map<session_key, hosted_session>;
using session_entry = session_map::value_type;

inline session_scope scope_of(session_entry& e, host_context& host) {
  return {e.first, e.second.waiting, host};
}

} // namespace ariadne::session
