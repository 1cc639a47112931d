#include "bench/core_rows.hpp"

#include "bench/allocation_count.hpp"
#include "bench/core_pair.hpp"
#include "bench/cpu_clock.hpp"
#include "bench/workload.hpp"
#include "crdt/codec.hpp"

#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace ariadne::bench {

namespace {

using crdt::replica;
using crdt::shared_bytes;

constexpr std::size_t key_count = 100'000;

using plain_map = std::unordered_map<std::string, std::string>;

/// The same keys twice.
struct key_orders {
  explicit key_orders(std::size_t count) : by_chance(make_keys(count)) {
    for (std::size_t i = 0; i < count; ++i)
      by_number.push_back(make_key('k', i));
  }

  /// In an order that has nothing to do with that in which a map has got them, nor with where they lie in memory.
  std::vector<std::string> by_chance;
  std::vector<std::string> by_number;
};

const key_orders& keys() {
  static const key_orders result{key_count};
  return result;
}

const std::string& value() {
  static const std::string result(value_bytes, 'v');
  return result;
}

/// Operations for each second of processor time: `operation(key)` over all keys, again and again.
template <class Function>
double rate_over_keys(const std::vector<std::string>& keys, std::size_t operations, Function operation) {
  const auto seconds = cpu_seconds([&] {
    for (std::size_t i = 0; i < operations; ++i)
      operation(keys[i % keys.size()]);
  });
  return static_cast<double>(operations) / seconds;
}

plain_map make_plain_map(const key_orders& keys) {
  plain_map map;
  for (const auto& key : keys.by_number)
    map.insert_or_assign(key, value());
  return map;
}

/// Puts as `crdt_replica` does.
class put_into {
public:
  explicit put_into(replica& target) : target_(target) {}

