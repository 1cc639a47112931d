// The longest single call of the core at a million keys, by kind of call, in microseconds of processor time. What one
// call takes, a handler of an actor takes.
//
// Each play is played three times, call by call the same, and of each call the shortest time counts: what the machine
// does besides is no part of it.

#include "bench/cpu_clock.hpp"
#include "crdt/replica.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace ariadne::crdt;

constexpr std::size_t key_count = 1'000'000;
constexpr int plays = 3;

/// Times the calls of a play that is repeated.
class stopwatch {
public:
  void begin_play() {
    next_ = 0;
  }

  template <class Call>
  void time(std::string_view kind, Call call) {
    const auto ns = static_cast<std::uint32_t>(std::min(ariadne::bench::cpu_seconds(call) * 1e9, double{UINT32_MAX}));
    if (next_ == calls_.size())
      calls_.push_back({ns, number_of(kind)});
    else
      calls_[next_].ns = std::min(calls_[next_].ns, ns);
    ++next_;
  }

  /// The longest call of each kind becomes a counter.
  void report(benchmark::State& state) const {
    for (const auto& [ns, kind] : calls_) {
      auto& longest = state.counters[kinds_[kind] + "_us"].value;
      longest = std::max(longest, static_cast<double>(ns) / 1'000);
    }
  }

private:
  struct call_time {
    std::uint32_t ns;
    std::uint32_t kind;
  };

  std::uint32_t number_of(std::string_view kind) {
    const auto number = std::find(kinds_.begin(), kinds_.end(), kind) - kinds_.begin();
    if (static_cast<std::size_t>(number) == kinds_.size())
      kinds_.emplace_back(kind);
    return static_cast<std::uint32_t>(number);
  }

  std::vector<std::string> kinds_;
  std::vector<call_time> calls_;
  std::size_t next_ = 0;
};

/// A replica whose calls are timed.
struct timed_replica {
  timed_replica(std::uint64_t id, stopwatch& watch)
    : watch(watch), core([id] {
        replica_options options;
        options.id = {id};
        options.cluster = "bench";
        options.node = "node" + std::to_string(id);
        return options;
      }()) {}

  template <class Call>
  void time(std::string_view kind, Call call) {
    watch.time(kind, call);
    core.take_changes();
  }

