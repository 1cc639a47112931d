#include "bench/allocation_count.hpp"
#include "bench/core_pair.hpp"
#include "bench/core_rows.hpp"
#include "bench/workload.hpp"

#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <unordered_map>

namespace ariadne::bench {

namespace {

using crdt::replica;
using crdt::shared_bytes;

constexpr crdt::link_id link{1};

constexpr std::size_t key_bytes = 12;

void measure_memory_per_key(recorder& record, std::size_t key_count) {
  const std::string value(value_bytes, 'v');
  const auto payload = static_cast<double>(key_count * (key_bytes + value_bytes));
  record.run_cold(1, [&]() -> round_figures {
    const allocated_bytes bytes;
    const auto per_key = [&] { return (bytes.count() - payload) / static_cast<double>(key_count); };
    auto target = std::make_unique<replica>(core_options(1));
    for (std::size_t i = 0; i < key_count; ++i) {
      (void)target->put(make_key('k', i), shared_bytes{value}, core_now_ms);
      target->take_changes();
    }
    const auto figure = per_key();
    target.reset();
    std::unordered_map<std::string, std::string> map;
    for (std::size_t i = 0; i < key_count; ++i)
      map.emplace(make_key('k', i), value);
    return {figure, {}, per_key()};
  });
}

/// A pair of replicas that count each other as members.
struct member_pair {
  member_pair() {
    left.open(link, true, core_now_ms);
    right.open(link, true, core_now_ms);
    left.set_members({right.id()});
    right.set_members({left.id()});
    exchange(left, right, link);
  }

