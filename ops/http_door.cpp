#include "ops/http_door.hpp"

#include <fmt/format.h>

namespace ariadne {

bool may_look(const http_visitor& visitor) {
  return visitor.who && visitor.who->is != role::client;
}

std::optional<std::string> why_refused(const http_visitor& visitor, const std::string& cluster, http_route route,
                                       std::string_view target) {
  if (route == http_route::live || route == http_route::ready)
    return std::nullopt;
  if (!visitor.who)
    return fmt::format("without the certificate of an observer of cluster {}, /livez and /readyz are answered, and "
                       "nothing else",
                       cluster);
  if (!may_look(visitor))
    return fmt::format("a client may ask for /livez and /readyz, and for nothing else: an observer of cluster {} may",
                       cluster);
  const auto prefixes = visitor.limit.now();
  if (!prefixes)
    return std::nullopt;
  const auto prefix = query_value(target, "prefix");
  const auto lists_keys = route == http_route::keys || (route == http_route::events && prefix);
  if (route != http_route::sessions && (!lists_keys || prefixes->cover(prefix.value_or(""))))
    return std::nullopt;
  return fmt::format("{} {} may name {}, and no other key or session: so says [security.clients] of this node",
                     to_string(visitor.who->is), visitor.who->name, prefixes->in_words());
}

http_visitor http_door::visitor_of(const identity* who) const {
  if (who == nullptr)
    return {};
  // As with its requests to the node: whoever may have a node back up all of it is not limited.
  if (who->is != role::observer)
    return {*who};
  return {*who, client_limit{security_.prefixes, who->name}};
}

void http_door::report_connection(const std::string& address, const char* cause, std::string_view why) {
  report(address, cause,
         {log_level::warning,
          log_event::connection_refused,
          "admin: the connection from {address} is closed: {reason}",
          {{"address", address}, {"reason", why}, {"cause", cause}}});
}

void http_door::report_request(const std::string& address, const http_visitor& visitor, std::string_view why) {
  const auto who = visitor.who ? in_words(*visitor.who) : std::string{"somebody"};
  report(address, "role",
         {log_level::warning,
          log_event::connection_refused,
          "admin: what {who} at {address} asks for is refused: {reason}",
          {{"who", who}, {"address", address}, {"reason", why}, {"cause", "role"}}});
}

void http_door::report(const std::string& address, const char* cause, const log_entry& entry) {
  counted_.connections_refused[cause].add();
  if (throttle_.is_due(address, entry.message(), report_throttle::time_point::clock::now()))
    log_(entry);
}

} // namespace ariadne
