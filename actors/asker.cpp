#include "actors/asker.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>

namespace ariadne {

namespace {

/// How long an answer may be on its way within this process when the connection that it came by has ended.
constexpr std::chrono::milliseconds answer_overtaken{50};

} // namespace

/// Of the actor, but for the job.
struct asker::state {
  caf::event_based_actor* self = nullptr;
  caf::actor_addr whom;
  death_watch watch = {};
  std::function<void(const caf::error&)> lost;
  caf::error reason;
  /// Counts the questions; what comes back of an earlier one is too late.
  std::uint64_t question = 0;

  std::mutex mutex;
  std::function<void(caf::event_based_actor*)> job;
};

asker::asker(caf::actor_system& system) : state_(std::make_shared<state>()) {
  const auto answer_questions = [](caf::event_based_actor* self, const std::shared_ptr<state>& kept) -> caf::behavior {
    return {
      [kept, self](caf::tick_atom) {
        std::function<void(caf::event_based_actor*)> job;
        {
          const std::lock_guard lock{kept->mutex};
          job.swap(kept->job);
        }
        if (job)
          job(self);
      },
      [kept](caf::tick_atom, std::uint64_t question) {
        if (question == kept->question && kept->lost)
          std::exchange(kept->lost, nullptr)(kept->reason);
      },
    };
  };
  actor_ = system.spawn(answer_questions, state_);
}

asker::~asker() {
  caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
}

void asker::run(std::function<void(caf::event_based_actor*)> job) {
  {
    const std::lock_guard lock{state_->mutex};
    state_->job = std::move(job);
  }
  anon_mail(caf::tick_atom_v).send(actor_);
}

void asker::watch(caf::event_based_actor* self, const caf::strong_actor_ptr& whom,
                  std::function<void(const caf::error&)> lost) {
  auto& s = *state_;
  s.self = self;
  s.whom = caf::actor_cast<caf::actor_addr>(whom);
  s.lost = std::move(lost);
  ++s.question;
  s.watch = watch_over(self, whom, [kept = state_](const caf::down_msg& down) {
    if (kept->whom != down.source)
      return;
    kept->reason = caf::sec::request_receiver_down;
    if (down.reason == caf::exit_reason::remote_link_unreachable)
      kept->reason = down.reason;
    mail(kept->self, caf::tick_atom_v, kept->question).delay(answer_overtaken).send(kept->self);
  });
}

void asker::end_watch() {
  ariadne::end_watch(state_->self, state_->watch);
  state_->lost = nullptr;
}

} // namespace ariadne
