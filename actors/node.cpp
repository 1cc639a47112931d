#include "actors/node.hpp"

#include "actors/ask.hpp"
#include "actors/caf_edition.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <utility>

namespace ariadne {

namespace {

/// How much longer the one who asks waits than the one who answers.
constexpr std::chrono::seconds grace{2};

sigset_t signals_that_stop() {
  sigset_t result;
  sigemptyset(&result);
  sigaddset(&result, SIGTERM);
  sigaddset(&result, SIGINT);
  return result;
}

} // namespace

lone_node::lone_node(caf::actor_system& system, state_handoff_options options)
  : system_(system), handoff_(spawn_state_handoff(system, std::move(options))) {
  register_actor(system_, to_string(handoff_atom_v), handoff_);
}

lone_node::~lone_node() {
  unregister_actor(system_, to_string(handoff_atom_v));
  caf::anon_send_exit(handoff_, caf::exit_reason::user_shutdown);
}

stop_signals::stop_signals() {
  const auto blocked = signals_that_stop();
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
}

int stop_signals::wait() {
  const auto awaited = signals_that_stop();
  int came = 0;
  sigwait(&awaited, &came);
  return came;
}

void stop_signals::wake() {
  kill(getpid(), SIGTERM);
}

caf::expected<node> node::start(caf::actor_system& system, supervisor_options options) {
  node result{system, spawn_supervisor(system, std::move(options))};
  if (auto handoff = ask<state_handoff_actor>(system, result.supervisor_, caf::infinite, handoff_atom_v); !handoff)
    return std::move(handoff.error());
  return result;
}

node::node(node&& other) noexcept
  : system_(other.system_), supervisor_(std::exchange(other.supervisor_, supervisor_actor{})) {}

node::~node() {
  end();
}

caf::expected<drain_report> node::stop(const stop_options& options) {
  const auto total = options.stash + options.hand_over + grace;
  auto handoff = ask<state_handoff_actor>(system_, supervisor_, total, handoff_atom_v);
  caf::expected<drain_report> report =
    !handoff
      ? handoff.error()
      : ask<drain_report>(system_, *handoff, total, drain_atom_v, static_cast<std::uint64_t>(options.stash.count()),
                          static_cast<std::uint64_t>(options.hand_over.count()));
  // Whatever has become of it: nobody is to wait for this node.
  if (handoff)
    ask<bool>(system_, supervisor_, grace, leave_atom_v);
  end();
  return report;
}

void node::end() {
  if (auto ended = std::exchange(supervisor_, supervisor_actor{}))
    caf::anon_send_exit(ended, caf::exit_reason::user_shutdown);
}

} // namespace ariadne
