#include "app/client/report_request.hpp"

#include <optional>
#include <utility>

namespace ariadne {

fallible<node_report> ask_report(node_connection& client) {
  auto status = client.handoff().and_then(
    [&](const state_handoff_actor& handoff) { return client.ask<node_status>(handoff, status_atom_v); });
  if (!status)
    return tl::unexpected(status.error());
  auto members = client.members();
  if (!members)
    return tl::unexpected(members.error());
  // A node that hosts no sessions, or none at the moment, has a status all the same.
  auto hosting = client.session_host().and_then(
    [&](const session_host_actor& host) { return client.ask<session_host_status>(host, status_atom_v); });
  node_report result{std::move(*status), std::move(*members),
                     hosting ? std::optional{std::move(*hosting)} : std::nullopt, client.is_secured()};
  // So has one that keeps no journal.
  if (auto storage = client.storage().and_then(
        [&](const storage_actor& found) { return client.ask<storage_status>(found, status_atom_v); }))
    result.storage = std::move(*storage);
  // And one that does not tell how it was started.
  if (auto told = client.settings().and_then(
        [&](const settings_actor& found) { return client.ask<node_settings>(found, status_atom_v); }))
    result.settings = std::move(told->settings);
  return result;
}

} // namespace ariadne
