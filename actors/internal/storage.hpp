#pragma once

#include "actors/internal/storage_messages.hpp"
#include "actors/log.hpp"

#include <caf/actor_system.hpp>

#include <string>

// The actor that has a node's directory to itself, in a thread of its own. What the replica hands out is written there
// in the order in which it comes, one batch at a time; whatever changes meanwhile is in the next one. So a slow disk
// makes larger batches, and nothing waits for it but the answers that stand on it.
//
// The supervisor owns it, not the pair: a pair that is started anew begins with what the directory has, as it does at
// the start of the process. Of a pair that is no more, nothing is written.

namespace ariadne {

/// It runs until it is told to exit, and syncs what is written then.
journal_keeping_actor spawn_storage(caf::actor_system& system, storage_options options, std::string cluster,
                                    std::string node, log_sink log);

} // namespace ariadne
