// Runs one operation of the core some thousands of times, for bench/instruction_counts.sh to count its instructions.
//
// usage: counted_operation put|get|join|encode|decode     prints how often it has run the operation

#include "bench/core_pair.hpp"
#include "bench/workload.hpp"
#include "crdt/codec.hpp"

#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What callgrind looks at, and nothing else: this and the copies of it that the compiler makes.
extern "C" __attribute__((noinline)) void ariadne_counted(const std::function<void()>& work) {
  work();
}

namespace ariadne::bench {

namespace {

using crdt::replica;
using crdt::shared_bytes;

constexpr std::size_t key_count = 20'000;
constexpr crdt::link_id link{1};

const std::vector<std::string>& keys() {
  static const auto result = make_keys(key_count);
  return result;
}

const std::string& value() {
  static const std::string result(value_bytes, 'v');
  return result;
}

void put() {
  replica target{core_options(1)};
  fill(target, keys(), value_bytes);
  std::vector<crdt::key_change> changes;
  ariadne_counted([&] {
    for (const auto& key : keys()) {
      (void)target.put(key, shared_bytes{value()}, core_now_ms);
      target.take_changes(changes);
    }
  });
}

void get() {
  replica target{core_options(1)};
  fill(target, keys(), value_bytes);
  ariadne_counted([&] {
    for (const auto& key : keys())
      keep(target.get(key, core_now_ms)->value.view().data());
  });
}

void join() {
  replica source{core_options(1)};
  replica target{core_options(2)};
  source.open(link, true, core_now_ms);
  target.open(link, true, core_now_ms);
  exchange(source, target, link);
  fill(source, keys(), value_bytes);
  for (;;) {
    auto frames = source.take_frames();
    if (frames.empty())
      break;
    ariadne_counted([&] {
      for (const auto& frame : frames) {
        target.receive(link, frame.bytes, core_now_ms);
        target.take_changes();
      }
    });
    for (const auto& frame : target.take_frames())
      source.receive(link, frame.bytes, core_now_ms);
  }
}

std::string encode_registers() {
  const crdt::causal_register one{crdt::entry{{{1}, 7}, {core_now_ms << 16}, 0, shared_bytes{value()}}};
  crdt::delta_writer out{{1, 1, false, {}}};
  for (const auto& key : keys())
    out.add(key, one);
  return out.finish({});
}

void encode() {
  ariadne_counted([] { keep(encode_registers().data()); });
}

void decode() {
  const auto frame = encode_registers();
  ariadne_counted([&] {
    const auto decoded = crdt::decode(frame);
    std::get<crdt::delta_view>(*decoded).for_each_register(
      [](std::string_view key, crdt::causal_register&& decoded_register, const auto&) {
        keep(key.data());
        keep(decoded_register.live(0).value.view().data());
      });
  });
}

} // namespace

} // namespace ariadne::bench

int main(int argc, char** argv) {
  using namespace ariadne::bench;
  const std::map<std::string_view, void (*)()> operations{
    {"put", put}, {"get", get}, {"join", join}, {"encode", encode}, {"decode", decode}};
  const auto chosen = argc == 2 ? operations.find(argv[1]) : operations.end();
  if (chosen == operations.end()) {
    std::fputs("usage: counted_operation put|get|join|encode|decode\n", stderr);
    return 2;
  }
  (void)keys();
  chosen->second();
  std::printf("%zu\n", key_count);
  return 0;
}
