#pragma once

#include "actors/write_options.hpp"

#include <chrono>

namespace ariadne {

/// When the state of a session is saved, and how many nodes have to hold it then. Its last state is saved whenever it
/// stops to move, whatever this says.
struct checkpoint_policy {
  enum class moment {
    /// When the session asks for it.
    by_hand,
    /// Once after each `interval` as well.
    interval,
    /// After each message that it has handled, too. The answer is given once the state is held: what a session has
    /// answered survives the crash of its node. Where answers wait for that, one save serves all that have come before.
    each_message,
  };

  moment when = moment::by_hand;
  std::chrono::milliseconds interval{0};
  /// `local`: this node alone, which replicates it at once; `one`, `majority`, `all` as in a write_concern. `count`
  /// makes no sense here.
  concern_level holders = concern_level::local;
  /// Each of these that keeps a journal is to have it on its disk, so that it outlives the end of all processes, or a
  /// power cut, as the mode of its storage says. Without journals, nothing changes.
  bool durable = false;
  /// How long to wait for these. Then an answer that waits is an error, `ec::too_few_holders`: the message has been
  /// handled, and its state goes on replicating.
  std::chrono::milliseconds hold_timeout{2'000};
};

// To be written where a kind is declared.

inline checkpoint_policy save_by_hand() {
  return {};
}

inline checkpoint_policy save_every(std::chrono::milliseconds interval, concern_level holders = concern_level::local) {
  return {.when = checkpoint_policy::moment::interval, .interval = interval, .holders = holders};
}

inline checkpoint_policy save_after_each_message(concern_level holders = concern_level::one) {
  return {.when = checkpoint_policy::moment::each_message, .holders = holders};
}

/// The same, and on the disk of each: `durable(save_after_each_message())`.
inline checkpoint_policy durable(checkpoint_policy policy) {
  policy.durable = true;
  return policy;
}

} // namespace ariadne