  void fill(std::uint64_t now_ms, std::uint64_t expires_at_ms = 0) {
    for (std::size_t i = 0; i < key_count; ++i) {
      const auto key = "game_" + std::to_string(i * 7'919 % key_count);
      time("put", [&] { (void)core.put(key, shared_bytes{"v"}, now_ms, expires_at_ms); });
    }
  }

  void erase_half(std::uint64_t now_ms) {
    for (std::size_t i = 0; i < key_count; i += 2)
      time("erase", [&] { core.erase("game_" + std::to_string(i), now_ms); });
  }

  stopwatch& watch;
  replica core;
};

constexpr std::uint64_t start_ms = 1'700'000'000'000;

void open(timed_replica& left, timed_replica& right, link_id link) {
  left.time("open", [&] { left.core.open(link, true, start_ms); });
  right.time("open", [&] { right.core.open(link, true, start_ms); });
}

void close(timed_replica& left, timed_replica& right, link_id link) {
  left.time("close", [&] { left.core.close(link, start_ms); });
  right.time("close", [&] { right.core.close(link, start_ms); });
}

/// Carries what one has to say to the other. Returns whether there was anything.
bool carry(timed_replica& from, timed_replica& to, link_id link) {
  std::vector<outgoing_frame> frames;
  from.time("take_frames", [&] { frames = from.core.take_frames(); });
  for (const auto& frame : frames)
    to.time(frame.bytes.size() > 1'000 ? "receive_delta" : "receive_other",
            [&] { to.core.receive(link, frame.bytes, start_ms); });
  if (to.core.has_work())
    to.time("work", [&] { to.core.work(start_ms); });
  return !frames.empty() || to.core.has_work();
}

void talk(timed_replica& left, timed_replica& right, link_id link) {
  open(left, right, link);
  for (auto is_quiet = false; !is_quiet;) {
    is_quiet = !carry(left, right, link);
    is_quiet &= !carry(right, left, link);
  }
}

/// An empty replica catches up. While it is away, half of the keys are erased and forgotten, and when it is back it
/// gets a full state, the end of which is worked off.
void catch_up(stopwatch& watch) {
  timed_replica left{1, watch};
  timed_replica right{2, watch};
  left.fill(start_ms);
  talk(left, right, {1});
  close(left, right, {1});
  left.erase_half(start_ms);
  for (auto now_ms = start_ms; left.core.map().size() > key_count / 2;)
    left.time("tick_forgets", [&] { left.core.tick(now_ms += 100); });
  talk(left, right, {2});
  close(left, right, {2});
}

/// A full state that is full of erased keys comes in, twice: the first time the link closes before its end.
void erased_in_full_state(stopwatch& watch) {
  timed_replica left{1, watch};
  timed_replica right{2, watch};
  left.fill(start_ms);
  talk(left, right, {1});
  close(left, right, {1});
  left.core.erase("game_1", start_ms);
  left.core.tick(start_ms);
  left.core.set_members({{2}, {3}});
  left.erase_half(start_ms);
  open(left, right, {2});
  while (right.core.counters().registers_received < key_count + 900'000 && carry(left, right, {2}))
    carry(right, left, {2});
  close(left, right, {2});
  while (right.core.has_work())
    right.time("work", [&] { right.core.work(start_ms); });
  talk(left, right, {3});
}

/// Eight neighbours come at once.
void many_neighbours(stopwatch& watch) {
  timed_replica hub{1, watch};
  hub.fill(start_ms);
  for (std::uint64_t id = 2; id < 10; ++id) {
    replica_options options;
    options.id = {id};
    options.cluster = "bench";
    options.node = "node" + std::to_string(id);
    replica spoke{options};
    const link_id link{id};
    hub.core.open(link, true, start_ms);
    spoke.open(link, true, start_ms);
    hub.core.take_frames();
    for (const auto& frame : spoke.take_frames())
      hub.time("receive_other", [&] { hub.core.receive(link, frame.bytes, start_ms); });
  }
  for (int i = 0; i < 100; ++i)
    hub.time("put", [&] { (void)hub.core.put("more", shared_bytes{std::string(1'000, 'v')}, start_ms); });
  hub.time("tick", [&] { hub.core.tick(start_ms + 100); });
}

/// All keys expire within a millisecond.
void expiry(stopwatch& watch) {
  timed_replica one{1, watch};
  one.core.set_members({{2}});
  one.fill(start_ms, start_ms + 1'000);
  for (auto now_ms = start_ms + 20'000; one.core.key_count() > 0;)
    one.time("tick_expires", [&] { one.core.tick(now_ms += 100); });
}

/// The clock turns out to have been an hour ahead when all keys were written.
void restamping(stopwatch& watch) {
  timed_replica one{1, watch};
  one.fill(start_ms + 3'600'000);
  for (auto now_ms = start_ms; now_ms < start_ms + 30'000;) {
    one.time("tick_restamps", [&] { one.core.tick(now_ms += 100); });
    one.core.take_rewritten();
  }
}

/// All keys are listed, page by page.
void listing(stopwatch& watch) {
  timed_replica one{1, watch};
  one.fill(start_ms);
  std::string last;
  auto is_last = false;
  for (std::uint64_t page = 1; !is_last; ++page) {
    (void)one.core.ask_for_keys(page, 1, "", last);
    for (auto answers = one.core.take_key_pages();; answers = one.core.take_key_pages()) {
      if (!answers.empty()) {
        is_last = answers.front().page.is_last;
        last = answers.front().page.keys.back();
        break;
      }
      one.time("work_lists", [&] { one.core.work(start_ms); });
    }
  }
  one.time("tick_ends_listing", [&] { one.core.tick(start_ms + 60'000); });
}

void longest_call(benchmark::State& state, void (*play)(stopwatch&)) {
  stopwatch watch;
  for (auto _ : state)
    for (int i = 0; i < plays; ++i) {
      watch.begin_play();
      play(watch);
    }
  watch.report(state);
}
BENCHMARK_CAPTURE(longest_call, catch_up, catch_up)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(longest_call, erased_in_full_state, erased_in_full_state)
  ->Iterations(1)
  ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(longest_call, many_neighbours, many_neighbours)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(longest_call, expiry, expiry)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(longest_call, restamping, restamping)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(longest_call, listing, listing)->Iterations(1)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
