#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ariadne {

// What of an HTTP request matters here, and what is answered. No input or output.

struct http_answer {
  unsigned status = 200;
  const char* content_type = "text/plain; charset=utf-8";
  std::string body;
};

/// What is asked for.
enum class http_route { live, ready, metrics, status, unknown };

/// The route of a target such as "/metrics?x=1"; a query changes nothing.
http_route route_of(std::string_view target);

/// Whether a request with this `Host` header is meant for this server: an address, "localhost", or one of `names`; with
/// or without a port. A page of somebody else's, whose name its owner lets point here (DNS rebinding), names itself.
bool is_own_host(std::string_view host, const std::vector<std::string>& names);

} // namespace ariadne
