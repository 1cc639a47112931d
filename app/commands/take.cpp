#include "app/commands/take.hpp"

#include "app/client/node_request.hpp"
#include "app/client/value_mover.hpp"
#include "app/output/output.hpp"
#include "crdt/printable_text.hpp"
#include "ops/node_report.hpp"

#include <fmt/format.h>

namespace ariadne {

namespace {

/// Says what has become of the state that has been written out. That is done with, so nothing here is a failure of it.
exit_code report_taken(const discard_receipt& done, const std::string& key) {
  const auto newer = done.standing.counter > 0;
  if (done.discarded && newer)
    complain(fmt::format("what was stashed under {} at the same time stays there, as event {}", key,
                         event_text(done.standing)));
  if (done.discarded)
    return exit_code::done;
  complain(newer
             ? fmt::format("what was under {} is written out, but it has been replaced by event {}, which stays", key,
                           event_text(done.standing))
             : fmt::format("what was under {} is written out, but somebody else has taken or discarded it, too", key));
  return exit_code::superseded;
}

} // namespace

CLI::App* take_command::declare(CLI::App& parent) {
  return declare_read(parent, "take",
                      "Write the state under a key to stdout, and then discard what has been written, and nothing "
                      "newer; if it cannot be written, it stays. Nodes that do so at once may all get it");
}

fallible<exit_code> take_command::run_at(const contact_points& points) const {
  // The state is held until it has been written out, and only then discarded: that event, and nothing newer.
  const auto visit = [this](caf::actor_system& system, node_connection& client) -> fallible<exit_code> {
    const auto handoff = client.handoff();
    if (!handoff)
      return tl::unexpected(handoff.error());
    value_mover mover{system, client};
    const auto result = mover.hold(key, wait);
    if (!result)
      return tl::unexpected(result.error());
    const auto written = print(*result);
    if (result->outcome != pickup_outcome::found)
      return written;
    const auto shown_key = crdt::escaped_briefly(key);
    if (!written)
      return tl::unexpected(
        failure{fmt::format("{}; the state stays under {}", written.error().text, shown_key), written.error().code});
    // Whatever reads stdout may have taken longer than the timeout.
    client.begin_anew();
    const auto done = client.ask<discard_receipt>(*handoff, discard_atom_v, key, result->event);
    if (!done)
      return tl::unexpected(
        fmt::format("the state is written out, but may still be under {}: {}", shown_key, done.error().text));
    return report_taken(*done, shown_key);
  };
  return carry_out({.visit = visit, .is_answer_wanted = true, .is_read = true}, points, timeout);
}

} // namespace ariadne
