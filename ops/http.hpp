#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne {

// What of an HTTP request matters here, and what is answered. No input or output.

struct http_answer {
  unsigned status = 200;
  const char* content_type = "text/plain; charset=utf-8";
  std::string body;
  /// Names what it is, in quotation marks, if it stays the same until the program is another one; then a browser may
  /// keep it and ask whether it has changed.
  std::string tag = {};
};

using answer_taker = std::function<void(http_answer)>;

/// What is asked for. `file` is a part of the page.
enum class http_route { live, ready, metrics, status, sessions, keys, events, file, unknown };

/// The route of a target such as "/metrics?x=1"; a query changes nothing.
http_route route_of(std::string_view target);

/// A part of the page, which the program has in itself; 404 if there is none.
http_answer page_file(std::string_view target);

/// The value of a parameter in the query of a target, with its percent signs undone; nothing if it is not there.
std::optional<std::string> query_value(std::string_view target, std::string_view name);

/// Whether a request with this `Host` header is meant for this server: an address, "localhost", or one of `names`; with
/// or without a port. A page of somebody else's, whose name its owner lets point here (DNS rebinding), names itself.
bool is_own_host(std::string_view host, const std::vector<std::string>& names);

} // namespace ariadne
