#include "app/commands/discard.hpp"

#include "app/client/node_request.hpp"
#include "app/output/output.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ariadne {

CLI::App* discard_command::declare(CLI::App& parent) {
  auto* sub = declare_as(parent, "discard", "Forget the state under a key");
  add_bytes(*sub, "KEY", key, "What is to be forgotten");
  return sub;
}

fallible<exit_code> discard_command::run_at(const contact_points& points) const {
  const auto visit = [this](caf::actor_system&, node_connection& client) {
    return client.handoff()
      .and_then([&](const state_handoff_actor& handoff) { return client.ask<bool>(handoff, discard_atom_v, key); })
      .map([this](bool discarded) {
        if (json)
          write_receipt(json_line({{"discarded", discarded}}));
        else if (!discarded)
          complain(fmt::format("there is nothing under {}", crdt::escaped_briefly(key)));
        return discarded ? exit_code::done : exit_code::absent;
      });
  };
  return carry_out({.visit = visit, .in_doubt = "the state may have been discarded"}, points, timeout);
}

} // namespace ariadne
