#include "ops/event_watch.hpp"

#include "actors/caf_edition.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/response_promise.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>
#include <caf/unit.hpp>

#include <chrono>
#include <mutex>
#include <string>
#include <utility>

namespace ariadne {

namespace {

/// How often keys are told of, and a handoff actor is looked for.
constexpr std::chrono::seconds watch_interval{1};

} // namespace

class event_watch::outlet {
public:
  explicit outlet(taker take) : take_(std::move(take)) {}

  void tell(const handoff_events& events) {
    const std::lock_guard lock{mutex_};
    if (take_)
      take_(events);
  }

  void close() {
    const std::lock_guard lock{mutex_};
    take_ = nullptr;
  }

private:
  std::mutex mutex_;
  taker take_;
};

event_watch::event_watch(caf::actor_system& system, watched_things what, taker take)
  : outlet_(std::make_shared<outlet>(std::move(take))) {
  struct state {
    state_handoff_actor handoff;
    bool is_watching = false;
    /// The node sends nothing more before it is answered.
    caf::response_promise unanswered;
  };
  const auto follow = [what](caf::event_based_actor* self, const std::shared_ptr<outlet>& out) -> caf::behavior {
    const auto s = std::make_shared<state>();
    const auto watch = [=] {
      if (!s->handoff) {
        s->handoff = registered<state_handoff_actor>(self->system(), to_string(handoff_atom_v));
        if (!s->handoff)
          return;
        watch_over(self, caf::actor_cast<caf::strong_actor_ptr>(s->handoff),
                   [s](const caf::down_msg&) { *s = state{}; });
      }
      s->is_watching = true;
      const auto watcher = caf::actor_cast<watcher_actor>(self->ctrl());
      const auto begun = [] {};
      // There may be too many watches for now.
      const auto refused = [s](const caf::error&) { s->is_watching = false; };
      if (what == watched_things::nodes)
        mail(self, watch_atom_v, watcher).request(s->handoff, caf::infinite).then(begun, refused);
      else
        mail(self, watch_atom_v, std::string{}, watcher).request(s->handoff, caf::infinite).then(begun, refused);
    };
    mail(self, tick_atom_v).send(self);
    return {
      [=](const handoff_events& events) {
        out->tell(events);
        auto answer = self->make_response_promise();
        if (what == watched_things::nodes)
          answer.deliver(caf::unit);
        else
          s->unanswered = answer;
        return answer;
      },
      [=](tick_atom) {
        if (s->unanswered.pending())
          s->unanswered.deliver(caf::unit);
        if (!s->is_watching)
          watch();
        mail(self, tick_atom_v).delay(watch_interval).send(self);
      },
    };
  };
  actor_ = system.spawn(follow, outlet_);
}

event_watch::~event_watch() {
  outlet_->close();
  caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
}

} // namespace ariadne
