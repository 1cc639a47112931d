#include "bench/node_group.hpp"

#include "bench/elapsed.hpp"
#include "test/support/node_names.hpp"

#include <chrono>

namespace ariadne::bench {

node_group::node_group(std::size_t count, connections are) : file_(test::node_names(count), are) {
  const auto names = test::node_names(count);
  start_b();
  for (std::size_t i = 2; i < count; ++i)
    others_.push_back(file_.start(names[i]));
  for (std::size_t i = 2; i < count; ++i)
    a_->events().wait_for(handoff_event_kind::node_up, names[i]);
  a_->stash("ready", make_state(1), concern_level::all);
}

void node_group::start_b() {
  b_ = file_.start("b");
  a_->events().wait_for(handoff_event_kind::node_up, "b");
  a_->stash("ready", make_state(1), concern_level::one);
}

void node_group::restart_a() {
  a_.reset();
  a_ = std::make_unique<embedded_node>(file_, "a");
  a_->events().wait_for(handoff_event_kind::node_up, "b");
  a_->stash("ready", make_state(1), concern_level::all);
}

double node_group::time_to_down(int signal) {
  const auto begin = steady_clock::now();
  b_->signal(signal);
  const auto down = a_->events().wait_for(handoff_event_kind::node_down, "b");
  b_.reset();
  return std::chrono::duration<double, std::milli>(down - begin).count();
}

} // namespace ariadne::bench
