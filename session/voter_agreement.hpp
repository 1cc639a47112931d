#pragma once

#include "session/session_record.hpp"

#include <map>
#include <set>
#include <string>

namespace ariadne::session {

/// Which hosts count a majority of the same nodes as this one, as far as they say so.
///
/// Two majorities share a node if they are of the same nodes, or if one of the two lists has one name more. Where the
/// lists differ by more, that is not sure, and each side could let another owner run the same session. A host that has
/// been said nothing of, since its program does not say it, is trusted.
class voter_agreement {
public:
  /// `own`: the names of all nodes that count for this host.
  explicit voter_agreement(std::set<std::string> own) : own_(std::move(own)) {}

  const std::set<std::string>& own() const {
    return own_;
  }

  /// The host says that it will tell. Returns whether that is news; it gets no lease before it has told.
  bool will_tell(const host_id& host);

  /// The host counts a majority of these. Returns whether this host goes along with that.
  bool told(const host_id& host, const std::set<std::string>& voters);

  bool may_have_lease(const host_id& host) const;

  void gone(const host_id& host);

private:
  const std::set<std::string> own_;
  /// Whether it may have a lease, of those that tell.
  std::map<host_id, bool> may_have_lease_;
};

} // namespace ariadne::session
