#include "app/commands/sessions.hpp"

#include "app/client/node_request.hpp"
#include "app/output/list_printer.hpp"
#include "app/output/output.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace ariadne {

CLI::App* sessions_command::declare(CLI::App& parent) {
  auto* sub = declare_as(parent, "sessions", "List the sessions and where they run");
  add_prefix(*sub, prefix, "Only those whose KIND/ID starts with it");
  return sub;
}

fallible<exit_code> sessions_command::run_at(const contact_points& points) const {
  const auto visit = [this](caf::actor_system&, node_connection& client) -> fallible<exit_code> {
    const auto host = client.session_host();
    if (!host)
      return tl::unexpected(host.error());
    list_printer printer{json, write_out};
    sessions_page page;
    while (!page.is_last) {
      auto next = client.ask<sessions_page>(*host, sessions_atom_v, page.last_kind, page.last_id);
      if (!next)
        return tl::unexpected(next.error());
      page = std::move(*next);
      for (const auto& s : page.sessions) {
        const auto name = fmt::format("{}/{}", s.kind, s.id);
        if (!name.starts_with(prefix))
          continue;
        nlohmann::json entry{{"phase", s.phase}, {"epoch", s.epoch}};
        put_bytes(entry, "kind", s.kind);
        put_bytes(entry, "id", s.id);
        put_bytes(entry, "node", s.node);
        printer.add(fmt::format("{}  {} on {}, epoch {}", crdt::escaped(name), crdt::printable(s.phase),
                                crdt::escaped(s.node), s.epoch),
                    entry);
      }
      if (auto written = printer.end_page(); !written)
        return tl::unexpected(written.error());
      client.begin_anew();
    }
    return printer.end().map([] { return exit_code::done; });
  };
  return carry_out({.visit = visit, .is_answer_wanted = true, .is_read = true}, points, timeout);
}

} // namespace ariadne
