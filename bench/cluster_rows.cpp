#include "bench/cluster_rows.hpp"

#include "bench/embedded_node.hpp"
#include "bench/floor_server.hpp"
#include "bench/requests.hpp"
#include "bench/workload.hpp"

#include <caf/send.hpp>

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ariadne::bench {

namespace {

using steady_clock = std::chrono::steady_clock;

double seconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

double ms_since(steady_clock::time_point begin) {
  return seconds_since(begin) * 1'000;
}

/// The bytes of a usual key and value.
constexpr std::size_t payload_bytes = 12 + value_bytes;

/// Node a in this process, and node b in another.
class node_pair {
public:
  node_pair() {
    start_b();
  }

  embedded_node& a() {
    return *a_;
  }
  peer_process& b() {
    return *b_;
  }

  void start_b() {
    b_ = file_.start("b");
    a_->events().wait_for(handoff_event_kind::node_up, "b");
    a_->stash("ready", make_state(1), concern_level::all);
  }

  /// Starts node a anew, with nothing in it but what b knows.
  void restart_a() {
    a_.reset();
    a_ = std::make_unique<embedded_node>(file_, "a");
    a_->events().wait_for(handoff_event_kind::node_up, "b");
    a_->stash("ready", make_state(1), concern_level::all);
  }

  /// Kills node b with `signal` and waits until a knows that it is down. In milliseconds.
  double time_to_down(int signal) {
    const auto begin = steady_clock::now();
    b_->signal(signal);
    const auto down = a_->events().wait_for(handoff_event_kind::node_down, "b");
    b_.reset();
    return std::chrono::duration<double, std::milli>(down - begin).count();
  }

private:
  cluster_file file_{{"a", "b"}};
  std::unique_ptr<embedded_node> a_ = std::make_unique<embedded_node>(file_, "a");
  std::unique_ptr<peer_process> b_;
};

void measure_remote_request(recorder& record) {
  bench_system bench;
  remote_bare_actor remote{bench.system()};
  remote_socket socket;
  const auto state = make_state(value_bytes);
  const auto count = record.effort().operations(20'000);
  record.run([&]() -> round_figures {
    auto floor = socket.time_round_trips(count, payload_bytes);
    auto times = time_requests<receipt>(bench.system(), count, [&](auto* self, std::size_t i) {
      return self->request(remote.handle(), caf::infinite, stash_atom_v, make_key('k', i), state);
    });
    return {times.percentile_us(0.5), times.percentile_us(0.99), floor.percentile_us(0.5)};
  });
}

void measure_stash_acked(recorder& record) {
  node_pair nodes;
  remote_bare_actor remote{nodes.a().system()};
  const auto keys = make_keys(10'000);
  const auto state = make_state(value_bytes);
  const auto count = record.effort().operations(20'000);
  record.run([&]() -> round_figures {
    auto floor = time_requests<receipt>(nodes.a().system(), count, [&](auto* self, std::size_t i) {
      return self->request(remote.handle(), caf::infinite, stash_atom_v, keys[i % keys.size()], state);
    });
    auto times = nodes.a().time_stashes(keys, state, count, {.concern = {.level = concern_level::one}});
    return {times.percentile_us(0.5), times.percentile_us(0.99), floor.percentile_us(0.5)};
  });
}

void measure_stash_replicated(recorder& record) {
  node_pair nodes;
  remote_bare_actor remote{nodes.a().system()};
  const auto keys = make_keys(record.effort().operations(500'000));
  const auto count = static_cast<double>(keys.size());
  const auto state = make_state(value_bytes);
  record.run([&]() -> round_figures {
    auto begin = steady_clock::now();
    for (const auto& key : keys)
      caf::anon_send(remote.handle(), stash_atom_v, key, state);
    (void)time_requests<std::vector<std::string>>(nodes.a().system(), 1, [&](auto* self, std::size_t) {
      return self->request(remote.handle(), caf::infinite, keys_atom_v, std::string{});
    });
    const auto floor = count / seconds_since(begin);
    begin = steady_clock::now();
    nodes.a().stash_all(keys, state);
    // Acknowledgements rise in the order of the events.
    nodes.a().stash(keys.back(), state, concern_level::all);
    return {count / seconds_since(begin), {}, floor};
  });
}

void measure_catch_up(recorder& record, std::size_t key_count) {
  cluster_file file{{"a", "b"}};
  embedded_node a{file, "a"};
  remote_socket socket;
  record.progress("filling a node");
  a.stash_all(make_keys(key_count), make_state(value_bytes));
  record.run([&]() -> round_figures {
    const auto floor = socket.time_round_trips(1, key_count * payload_bytes).percentile_us(1) / 1'000;
    const auto b = file.start("b");
    const auto begin = steady_clock::now();
    b->wait_for_line(" caught up");
    return {ms_since(begin), {}, floor};
  });
}

void measure_drain(recorder& record) {
  node_pair nodes;
  const auto keys = make_keys(10'000);
  record.run([&]() -> round_figures {
    nodes.restart_a();
    nodes.a().stash_all(keys, make_state(value_bytes));
    const auto begin = steady_clock::now();
    nodes.a().drain();
    return {ms_since(begin), {}, {}};
  });
}

void measure_time_to_down(recorder& record, int signal, unsigned count) {
  node_pair nodes;
  latencies times;
  for (unsigned i = 0; i < count; ++i) {
    record.progress("death " + std::to_string(i + 1) + " of " + std::to_string(count));
    if (i > 0)
      nodes.start_b();
    times.add(std::chrono::nanoseconds{static_cast<std::int64_t>(nodes.time_to_down(signal) * 1e6)});
  }
  record.add({times.percentile_us(0.5) / 1'000, times.percentile_us(0.99) / 1'000, {}});
}

/// The bytes that TCP carries, in both directions, for each change beyond its key and value.
template <class Write>
void measure_tcp_overhead(recorder& record, std::size_t count, Write write) {
  node_pair nodes;
  const auto keys = make_keys(count);
  const auto state = make_state(value_bytes);
  record.run([&]() -> round_figures {
    const auto before = tcp_bytes();
    write(nodes.a(), keys, state);
    nodes.a().stash("end", make_state(1), concern_level::all);
    return {static_cast<double>(tcp_bytes() - before) / static_cast<double>(count) - payload_bytes, {}, {}};
  });
}

} // namespace

std::vector<row> cluster_rows() {
  return {
    {"remote_request",
     "floors",
     "a bare CAF request to another process",
     "us",
     better::lower,
     "a TCP round trip of the same bytes",
     {},
     true,
     measure_remote_request},
    {"stash_acked",
     "cluster",
     "stash until another node has acknowledged it, idle",
     "us",
     better::lower,
     "a bare CAF request to another process",
     {.median = 30, .p99 = 60, .ratio = 1.5},
     true,
     measure_stash_acked},
    {"stash_replicated",
     "cluster",
     "stashes on one node until another has all",
     "1/s",
     better::higher,
     "the same messages to a bare actor in another process",
     {.median = 400'000},
     true,
     measure_stash_replicated},
    {"catch_up_100k",
     "cluster",
     "an empty node, from ready to caught up with 100k keys",
     "ms",
     better::lower,
     "the same bytes over TCP",
     {.median = 80},
     true,
     [](recorder& record) { measure_catch_up(record, 100'000); }},
    {"catch_up_1m",
     "cluster",
     "an empty node, from ready to caught up with 1M keys",
     "ms",
     better::lower,
     "the same bytes over TCP",
     {.median = 800},
     false,
     [](recorder& record) { measure_catch_up(record, 1'000'000); }},
    {"drain_10k",
     "cluster",
     "drain with 10k fresh stashes",
     "ms",
     better::lower,
     "",
     {.median = 50},
     true,
     measure_drain},
    {"kill_to_down",
     "cluster",
     "kill -9 until another node says it is down",
     "ms",
     better::lower,
     "",
     {.p99 = 50},
     true,
     [](recorder& record) { measure_time_to_down(record, SIGKILL, record.effort().quick ? 10 : 100); }},
    {"frozen_to_down",
     "cluster",
     "a node is frozen until another one says it is down",
     "ms",
     better::lower,
     "",
     {.p99 = 1'000},
     true,
     [](recorder& record) { measure_time_to_down(record, SIGSTOP, record.effort().quick ? 3 : 20); }},
    {"tcp_batch",
     "cluster",
     "TCP bytes of a change among 10k, both directions, beyond key and value",
     "B",
     better::lower,
     "",
     {.median = 16},
     true,
     [](recorder& record) {
       measure_tcp_overhead(record, 10'000,
                            [](embedded_node& a, const auto& keys, const auto& state) { a.stash_all(keys, state); });
     }},
    {"tcp_alone",
     "cluster",
     "TCP bytes of a change alone, both directions, beyond key and value",
     "B",
     better::lower,
     "",
     {},
     true,
     [](recorder& record) {
       measure_tcp_overhead(record, 2'000, [](embedded_node& a, const auto& keys, const auto& state) {
         (void)a.time_stashes(keys, state, keys.size(), {.concern = {.level = concern_level::one}});
       });
     }},
  };
}

} // namespace ariadne::bench
