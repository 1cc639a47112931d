#pragma once

#include "session/command_list.hpp"
#include "session/epoch_reserve.hpp"
#include "session/mailbox.hpp"
#include "session/mandate.hpp"
#include "session/peer_links.hpp"
#include "session/record_view.hpp"
#include "session/roster.hpp"
#include "session/session_host_options.hpp"

#include <cstdint>
#include <set>
#include <utility>

namespace ariadne::session {

/// What the sessions of one host share.
struct host_context {
  host_context(session_host_options o, std::uint64_t now)
    : options(std::move(o)), now_ms(now), links(options.pieces, commands), hosts(options), mandate(options, now),
      epochs(options.self, options.pauses() && options.durable_records), queue{.messages_max =
                                                                                 options.queue_messages_max,
                                                                               .bytes_max = options.queue_bytes_max} {}

  const session_host_options options;
  std::uint64_t now_ms;
  command_list commands;
  peer_links links;
  roster hosts;
  session::mandate mandate;
  epoch_reserve epochs;
  queue_budget queue;
  run_counts running;
  /// The sessions with a stage, and those of them that are on the move because `session_host` has begun it.
  std::set<session_key> here;
  std::set<session_key> moving;
  run_id last_run;
};

} // namespace ariadne::session
