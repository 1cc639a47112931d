#pragma once

#include "actors/client_prefixes.hpp"
#include "actors/identity.hpp"
#include "actors/internal/node_tally.hpp"
#include "actors/log.hpp"
#include "actors/network/report_throttle.hpp"
#include "actors/network/tls_context.hpp"
#include "actors/network_security.hpp"
#include "ops/http.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne {

/// Who asks, as its certificate says: nobody, if it has shown none. What it may name.
struct http_visitor {
  std::optional<identity> who;
  client_limit limit = {};
};

/// Whether it may look at more than whether the node is alive and ready.
bool may_look(const http_visitor& visitor);

/// Why a request is not answered, in one sentence without a final stop; nothing if it is.
std::optional<std::string> why_refused(const http_visitor& visitor, const std::string& cluster, http_route route,
                                       std::string_view target);

/// Who is let in to an admin server that speaks TLS: with the certificates of the node, which may be read anew at any
/// time. What it refuses is one line of the log, at most one a minute for each address and reason, and is counted with
/// all other refused connections. For the thread of the server.
class http_door {
public:
  /// `security` has certificates; `counted` has to outlive this object.
  http_door(network_security security, node_tally& counted, log_sink log)
    : security_(std::move(security)), counted_(counted), log_(std::move(log)) {}

  /// What new connections are made with.
  std::shared_ptr<const tls_context> context() const {
    return security_.tls->current();
  }
  const std::string& cluster() const {
    return security_.tls->cluster();
  }

  http_visitor visitor_of(const identity* who) const;

  /// A connection is closed. `cause` is what it is counted as; `why` ends a sentence about the other side.
  void report_connection(const std::string& address, const char* cause, std::string_view why);
  /// A request is refused.
  void report_request(const std::string& address, const http_visitor& visitor, std::string_view why);

private:
  void report(const std::string& address, const char* cause, const log_entry& entry);

  const network_security security_;
  node_tally& counted_;
  const log_sink log_;
  report_throttle throttle_;
};

} // namespace ariadne
