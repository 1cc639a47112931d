#include "bench/tls_rows.hpp"

#include "bench/elapsed.hpp"
#include "bench/node_group.hpp"
#include "bench/workload.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace ariadne::bench {

namespace {

/// Two nodes that are connected so, and two that are connected in the other way.
struct both {
  node_group plain;
  node_group secured{2, connections::secured};
};

void measure_stash_acked(recorder& record) {
  both nodes;
  const auto keys = make_keys(10'000);
  const auto state = make_state(value_bytes);
  record.progress("filling the nodes");
  for (auto* group : {&nodes.plain, &nodes.secured}) {
    group->a().stash_all(keys, state);
    group->a().stash(keys.back(), state, concern_level::all);
  }
  const auto count = record.effort().operations(10'000);
  const auto times_of = [&](node_group& group) {
    return group.a().time_stashes(keys, state, count, {.concern = {.level = concern_level::one}});
  };
  record.run([&]() -> round_figures {
    auto floor = times_of(nodes.plain);
    auto times = times_of(nodes.secured);
    return {times.percentile_us(0.5), times.percentile_us(0.99), floor.percentile_us(0.5)};
  });
}

void measure_stash_replicated(recorder& record) {
  both nodes;
  const auto keys = make_keys(record.effort().operations(500'000));
  const auto state = make_state(value_bytes);
  const auto rate_of = [&](node_group& group) {
    const auto begin = steady_clock::now();
    group.a().stash_all(keys, state);
    // Acknowledgements rise in the order of the events.
    group.a().stash(keys.back(), state, concern_level::all);
    return static_cast<double>(keys.size()) / seconds_since(begin);
  };
  record.run([&]() -> round_figures {
    const auto floor = rate_of(nodes.plain);
    return {rate_of(nodes.secured), {}, floor};
  });
}

/// A node with keys, and the file by which another one finds it.
struct full_node {
  full_node(connections are, std::size_t key_count) : file({"a", "b"}, are) {
    a.stash_all(make_keys(key_count), make_state(value_bytes));
  }

  /// How long an empty node takes to have them all, in milliseconds.
  double time_to_catch_up() {
    const auto b = file.start("b");
    const auto begin = steady_clock::now();
    b->wait_for_line(" caught up");
    return ms_since(begin);
  }

  cluster_file file;
  embedded_node a{file, "a"};
};

void measure_catch_up(recorder& record) {
  constexpr std::size_t key_count = 100'000;
  record.progress("filling two nodes");
  full_node plain{connections::plain, key_count};
  full_node secured{connections::secured, key_count};
  record.run([&]() -> round_figures {
    const auto floor = plain.time_to_catch_up();
    return {secured.time_to_catch_up(), {}, floor};
  });
}

} // namespace

std::vector<row> tls_rows() {
  constexpr auto floor = "the same with plain connections";
  return {
    {"tls_stash_acked",
     "tls",
     "stash until another node has acknowledged it, with TLS",
     "us",
     better::lower,
     floor,
     {.ratio = 1.25},
     false,
     measure_stash_acked},
    {"tls_stash_replicated",
     "tls",
     "stashes on one node until another has all, with TLS",
     "1/s",
     better::higher,
     floor,
     {.ratio = 1.25},
     false,
     measure_stash_replicated},
    {"tls_catch_up_100k",
     "tls",
     "an empty node, from ready to caught up with 100k keys, with TLS",
     "ms",
     better::lower,
     floor,
     {.ratio = 1.15},
     false,
     measure_catch_up},
  };
}

} // namespace ariadne::bench
