#include "bench/node_rows.hpp"

#include "actors/caf_edition.hpp"
#include "actors/state_handoff.hpp"
#include "bench/bare_actor.hpp"
#include "bench/bench_system.hpp"
#include "bench/requests.hpp"
#include "bench/workload.hpp"

#include <caf/send.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace ariadne::bench {

namespace {

constexpr std::size_t key_count = 100'000;

/// A handoff actor without other nodes, and a bare one.
class lone_node {
public:
  lone_node() {
    state_handoff_options options;
    options.cluster = "bench";
    options.node = "a";
    handoff_ = spawn_state_handoff(bench_.system(), std::move(options));
    bare_ = spawn_bare_actor(bench_.system());
  }
  ~lone_node() {
    caf::anon_send_exit(handoff_, caf::exit_reason::user_shutdown);
  }

  const state_handoff_actor& handoff() const {
    return handoff_;
  }
  const bare_actor& bare() const {
    return bare_;
  }

  template <class Handle>
  latencies time_stashes(const Handle& whom, std::size_t count) {
    return time_requests<receipt>(bench_.system(), count, [&](auto* self, std::size_t i) {
      return mail(self, stash_atom_v, keys_[i % key_count], state_).request(whom, caf::infinite);
    });
  }

  /// Stashes for each second if nobody waits for receipts, until all have been worked off.
  template <class Handle>
  double stash_rate(const Handle& whom, std::size_t count) {
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < count; ++i)
      anon_mail(stash_atom_v, keys_[i % key_count], state_).send(whom);
    // What is sent later is answered later.
    (void)time_requests<bool>(bench_.system(), 1, [&](auto* self, std::size_t) {
      return mail(self, discard_atom_v, std::string{"none"}).request(whom, caf::infinite);
    });
    return static_cast<double>(count) / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

private:
  bench_system bench_;
  std::vector<std::string> keys_ = make_keys(key_count);
  const snapshot state_{"bench", 1, std::string(value_bytes, 'v')};
  state_handoff_actor handoff_;
  bare_actor bare_;
};

void measure_stash_request(recorder& record) {
  lone_node node;
  const auto count = record.effort().operations(100'000);
  record.run([&]() -> round_figures {
    auto floor = node.time_stashes(node.bare(), count);
    auto times = node.time_stashes(node.handoff(), count);
    return {times.percentile_us(0.5), times.percentile_us(0.99), floor.percentile_us(0.5)};
  });
}

void measure_stash_async(recorder& record) {
  lone_node node;
  const auto count = record.effort().operations(500'000);
  record.run([&]() -> round_figures {
    const auto floor = node.stash_rate(node.bare(), count);
    return {node.stash_rate(node.handoff(), count), {}, floor};
  });
}

} // namespace

std::vector<row> node_rows() {
  return {
    {"stash_async",
     "node",
     "stashes on one node, nobody waits for receipts",
     "1/s",
     better::higher,
     "the same messages to an actor that does nothing",
     {.median = 1'000'000},
     true,
     measure_stash_async},
    {"stash_request",
     "node",
     "stash and wait for the receipt, one node",
     "us",
     better::lower,
     "the same request to an actor that does nothing",
     {.ratio = 2},
     true,
     measure_stash_request},
  };
}

} // namespace ariadne::bench
