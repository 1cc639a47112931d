#pragma once

#include "actors/internal/storage_messages.hpp"
#include "actors/storage_options.hpp"

namespace ariadne {

/// What a replica that keeps a journal is started with.
struct replica_journal {
  journal_keeping_actor storage;
  storage_opening opening;
  storage_options options;
};

} // namespace ariadne