  void operator()(const std::string& key) {
    (void)target_.put(key, shared_bytes{value()}, core_now_ms);
    target_.take_changes(changes_);
  }

private:
  replica& target_;
  std::vector<crdt::key_change> changes_;
};

void measure_put(recorder& record, std::size_t count) {
  const key_orders keys{count};
  replica target{core_options(1)};
  fill(target, keys.by_number, value_bytes);
  auto map = make_plain_map(keys);
  const auto operations = record.effort().operations(1'000'000);
  record.run([&]() -> round_figures {
    const auto floor = rate_over_keys(keys.by_chance, operations,
                                      [&](const auto& key) { map.insert_or_assign(key, std::string{value()}); });
    return {rate_over_keys(keys.by_chance, operations, put_into{target}), {}, floor};
  });
}

void measure_get(recorder& record, std::size_t count) {
  const key_orders keys{count};
  replica target{core_options(1)};
  fill(target, keys.by_number, value_bytes);
  auto map = make_plain_map(keys);
  const auto operations = record.effort().operations(2'000'000);
  record.run([&]() -> round_figures {
    const auto floor =
      rate_over_keys(keys.by_chance, operations, [&](const auto& key) { keep(map.find(key)->second.data()); });
    return {rate_over_keys(keys.by_chance, operations,
                           [&](const auto& key) { keep(target.get(key, core_now_ms)->value.view().data()); }),
            {},
            floor};
  });
}

/// The frames with which an empty replica with the id 2 catches up with `source`.
std::vector<std::string> frames_of_catch_up(replica& source) {
  constexpr crdt::link_id link{1};
  std::vector<std::string> frames;
  replica target{core_options(2)};
  source.open(link, true, core_now_ms);
  target.open(link, false, core_now_ms);
  while (target.key_count() < source.key_count()) {
    for (auto& frame : source.take_frames()) {
      target.receive(link, frame.bytes, core_now_ms);
      frames.push_back(std::move(frame.bytes));
    }
    for (const auto& frame : target.take_frames())
      source.receive(link, frame.bytes, core_now_ms);
  }
  return frames;
}

void measure_join(recorder& record) {
  constexpr crdt::link_id link{1};
  replica source{core_options(1)};
  fill(source, keys().by_number, value_bytes);
  const auto frames = frames_of_catch_up(source);
  record.run([&]() -> round_figures {
    plain_map map;
    const auto floor = cpu_seconds([&] {
      for (const auto& key : keys().by_number)
        map.insert_or_assign(key, std::string{value()});
    });
    auto target = std::make_unique<replica>(core_options(2));
    target->open(link, false, core_now_ms);
    const auto seconds = cpu_seconds([&] {
      for (const auto& frame : frames) {
        target->receive(link, frame, core_now_ms);
        target->take_frames();
        target->take_changes();
      }
    });
    if (target->key_count() != key_count)
      throw std::runtime_error("keys are missing after the join");
    return {key_count / seconds, {}, key_count / floor};
  });
}

/// How many registers of the usual value fill a part.
constexpr std::size_t registers_per_part = 240;

std::string encode_part() {
  static const crdt::causal_register one{crdt::entry{{{1}, 7}, {core_now_ms << 16}, 0, shared_bytes{value()}}};
  crdt::delta_writer out{{1, 1, false, {}}};
  for (std::size_t i = 0; i < registers_per_part; ++i)
    out.add(keys().by_chance[i], one);
  return out.finish({});
}

/// Registers for each second, `work()` being done over `parts` parts.
template <class Function>
double rate_over_parts(std::size_t parts, Function work) {
  const auto seconds = cpu_seconds([&] {
    for (std::size_t i = 0; i < parts; ++i)
      work();
  });
  return static_cast<double>(parts * registers_per_part) / seconds;
}

/// The floor of encoding and decoding: to copy each value into a buffer of its own size.
double copying_rate(std::size_t parts) {
  std::string part(registers_per_part * value_bytes, ' ');
  return rate_over_parts(parts, [&] {
    for (std::size_t i = 0; i < registers_per_part; ++i) {
      std::memcpy(part.data() + i * value_bytes, value().data(), value_bytes);
      keep(part.data());
    }
  });
}

void measure_encode(recorder& record) {
  const auto parts = record.effort().operations(5'000);
  record.run([&]() -> round_figures {
    const auto floor = copying_rate(parts);
    return {rate_over_parts(parts, [] { keep(encode_part().data()); }), {}, floor};
  });
}

void measure_decode(recorder& record) {
  const auto parts = record.effort().operations(5'000);
  const auto frame = encode_part();
  record.run([&]() -> round_figures {
    const auto floor = copying_rate(parts);
    return {rate_over_parts(parts,
                            [&] {
                              const auto decoded = crdt::decode(frame);
                              std::get<crdt::delta_view>(*decoded).for_each_register(
                                [](std::string_view key, crdt::causal_register&& decoded_register, const auto&) {
                                  keep(key.data());
                                  keep(decoded_register.live(0).value.view().data());
                                });
                            }),
            {},
            floor};
  });
}

void measure_allocations(recorder& record) {
  replica target{core_options(1)};
  fill(target, keys().by_number, value_bytes);
  auto map = make_plain_map(keys());
  auto per_key = [](auto operation) {
    const auto before = allocation_count();
    for (const auto& key : keys().by_chance)
      operation(key);
    return static_cast<double>(allocation_count() - before) / key_count;
  };
  record.run([&]() -> round_figures {
    const auto floor = per_key([&](const auto& key) { map.insert_or_assign(key, std::string{value()}); });
    return {per_key(put_into{target}), {}, floor};
  });
}

} // namespace

std::vector<row> core_rows() {
  return {
    {"core_put",
     "core",
     "put into a map of 100k keys, one thread",
     "1/s",
     better::higher,
     "std::unordered_map::insert_or_assign",
     {.median = 2'000'000},
     true,
     [](recorder& record) { measure_put(record, key_count); }},
    {"core_get",
     "core",
     "get from a map of 100k keys, one thread",
     "1/s",
     better::higher,
     "std::unordered_map::find",
     {},
     true,
     [](recorder& record) { measure_get(record, key_count); }},
    {"core_join",
     "core",
     "decode and join 100k registers into an empty replica",
     "1/s",
     better::higher,
     "std::unordered_map::insert_or_assign into an empty map",
     {},
     true,
     measure_join},
    {"core_encode",
     "core",
     "encode a part of 240 registers, for each register",
     "1/s",
     better::higher,
     "memcpy of the value",
     {},
     true,
     measure_encode},
    {"core_decode",
     "core",
     "decode a part of 240 registers, for each register",
     "1/s",
     better::higher,
     "memcpy of the value",
     {},
     true,
     measure_decode},
    {"core_allocations",
     "core",
     "allocations for each put, that of the value among them",
     "1",
     better::lower,
     "std::unordered_map::insert_or_assign",
     {.median = 2},
     true,
     measure_allocations},
  };
}

std::vector<row> core_scaling_rows() {
  std::vector<row> rows;
  auto add = [&](const char* name, const char* what, const char* floor, std::size_t count, auto measure) {
    rows.push_back({fmt::format("{}_{}_keys", name, count),
                    "scaling",
                    fmt::format("{} a map of {} keys, one thread", what, count),
                    "1/s",
                    better::higher,
                    floor,
                    {},
                    false,
                    [=](recorder& record) { measure(record, count); }});
  };
  for (const std::size_t count : {1'000, 10'000, 100'000, 1'000'000}) {
    add("core_put", "put into", "std::unordered_map::insert_or_assign", count, measure_put);
    add("core_get", "get from", "std::unordered_map::find", count, measure_get);
  }
  return rows;
}

} // namespace ariadne::bench
