#pragma once

#include "actors/caf_edition.hpp"

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/expected.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

#include <functional>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>

namespace ariadne {

/// Whether contact to the actor that was asked was lost before it had answered: it, or its node, has ended, or the
/// connection has, or nobody is left there who would answer. It may have done what it was asked for, or not.
inline bool is_contact_lost(const caf::error& error) {
  return error == caf::sec::request_receiver_down || error == caf::exit_reason::remote_link_unreachable
         || is_dropped(error);
}

/// Whoever asks actors on behalf of a thread that is none: an actor that lives as long as this object. For one thread.
class asker {
public:
  explicit asker(caf::actor_system& system);
  ~asker();

  asker(const asker&) = delete;
  asker& operator=(const asker&) = delete;

  /// Asks an actor, and blocks until it has answered with an `Answer` (which may be void) or an error, or for
  /// `time_limit`: a chrono duration, or `caf::infinite`. If the actor or its node ends, or the connection to it, the
  /// answer is an error at once: see `is_contact_lost`. (CAF itself answers no request to an actor of another node that
  /// is lost.) A node that is frozen keeps its connection, and is waited for.
  template <class Answer, class Actor, class TimeLimit, class... Ts>
  caf::expected<Answer> ask(const Actor& actor, TimeLimit time_limit, Ts&&... request) {
    auto slot = std::make_shared<answer_slot<Answer>>();
    auto answer = slot->promise.get_future();
    // What it refers to stays until there is an answer.
    run([&, slot](caf::event_based_actor* self) {
      const auto settle = [this, slot](caf::expected<Answer> result) {
        // The first one counts.
        if (std::exchange(slot->is_filled, true))
          return;
        end_watch();
        slot->promise.set_value(std::move(result));
      };
      watch(self, caf::actor_cast<caf::strong_actor_ptr>(actor),
            [settle](const caf::error& lost) { settle(caf::expected<Answer>{lost}); });
      auto asked = mail(self, std::forward<Ts>(request)...).request(actor, time_limit);
      const auto refused = [settle](caf::error& error) { settle(std::move(error)); };
      if constexpr (std::is_void_v<Answer>)
        std::move(asked).then([settle] { settle(caf::expected<void>{}); }, refused);
      else
        std::move(asked).then([settle](Answer& result) { settle(std::move(result)); }, refused);
    });
    return answer.get();
  }

private:
  template <class Answer>
  struct answer_slot {
    std::promise<caf::expected<Answer>> promise;
    bool is_filled = false;
  };

  struct state;

  /// In the actor, soon.
  void run(std::function<void(caf::event_based_actor*)> job);
  // In the actor: `lost` is called when the actor that is watched ends.
  void watch(caf::event_based_actor* self, const caf::strong_actor_ptr& whom,
             std::function<void(const caf::error&)> lost);
  void end_watch();

  std::shared_ptr<state> state_;
  caf::actor actor_;
};

} // namespace ariadne
