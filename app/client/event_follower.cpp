#include "app/client/event_follower.hpp"

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <utility>

namespace ariadne {

namespace {

/// How soon a page is asked for again that the node had no room for.
constexpr std::chrono::milliseconds retry_interval{250};

} // namespace

/// Of the actor, once it is open, but for what is said to be of others.
struct event_follower::state {
  state(watch_picture& shown, event_display display) : picture(shown), show(std::move(display)) {}

  void open() {
    if (!std::exchange(is_open, true))
      opening.set_value();
  }

  void show_all(const std::vector<handoff_event>& events, std::uint64_t missed = 0) {
    if (is_over || (events.empty() && missed == 0))
      return;
    if (auto shown = show(events, missed); !shown)
      finish({.not_shown = std::move(shown.error())});
  }

  void finish(end how) {
    if (!is_over.exchange(true))
      ended.set_value(std::move(how));
  }

  void ask_for_page(caf::event_based_actor* self, const std::shared_ptr<state>& kept) {
    if (is_over || is_asking || !picture.wants_page())
      return;
    is_asking = true;
    mail(self, watch_atom_v, prefix, picture.last_listed())
      .request(handoff, caf::infinite)
      .then(
        [=, this](const handoff_events& page) {
          is_asking = false;
          show_all(picture.take_page(page.events));
          ask_for_page(self, kept);
        },
        [=, this](const caf::error& error) {
          is_asking = false;
          if (error == ec::too_many_answers || error == ec::too_many_listings)
            mail(self, caf::tick_atom_v).delay(retry_interval).send(self);
          else
            finish({.refused = error});
        });
  }

  watch_picture& picture;
  const event_display show;
  /// Of the thread that has made it.
  bool is_open = false;
  std::promise<void> opening;
  const std::shared_future<void> opened = opening.get_future().share();
  state_handoff_actor handoff;
  std::string prefix;
  bool is_watching = false;
  bool is_asking = false;
  std::atomic<bool> is_over = false;
  std::promise<end> ended;
};

event_follower::event_follower(caf::actor_system& system, watch_picture& picture, event_display show)
  : state_(std::make_shared<state>(picture, std::move(show))) {
  const auto follow = [](caf::event_based_actor* self, const std::shared_ptr<state>& s) -> caf::behavior {
    return {
      // The node sends no more before this has returned.
      [=](const handoff_events& message) {
        s->opened.wait();
        s->show_all(s->is_over ? std::vector<handoff_event>{} : s->picture.take(message.events), message.missed);
        s->ask_for_page(self, s);
      },
      [=](caf::tick_atom) {
        if (!std::exchange(s->is_watching, true))
          watch_over(self, caf::actor_cast<caf::strong_actor_ptr>(s->handoff),
                     [s](const caf::down_msg& down) { s->finish({.lost = down.reason}); });
        s->ask_for_page(self, s);
      },
    };
  };
  // Not detached: after such an actor whose handle has been sent away, an actor system of 0.17 waits for ever at its
  // end, once in ten times.
  actor_ = system.spawn(follow, state_);
}

event_follower::~event_follower() {
  state_->is_over = true;
  state_->open();
  caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
  caf::scoped_actor {
    actor_.home_system()
    } -> wait_for(actor_);
}

watcher_actor event_follower::watcher() const {
  return caf::actor_cast<watcher_actor>(actor_);
}

void event_follower::begin(const state_handoff_actor& handoff, std::string prefix) {
  state_->handoff = handoff;
  state_->prefix = std::move(prefix);
  state_->open();
  anon_mail(caf::tick_atom_v).send(actor_);
}

event_follower::end event_follower::wait() {
  return state_->ended.get_future().get();
}

} // namespace ariadne
