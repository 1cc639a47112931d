#include "app/client/node_request.hpp"

#include "app/client/nodes_in_turn.hpp"
#include "app/output/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ariadne {

fallible<exit_code> carry_out(const node_request& request, const contact_points& points,
                              std::chrono::milliseconds timeout) {
  if (request.is_answer_wanted)
    if (auto writable = check_stdout(); !writable)
      return tl::unexpected(std::move(writable.error()));
  using clock = std::chrono::steady_clock;
  client_config config{points.security};
  caf::actor_system system{config};
  const auto deadline = clock::now() + timeout;
  const auto visit_all = [&](const node_visit& visit) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now());
    return visit_in_turn(system, points.nodes, std::max(left, std::chrono::milliseconds{1}), visit,
                         [&](const node_connection& client, const failure& why) {
                           return !client.has_answered()
                                  && (why.fate == request_fate::undone
                                      || (why.fate == request_fate::unknown && request.is_read));
                         });
  };
  const auto visit = [&](node_connection& client) { return request.visit(system, client); };
  const auto visit_if_fit = [&](node_connection& client) {
    return client.check_hosting().and_then([&] { return visit(client); });
  };
  // A node that can run no sessions would wait for the time to be up, while another one may answer at once.
  const auto prefers_fit = request.is_about_session && points.nodes.size() > 1;
  auto result = prefers_fit ? visit_all(visit_if_fit) : visit_all(visit);
  if (prefers_fit && !result && result.error().fate == request_fate::undone && clock::now() < deadline)
    result = visit_all(visit);
  if (!result && result.error().fate == request_fate::unknown && !request.is_read)
    result.error().text += fmt::format("; {}", request.in_doubt);
  return result;
}

} // namespace ariadne
