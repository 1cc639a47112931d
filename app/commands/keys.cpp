#include "app/commands/keys.hpp"

#include "app/client/node_request.hpp"
#include "app/output/list_printer.hpp"
#include "app/output/output.hpp"
#include "crdt/printable_text.hpp"

#include <utility>

namespace ariadne {

CLI::App* keys_command::declare(CLI::App& parent) {
  auto* sub = declare_as(parent, "keys", "List the keys, sorted");
  add_prefix(*sub, prefix, "Only the keys that start with it");
  return sub;
}

fallible<exit_code> keys_command::run_at(const contact_points& points) const {
  const auto visit = [this](caf::actor_system&, node_connection& client) -> fallible<exit_code> {
    const auto handoff = client.handoff();
    if (!handoff)
      return tl::unexpected(handoff.error());
    list_printer printer{json, write_out};
    std::string last;
    for (auto is_last = false; !is_last;) {
      auto page = client.ask<keys_page>(*handoff, keys_atom_v, prefix, last);
      if (!page)
        return tl::unexpected(page.error());
      for (const auto& key : page->keys)
        printer.add(crdt::escaped(key), listed_bytes("key", key));
      if (auto written = printer.end_page(); !written)
        return tl::unexpected(written.error());
      is_last = page->is_last || page->keys.empty();
      if (!is_last)
        last = std::move(page->keys.back());
      client.begin_anew();
    }
    return printer.end().map([] { return exit_code::done; });
  };
  return carry_out({.visit = visit, .is_answer_wanted = true, .is_read = true}, points, timeout);
}

} // namespace ariadne
