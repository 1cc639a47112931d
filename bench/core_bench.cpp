// The speed of the pure core, each operation beside a std::unordered_map that does the same look-ups and inserts.

#include "crdt/codec.hpp"
#include "crdt/replica.hpp"

#include <benchmark/benchmark.h>

#include <malloc.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

using namespace ariadne::crdt;

constexpr std::size_t key_count = 100'000;
constexpr std::uint64_t now_ms = 1'700'000'000'000;

/// Keys of 12 bytes, in an order that is not the order of their hashes.
const std::vector<std::string>& keys() {
  static const auto result = [] {
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < key_count; ++i) {
      auto number = std::to_string((i * 7919) % key_count);
      keys.push_back("game_" + std::string(7 - number.size(), '0') + number);
    }
    return keys;
  }();
  return result;
}

const std::string value(256, 'v');

replica_options options_of(std::uint64_t id) {
  replica_options options;
  options.id = {id};
  options.cluster = "bench";
  options.node = "node" + std::to_string(id);
  return options;
}

replica make_replica(std::uint64_t id) {
  return replica{options_of(id)};
}

void fill(replica& target) {
  for (const auto& key : keys())
    (void)target.put(key, shared_bytes{value}, now_ms);
  target.take_changes();
}

void put_into_unordered_map(benchmark::State& state) {
  std::unordered_map<std::string, std::string> map;
  for (const auto& key : keys())
    map.insert_or_assign(key, value);
  std::size_t i = 0;
  for (auto _ : state)
    map.insert_or_assign(keys()[i++ % key_count], std::string{value});
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(put_into_unordered_map);

void put_into_replica(benchmark::State& state) {
  auto target = make_replica(1);
  fill(target);
  std::size_t i = 0;
  for (auto _ : state) {
    (void)target.put(keys()[i++ % key_count], shared_bytes{value}, now_ms);
    if (i % 1024 == 0)
      target.take_changes();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(put_into_replica);

void get_from_unordered_map(benchmark::State& state) {
  std::unordered_map<std::string, std::string> map;
  for (const auto& key : keys())
    map.insert_or_assign(key, value);
  std::size_t i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(map.find(keys()[i++ % key_count])->second.data());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(get_from_unordered_map);

void get_from_replica(benchmark::State& state) {
  auto target = make_replica(1);
  fill(target);
  std::size_t i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(target.get(keys()[i++ % key_count], now_ms)->value.view().data());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(get_from_replica);

/// What the allocator gives out for a map of that many keys, beyond the bytes of keys and values, for each key.
void memory_beyond_key_and_value(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  auto in_use = [] {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  for (auto _ : state) {
    const auto before = in_use();
    auto target = make_replica(1);
    for (std::size_t i = 0; i < count; ++i) {
      auto number = std::to_string(i);
      (void)target.put("game_" + std::string(7 - number.size(), '0') + number, shared_bytes{value}, now_ms);
      target.take_changes();
    }
    const auto bytes = in_use() - before;
    state.counters["bytes_per_key"] = static_cast<double>(bytes - target.byte_count()) / static_cast<double>(count);
  }
}
BENCHMARK(memory_beyond_key_and_value)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Iterations(1);

/// Carries all frames between two replicas until none is left.
void exchange(replica& left, replica& right) {
  for (;;) {
    auto to_right = left.take_frames();
    auto to_left = right.take_frames();
    if (to_right.empty() && to_left.empty())
      return;
    for (auto& frame : to_right)
      right.receive({1}, frame.bytes, now_ms);
    for (auto& frame : to_left)
      left.receive({1}, frame.bytes, now_ms);
  }
}

void catch_up_of_an_empty_replica(benchmark::State& state) {
  auto source = make_replica(1);
  fill(source);
  std::uint64_t id = 2;
  for (auto _ : state) {
    auto target = make_replica(id++);
    source.open({1}, true, now_ms);
    target.open({1}, false, now_ms);
    exchange(source, target);
    if (target.key_count() != key_count)
      state.SkipWithError("keys are missing");
    state.PauseTiming();
    source.close({1}, now_ms);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * key_count);
}
BENCHMARK(catch_up_of_an_empty_replica)->Unit(benchmark::kMillisecond);

/// The receiving side alone: decoding and joining the frames with which an empty replica catches up.
void join_received_batch(benchmark::State& state) {
  auto source = make_replica(1);
  fill(source);
  std::vector<std::string> frames;
  {
    auto target = make_replica(2);
    source.open({1}, true, now_ms);
    target.open({1}, false, now_ms);
    while (target.key_count() < key_count) {
      for (auto& frame : source.take_frames()) {
        target.receive({1}, frame.bytes, now_ms);
        frames.push_back(std::move(frame.bytes));
      }
      for (auto& frame : target.take_frames())
        source.receive({1}, frame.bytes, now_ms);
    }
  }
  for (auto _ : state) {
    state.PauseTiming();
    auto target = std::make_unique<replica>(options_of(2));
    target->open({1}, false, now_ms);
    state.ResumeTiming();
    for (const auto& frame : frames) {
      target->receive({1}, frame, now_ms);
      target->take_frames();
      target->take_changes();
    }
    state.PauseTiming();
    if (target->key_count() != key_count)
      state.SkipWithError("keys are missing");
    target.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * key_count);
}
BENCHMARK(join_received_batch)->Unit(benchmark::kMillisecond);

void encode_registers(benchmark::State& state) {
  causal_register one{entry{{{1}, 7}, {now_ms << 16}, 0, shared_bytes{value}}};
  for (auto _ : state) {
    delta_writer out{{1, 1, false, {}}};
    for (int i = 0; i < 200; ++i)
      out.add(keys()[i], one);
    benchmark::DoNotOptimize(out.finish({}));
  }
  state.SetBytesProcessed(state.iterations() * 200 * value.size());
}
BENCHMARK(encode_registers);

} // namespace

BENCHMARK_MAIN();