  replica left{core_options(1)};
  replica right{core_options(2)};
};

void measure_memory_per_erased_key(recorder& record) {
  const auto key_count = record.effort().operations(500'000);
  const allocated_bytes bytes;
  member_pair pair;
  auto next_key = std::size_t{0};
  /// Writes and erases keys that nobody has used before, which are forgotten in between, as on a node that runs.
  auto churn = [&] {
    for (std::size_t i = 0; i < key_count; ++i) {
      const auto key = make_key('k', next_key++);
      (void)pair.left.put(key, shared_bytes{std::string(value_bytes, 'v')}, core_now_ms);
      pair.left.erase(key, core_now_ms);
      pair.left.take_changes();
      if ((i + 1) % 1'000 != 0)
        continue;
      // What has been acknowledged is forgotten by a tick, which the other side learns by the next message.
      for (int round = 0; round < 3; ++round) {
        exchange(pair.left, pair.right, link);
        pair.left.tick(core_now_ms);
        pair.right.tick(core_now_ms);
      }
    }
    if (pair.left.map().size() + pair.right.map().size() != 0)
      throw std::runtime_error("erased keys are not forgotten");
  };
  // Tables and pools keep the size that they have once had, and are as large as they get after a while.
  constexpr int warm_ups_max = 30;
  for (auto [i, before] = std::pair{1, -1.0}; i <= warm_ups_max && bytes.count() != before; ++i) {
    record.progress("warm-up " + std::to_string(i));
    before = bytes.count();
    churn();
  }
  record.run_cold(record.effort().quick ? 3 : record.effort().rounds, [&]() -> round_figures {
    const auto before = bytes.count();
    churn();
    // Both replicas have grown.
    return {(bytes.count() - before) / static_cast<double>(2 * key_count), {}, {}};
  });
}

/// The bytes of all frames, in both directions, that one change takes beyond its key and value.
double overhead_of(const traffic& sent, std::size_t changes) {
  return static_cast<double>(sent.bytes) / static_cast<double>(changes) - static_cast<double>(key_bytes + value_bytes);
}

void measure_wire_batch(recorder& record) {
  member_pair pair;
  const auto keys = make_keys(10'000);
  record.run([&]() -> round_figures {
    fill(pair.left, keys, value_bytes);
    return {overhead_of(exchange(pair.left, pair.right, link), keys.size()), {}, {}};
  });
}

void measure_wire_alone(recorder& record) {
  member_pair pair;
  const auto keys = make_keys(10'000);
  const std::string value(value_bytes, 'v');
  record.run([&]() -> round_figures {
    traffic sum;
    for (const auto& key : keys) {
      (void)pair.left.put(key, shared_bytes{value}, core_now_ms);
      sum.bytes += exchange(pair.left, pair.right, link).bytes;
    }
    return {overhead_of(sum, keys.size()), {}, {}};
  });
}

/// Cuts a pair that shares a million keys, changes some, and connects it again.
template <class Figure>
void measure_partition(recorder& record, Figure figure) {
  constexpr std::size_t key_count = 1'000'000;
  constexpr std::size_t change_count = 200;
  member_pair pair;
  record.progress("filling two replicas");
  fill(pair.left, make_keys(key_count), value_bytes);
  exchange(pair.left, pair.right, link);
  if (pair.right.key_count() != key_count)
    throw std::runtime_error("the replicas do not share their keys");
  auto current = link;
  auto round = std::size_t{0};
  const std::string value(value_bytes, 'w');
  record.run([&]() -> round_figures {
    pair.left.close(current, core_now_ms);
    pair.right.close(current, core_now_ms);
    for (std::size_t i = 0; i < change_count; ++i)
      (void)pair.left.put(make_key('k', (round + i * 4999) % key_count), shared_bytes{value}, core_now_ms);
    ++round;
    ++current.value;
    pair.left.open(current, true, core_now_ms);
    pair.right.open(current, true, core_now_ms);
    // The hellos have to be exchanged in any case.
    auto hellos_left = pair.left.take_frames();
    auto hellos_right = pair.right.take_frames();
    for (const auto& frame : hellos_left)
      pair.right.receive(current, frame.bytes, core_now_ms);
    for (const auto& frame : hellos_right)
      pair.left.receive(current, frame.bytes, core_now_ms);
    const auto sent = exchange(pair.left, pair.right, current);
    if (pair.right.vector() != pair.left.vector())
      throw std::runtime_error("the replicas have not caught up");
    return {figure(sent, change_count), {}, {}};
  });
}

} // namespace

std::vector<row> overhead_rows() {
  return {
    {"memory_per_key",
     "overhead",
     "memory beyond key and value, 100k keys",
     "B",
     better::lower,
     "std::unordered_map<std::string, std::string>",
     {.median = 80},
     true,
     [](recorder& record) { measure_memory_per_key(record, 100'000); }},
    {"memory_per_erased_key",
     "overhead",
     "growth for each key written, erased and stable",
     "B",
     better::lower,
     "",
     {.median = 0.01},
     true,
     measure_memory_per_erased_key},
    {"wire_batch",
     "overhead",
     "frames of a change in a batch of 10k, both directions, beyond key and value",
     "B",
     better::lower,
     "",
     {.median = 16},
     true,
     measure_wire_batch},
    {"wire_alone",
     "overhead",
     "frames of a change alone, both directions, beyond key and value",
     "B",
     better::lower,
     "",
     {.median = 64},
     true,
     measure_wire_alone},
    {"partition_round_trips",
     "overhead",
     "from hello to equal: 200 changes in 1M keys",
     "1",
     better::lower,
     "",
     {.median = 1},
     true,
     [](recorder& record) {
       measure_partition(record, [](const traffic& sent, std::size_t) { return double(sent.round_trips); });
     }},
    {"partition_bytes",
     "overhead",
     "bytes for each of 200 changes in 1M keys beyond key and value",
     "B",
     better::lower,
     "",
     {.median = 16},
     true,
     [](recorder& record) { measure_partition(record, overhead_of); }},
  };
}

std::vector<row> memory_scaling_rows() {
  std::vector<row> rows;
  for (const std::size_t count : {1'000, 10'000, 100'000, 1'000'000})
    rows.push_back({fmt::format("memory_per_key_{}_keys", count),
                    "scaling",
                    fmt::format("memory beyond key and value, {} keys", count),
                    "B",
                    better::lower,
                    "std::unordered_map<std::string, std::string>",
                    {.median = 80},
                    false,
                    [count](recorder& record) { measure_memory_per_key(record, count); }});
  return rows;
}

} // namespace ariadne::bench
