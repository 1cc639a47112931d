#include "bench/cluster_rows.hpp"

#include "actors/caf_edition.hpp"
#include "actors/internal/replica_messages.hpp"
#include "bench/cpu_clock.hpp"
#include "bench/elapsed.hpp"
#include "bench/embedded_node.hpp"
#include "bench/floor_server.hpp"
#include "bench/node_group.hpp"
#include "bench/requests.hpp"
#include "bench/workload.hpp"

#include <caf/actor_cast.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace ariadne::bench {

namespace {

/// The bytes of a usual key and value.
constexpr std::size_t payload_bytes = 12 + value_bytes;

void measure_remote_request(recorder& record) {
  bench_system bench;
  remote_bare_actor remote{bench.system()};
  remote_socket socket;
  const auto state = make_state(value_bytes);
  const auto count = record.effort().operations(10'000);
  record.run([&]() -> round_figures {
    auto floor = socket.time_round_trips(count, payload_bytes);
    auto times = time_requests<receipt>(bench.system(), count, [&](auto* self, std::size_t i) {
      return mail(self, stash_atom_v, make_key('k', i), state).request(remote.handle(), caf::infinite);
    });
    return {times.percentile_us(0.5), times.percentile_us(0.99), floor.percentile_us(0.5)};
  });
}

/// What varies from row to row.
struct setting {
  std::size_t nodes = 2;
  std::size_t keys = 10'000;
  std::size_t bytes = value_bytes;
};

void measure_stash_acked(recorder& record, const setting& s) {
  node_group nodes{s.nodes};
  remote_bare_actor remote{nodes.a().system()};
  const auto keys = make_keys(s.keys);
  const auto state = make_state(s.bytes);
  record.progress("filling the nodes");
  nodes.a().stash_all(keys, make_state(value_bytes));
  nodes.a().stash(keys.back(), state, concern_level::all);
  const auto count = record.effort().operations(s.bytes > value_bytes * 64 ? 500 : 10'000);
  record.run([&]() -> round_figures {
    auto floor = time_requests<receipt>(nodes.a().system(), count, [&](auto* self, std::size_t i) {
      return mail(self, stash_atom_v, keys[i % keys.size()], state).request(remote.handle(), caf::infinite);
    });
    auto times = nodes.a().time_stashes(keys, state, count, {.concern = {.level = concern_level::one}});
    return {times.percentile_us(0.5), times.percentile_us(0.99), floor.percentile_us(0.5)};
  });
}

void measure_stash_replicated(recorder& record, const setting& s) {
  // No more than 128 MB of values.
  const auto count_max = std::min<std::size_t>(500'000, (std::size_t{128} << 20) / s.bytes);
  node_group nodes{s.nodes};
  remote_bare_actor remote{nodes.a().system()};
  const auto keys = make_keys(record.effort().operations(count_max));
  const auto count = static_cast<double>(keys.size());
  const auto state = make_state(s.bytes);
  record.run([&]() -> round_figures {
    auto begin = steady_clock::now();
    for (const auto& key : keys)
      anon_mail(stash_atom_v, key, state).send(remote.handle());
    (void)time_requests<bool>(nodes.a().system(), 1, [&](auto* self, std::size_t) {
      return mail(self, discard_atom_v, std::string{"none"}).request(remote.handle(), caf::infinite);
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

/// One value of 16 MB, the most that a stash has by default, but for what is beside it in the map.
void measure_large_value(recorder& record) {
  node_group nodes;
  remote_socket socket;
  const auto state = make_state(16'000'000);
  record.run([&]() -> round_figures {
    const auto floor = socket.time_round_trips(1, state.bytes.size()).percentile_us(1) / 1'000;
    const auto begin = steady_clock::now();
    nodes.a().stash("large", state, concern_level::one);
    return {ms_since(begin), {}, floor};
  });
}

/// The replica of another node that node a is connected to.
crdt_replica_actor replica_of(embedded_node& a, const std::string& node) {
  crdt_replica_actor result;
  caf::scoped_actor self{a.system()};
  mail(self, neighbours_atom_v)
    .request(caf::actor_cast<node_handoff_actor>(a.handoff()), caf::infinite)
    .receive(
      [&](const std::vector<known_node>& nodes) {
        for (const auto& known : nodes)
          if (known.node == node && known.presence == node_presence::up)
            result = caf::actor_cast<crdt_replica_actor>(known.replica.handle);
      },
      [](const caf::error&) {});
  if (!result)
    throw std::runtime_error("node " + node + " is not up");
  return result;
}

/// Requests to the replica of a node, one after the other, from the node that sends it a million keys.
void measure_message_during_catch_up(recorder& record) {
  constexpr std::size_t key_count = 1'000'000;
  constexpr std::size_t at_a_time = 10;
  cluster_file file{{"a", "b"}};
  embedded_node a{file, "a"};
  remote_bare_actor remote{a.system()};
  record.progress("filling a node");
  a.stash_all(make_keys(key_count), make_state(value_bytes));
  record.run([&]() -> round_figures {
    auto floor = time_requests<bool>(a.system(), record.effort().operations(1'000), [&](auto* self, std::size_t) {
      return mail(self, discard_atom_v, std::string{"none"}).request(remote.handle(), caf::infinite);
    });
    const auto b = file.start("b");
    a.events().wait_for(handoff_event_kind::node_up, "b");
    const auto replica = replica_of(a, "b");
    auto caught_up = std::async(std::launch::async, [&] { b->wait_for_line(" caught up"); });
    latencies times;
    do {
      const auto some = time_requests<bool>(a.system(), at_a_time, [&](auto* self, std::size_t) {
        return mail(self, discard_atom_v, std::string{"none"}).request(replica, caf::infinite);
      });
      times.add_all(some);
    } while (caught_up.wait_for(std::chrono::seconds{0}) != std::future_status::ready);
    record.distribution(times);
    return {times.percentile_us(0.5) / 1'000, times.percentile_us(0.99) / 1'000, floor.percentile_us(0.5) / 1'000};
  });
}

void measure_drain(recorder& record) {
  node_group nodes;
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
  node_group nodes;
  latencies times;
  for (unsigned i = 0; i < count; ++i) {
    record.progress("death " + std::to_string(i + 1) + " of " + std::to_string(count));
    if (i > 0)
      nodes.start_b();
    times.add(std::chrono::nanoseconds{static_cast<std::int64_t>(nodes.time_to_down(signal) * 1e6)});
  }
  record.add({times.percentile_us(0.5) / 1'000, times.percentile_us(0.99) / 1'000, {}});
}

/// What node a takes for each second in which nothing happens in a cluster of three nodes with a million keys.
template <class Counter>
void measure_rest(recorder& record, Counter counter) {
  node_group nodes{3};
  record.progress("filling three nodes");
  const auto keys = make_keys(1'000'000);
  nodes.a().stash_all(keys, make_state(value_bytes));
  nodes.a().stash(keys.back(), make_state(1), concern_level::all);
  // So that everybody's acknowledgements have gone round.
  std::this_thread::sleep_for(std::chrono::seconds{5});
  record.run([&]() -> round_figures {
    const auto begin = steady_clock::now();
    const auto before = counter();
    std::this_thread::sleep_for(std::chrono::seconds{record.effort().quick ? 2 : 10});
    return {static_cast<double>(counter() - before) / seconds_since(begin), {}, {}};
  });
}

/// The bytes that TCP carries, in both directions, for each change beyond its key and what is stashed: the name of the
/// type and the value.
template <class Write>
void measure_tcp_overhead(recorder& record, std::size_t count, Write write) {
  node_group nodes;
  const auto keys = make_keys(count);
  const auto state = make_state(value_bytes);
  record.run([&]() -> round_figures {
    const auto before = tcp_bytes();
    write(nodes.a(), keys, state);
    nodes.a().stash("end", make_state(1), concern_level::all);
    const auto payload = static_cast<double>(payload_bytes + state.type_name.size());
    return {static_cast<double>(tcp_bytes() - before) / static_cast<double>(count) - payload, {}, {}};
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
     [](recorder& record) { measure_stash_acked(record, {}); }},
    {"stash_replicated",
     "cluster",
     "stashes on one node until another has all",
     "1/s",
     better::higher,
     "the same messages to a bare actor in another process",
     {.median = 400'000},
     true,
     [](recorder& record) { measure_stash_replicated(record, {}); }},
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
    {"large_value_16m",
     "cluster",
     "stash of 16 MB until another node has acknowledged it",
     "ms",
     better::lower,
     "the same bytes over TCP",
     {},
     true,
     measure_large_value},
    {"message_during_catch_up",
     "cluster",
     "a request to the replica of a node that is being sent 1M keys",
     "ms",
     better::lower,
     "a bare CAF request to another process",
     {.p99 = 150},
     false,
     measure_message_during_catch_up},
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
     "TCP bytes of a change among 10k, both directions, beyond key, type name and value",
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
     "TCP bytes of a change alone, both directions, beyond key, type name and value",
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

std::vector<row> scaling_rows() {
  constexpr auto acked_floor = "a bare CAF request to another process, 256 bytes or as many";
  constexpr auto rate_floor = "the same messages to a bare actor in another process";
  std::vector<row> rows;
  auto add_both = [&](const std::string& suffix, const std::string& what, const setting& s) {
    rows.push_back({"stash_acked_" + suffix,
                    "scaling",
                    "stash until another node has acknowledged it, " + what,
                    "us",
                    better::lower,
                    acked_floor,
                    {},
                    false,
                    [s](recorder& record) { measure_stash_acked(record, s); }});
    rows.push_back({"stash_replicated_" + suffix,
                    "scaling",
                    "stashes on one node until all others have all, " + what,
                    "1/s",
                    better::higher,
                    rate_floor,
                    {},
                    false,
                    [s](recorder& record) { measure_stash_replicated(record, s); }});
  };
  for (const std::size_t nodes : {2, 3, 5})
    add_both(fmt::format("{}_nodes", nodes), fmt::format("{} nodes", nodes), {.nodes = nodes});
  for (const std::size_t bytes : {16, 256, 4 << 10, 64 << 10, 1 << 20})
    add_both(fmt::format("{}_bytes", bytes), fmt::format("values of {} bytes", bytes), {.bytes = bytes});
  for (const std::size_t keys : {1'000, 10'000, 100'000, 1'000'000}) {
    rows.push_back({fmt::format("stash_acked_{}_keys", keys),
                    "scaling",
                    fmt::format("stash until another node has acknowledged it, {} keys", keys),
                    "us",
                    better::lower,
                    acked_floor,
                    {},
                    false,
                    [keys](recorder& record) { measure_stash_acked(record, {.keys = keys}); }});
    rows.push_back({fmt::format("catch_up_{}_keys", keys),
                    "scaling",
                    fmt::format("an empty node, from ready to caught up with {} keys", keys),
                    "ms",
                    better::lower,
                    "the same bytes over TCP",
                    {},
                    false,
                    [keys](recorder& record) { measure_catch_up(record, keys); }});
  }
  rows.push_back({"rest_cpu",
                  "rest",
                  "processor time of an idle node, for each second: three nodes, 1M keys",
                  "ms",
                  better::lower,
                  "",
                  {},
                  false,
                  [](recorder& record) { measure_rest(record, process_cpu_ms); }});
  rows.push_back({"rest_bytes",
                  "rest",
                  "TCP bytes of an idle node, for each second: three nodes, 1M keys",
                  "B",
                  better::lower,
                  "",
                  {},
                  false,
                  [](recorder& record) { measure_rest(record, tcp_bytes); }});
  return rows;
}

} // namespace ariadne::bench
