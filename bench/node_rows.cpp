#include "bench/node_rows.hpp"

#include "actors/caf_edition.hpp"
#include "actors/state_handoff.hpp"
#include "bench/bare_actor.hpp"
#include "bench/bench_system.hpp"
#include "bench/requests.hpp"
#include "bench/workload.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
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

  caf::actor_system& system() {
    return bench_.system();
  }

  /// Stashes under all keys, and returns once that is done.
  void stash_all(const std::vector<std::string>& keys) {
    for (const auto& key : keys)
      anon_mail(stash_atom_v, key, state_).send(handoff_);
    (void)time_statuses(1);
  }

  latencies time_statuses(std::size_t count) {
    return time_requests<node_status>(bench_.system(), count, [&](auto* self, std::size_t) {
      return mail(self, status_atom_v).request(handoff_, caf::infinite);
    });
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

/// Lists all keys, over and over, until it is told to stop.
class endless_listing {
public:
  endless_listing(caf::actor_system& system, const state_handoff_actor& handoff)
    : thread_([this, &system, handoff] {
        caf::scoped_actor self{system};
        for (std::string last; !is_over_;) {
          mail(self, keys_atom_v, std::string{}, last)
            .request(handoff, caf::infinite)
            .receive([&](const keys_page& page) { last = page.is_last ? std::string{} : page.keys.back(); },
                     [&](const caf::error&) { is_over_ = true; });
        }
      }) {}
  ~endless_listing() {
    is_over_ = true;
    thread_.join();
  }

private:
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

/// The longest that one of many requests for its status, one after the other, has to wait: no handler of the two actors
/// has taken longer.
void measure_longest_wait(recorder& record) {
  lone_node node;
  constexpr std::size_t count = 1'000'000;
  node.stash_all(make_keys(count));
  record.run([&]() -> round_figures {
    auto longest_status_us = [&] { return node.time_statuses(record.effort().operations(20'000)).percentile_us(1); };
    const auto floor = longest_status_us();
    const endless_listing listing{node.system(), node.handoff()};
    return {longest_status_us() / 1'000, {}, floor / 1'000};
  });
}

} // namespace

std::vector<row> node_rows() {
  return {
    {"longest_wait_1m",
     "node",
     "the longest wait for a status while a million keys are listed",
     "ms",
     better::lower,
     "the same while nothing is listed",
     {.median = 5},
     false,
     measure_longest_wait},
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
