// The longest single call of each kind into a session host that knows very many sessions, with what it takes to fetch
// the commands that come of it, in thread time.

#include "bench/cpu_clock.hpp"
#include "session/peer_message.hpp"
#include "session/session_host.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

namespace crdt = ariadne::crdt;
using namespace ariadne::session;

constexpr std::size_t session_count = 100'000;
/// As many requests as may wait on the actor of a host.
constexpr std::size_t request_count = 65'536;
constexpr std::size_t state_bytes = 256;

const host_id self{"a", 1};
const host_id other{"b", 2};
const host_id third{"c", 3};

session_key key(std::size_t i) {
  return {"game", std::to_string((i * 7919) % session_count)};
}

snapshot state_of_session() {
  return {"state", 1, std::string(state_bytes, 's')};
}

session_record record_of(const host_id& owner) {
  return {session_phase::running, 1, 1, owner, {}, state_of_session()};
}

std::vector<crdt::live_entry> entries_of(const host_id& owner, std::uint64_t counter) {
  return {
    {{ariadne::crdt::replica_id{owner.incarnation}, counter}, ariadne::crdt::shared_bytes{encode(record_of(owner))}}};
}

/// A host with its map and its sessions, which do at once what it wants; whoever else is up says nothing.
class measured_host {
public:
  explicit measured_host(minority_policy minority) : host_(options(minority), now_) {
    if (minority == minority_policy::pause)
      now_ += 10'000;
    call([&](session_host& h) { h.caught_up(now_); });
  }

  /// Measures the call, and what the host has left to do after it.
  template <class Call>
  void call(Call what) {
    measure([&] { what(host_); });
    while (host_.has_work())
      measure([&] { host_.work(now_); });
  }

  void tick(std::uint64_t ms = 20) {
    now_ += ms;
    call([&](session_host& h) { h.tick(now_); });
  }

  /// Everything has been looked at by ticks, too.
  void settle() {
    for (std::size_t i = 0; i < 2 * session_count / 4'096 + 50; ++i)
      tick();
  }

  void meet(const host_id& peer) {
    call([&](session_host& h) { h.peer_up(peer, now_); });
    host_profile profile;
    profile.kinds["game"] = 1;
    profile.is_ready = true;
    hear(peer, announce{profile});
  }

  void lose(const host_id& peer) {
    call([&](session_host& h) { h.peer_down(peer, now_); });
  }

  void hear(const host_id& peer, const peer_message& message) {
    std::string frame;
    append(frame, message);
    call([&](session_host& h) { h.receive(peer, frame, now_); });
  }

  void know_sessions_of(const host_id& owner) {
    for (std::size_t i = 0; i < session_count; ++i) {
      const auto entries = entries_of(owner, i + 1);
      call([&](session_host& h) { h.record_changed(key(i), entries, now_); });
    }
  }

  void run_sessions() {
    for (std::size_t i = 0; i < session_count; ++i)
      call([&](session_host& h) { h.start(++last_request_, key(i), state_of_session(), now_ + 5'000, now_); });
  }

  void forget_what_was_measured() {
    longest_s_ = 0;
    calls_ = too_long_ = 0;
  }

  void report(benchmark::State& state) const {
    state.counters["longest_us"] = longest_s_ * 1e6;
    state.counters["calls"] = static_cast<double>(calls_);
    state.counters["over_5_ms"] = static_cast<double>(too_long_);
    state.counters["answers"] = static_cast<double>(answers_);
    state.counters["runs"] = static_cast<double>(running_);
  }

  std::uint64_t now() const {
    return now_;
  }
  std::uint64_t next_request() {
    return ++last_request_;
  }

private:
  static session_host_options options(minority_policy minority) {
    session_host_options result;
    result.self = self;
    result.kinds["game"] = {};
    result.minority = minority;
    if (minority == minority_policy::pause)
      result.configured_nodes = {"a", "b", "c"};
    return result;
  }

  template <class Call>
  void measure(Call what) {
    std::vector<command> commands;
    const auto seconds = ariadne::bench::cpu_seconds([&] {
      what();
      commands = host_.take_commands();
    });
    longest_s_ = std::max(longest_s_, seconds);
    ++calls_;
    too_long_ += seconds > 5e-3 ? 1 : 0;
    for (auto& c : commands)
      std::visit([&](auto& each) { carry_out(each); }, c);
  }

  void carry_out(write_record& c) {
    writes_.push_back({std::move(c.key), std::move(c.value)});
    if (std::exchange(is_writing_, true))
      return;
    for (std::size_t next = 0; next < writes_.size(); ++next) {
      auto [written, value] = std::move(writes_[next]);
      const std::vector<crdt::live_entry> entries{
        {{ariadne::crdt::replica_id{1}, ++last_event_}, ariadne::crdt::shared_bytes{value}}};
      measure([&, key = written] { host_.write_done(key, {true, true, entries}, now_); });
    }
    writes_.clear();
    is_writing_ = false;
  }
  void carry_out(start_session&) {
    ++running_;
  }
  void carry_out(stop_session&) {
    --running_;
  }
  void carry_out(answer_request&) {
    ++answers_;
  }
  template <class Command>
  void carry_out(Command&) {}

  std::uint64_t now_ = 1'000'000;
  session_host host_;
  double longest_s_ = 0;
  std::size_t calls_ = 0;
  std::size_t too_long_ = 0;
  std::uint64_t last_request_ = 0;
  std::uint64_t last_event_ = 0;
  std::size_t running_ = 0;
  std::size_t answers_ = 0;
  bool is_writing_ = false;
  std::vector<std::pair<session_key, std::string>> writes_;
};

/// Plays `prepare` with a host, then measures `what` and all that follows from it.
template <class Prepare, class What>
void longest(benchmark::State& state, Prepare prepare, What what, minority_policy minority = minority_policy::run) {
  for (auto _ : state) {
    measured_host host{minority};
    prepare(host);
    host.forget_what_was_measured();
    what(host);
    host.report(state);
  }
}

void longest_taking_over(benchmark::State& state) {
  longest(
    state,
    [](measured_host& h) {
      h.meet(other);
      h.know_sessions_of(other);
    },
    [](measured_host& h) {
      h.lose(other);
      h.settle();
    });
}
BENCHMARK(longest_taking_over)->Iterations(1)->Unit(benchmark::kMillisecond);

void longest_claiming(benchmark::State& state) {
  longest(
    state,
    [](measured_host& h) {
      h.meet(other);
      h.meet(third);
      h.know_sessions_of(other);
    },
    [](measured_host& h) {
      h.lose(other);
      h.settle();
      // The claims that nobody answers end with whoever was asked.
      h.lose(third);
      h.settle();
    });
}
BENCHMARK(longest_claiming)->Iterations(1)->Unit(benchmark::kMillisecond);

void longest_event_of_a_node(benchmark::State& state) {
  longest(
    state, [](measured_host& h) { h.run_sessions(); },
    [](measured_host& h) {
      h.meet(other);
      h.call([&](session_host& each) { each.set_unmet({"c"}, h.now()); });
      h.settle();
      h.lose(other);
      h.call([&](session_host& each) { each.set_cordoned(true, h.now()); });
      h.call([&](session_host& each) { each.set_cordoned(false, h.now()); });
      h.settle();
    });
}
BENCHMARK(longest_event_of_a_node)->Iterations(1)->Unit(benchmark::kMillisecond);

void longest_restart_of_the_map(benchmark::State& state) {
  longest(
    state, [](measured_host& h) { h.run_sessions(); },
    [](measured_host& h) {
      h.call([&](session_host& each) { each.map_restarted(h.now()); });
      h.settle();
    });
}
BENCHMARK(longest_restart_of_the_map)->Iterations(1)->Unit(benchmark::kMillisecond);

void longest_drain(benchmark::State& state) {
  longest(
    state, [](measured_host& h) { h.run_sessions(); },
    [](measured_host& h) {
      h.meet(other);
      h.call([&](session_host& each) { each.drain(h.now()); });
      h.settle();
    });
}
BENCHMARK(longest_drain)->Iterations(1)->Unit(benchmark::kMillisecond);

void longest_going_out_of_service(benchmark::State& state) {
  longest(
    state, [](measured_host& h) { h.run_sessions(); },
    [](measured_host& h) {
      h.call([&](session_host& each) { each.set_in_service(false, h.now()); });
      h.settle();
      h.call([&](session_host& each) { each.set_in_service(true, h.now()); });
      h.settle();
    });
}
BENCHMARK(longest_going_out_of_service)->Iterations(1)->Unit(benchmark::kMillisecond);

/// With `pause`: the others answer no more.
void longest_pause(benchmark::State& state) {
  longest(
    state,
    [](measured_host& h) {
      h.meet(other);
      h.tick();
      h.hear(other, lease_answer{h.now()});
      // Nobody else may own them: they are claimed, and granted.
      for (std::size_t i = 0; i < session_count; ++i) {
        h.hear(other, lease_answer{h.now()});
        h.call([&](session_host& each) {
          each.start(h.next_request(), key(i), state_of_session(), h.now() + 5'000, h.now());
        });
        h.hear(other, claim_answer{key(i), 1, verdict::granted, 0});
        h.hear(other, run_answer{key(i), 1, true});
      }
    },
    [](measured_host& h) {
      h.tick(60'000);
      h.settle();
    },
    minority_policy::pause);
}
BENCHMARK(longest_pause)->Iterations(1)->Unit(benchmark::kMillisecond);

/// Requests that are answered by nobody end at the same time.
void longest_end_of_requests(benchmark::State& state) {
  longest(
    state,
    [](measured_host& h) {
      for (std::size_t i = 0; i < request_count; ++i)
        h.call([&](session_host& each) { each.locate(h.next_request(), key(i), h.now() + 5'000, h.now()); });
    },
    [](measured_host& h) {
      h.tick(10'000);
      h.settle();
    });
}
BENCHMARK(longest_end_of_requests)->Iterations(1)->Unit(benchmark::kMillisecond);

/// The same, of messages to sessions of a host that has them and is lost.
void longest_loss_of_messages(benchmark::State& state) {
  longest(
    state,
    [](measured_host& h) {
      h.meet(other);
      h.know_sessions_of(other);
      for (std::size_t i = 0; i < request_count; ++i)
        h.call([&](session_host& each) { each.deliver(h.next_request(), key(i), "act", h.now() + 5'000, h.now()); });
    },
    [](measured_host& h) {
      h.lose(other);
      h.settle();
    });
}
BENCHMARK(longest_loss_of_messages)->Iterations(1)->Unit(benchmark::kMillisecond);

/// All who wait for one session are answered, or have ended.
void longest_start_that_many_wait_for(benchmark::State& state) {
  longest(
    state,
    [](measured_host& h) {
      for (std::size_t i = 0; i < request_count; ++i)
        h.call([&](session_host& each) { each.locate(h.next_request(), key(0), h.now() + 50'000, h.now()); });
    },
    [](measured_host& h) {
      for (std::size_t i = 1; i <= request_count / 4; ++i)
        h.call([&](session_host& each) { each.withdraw(i, h.now()); });
      h.tick();
      h.call([&](session_host& each) {
        each.start(h.next_request(), key(0), state_of_session(), h.now() + 5'000, h.now());
      });
      h.tick();
    });
}
BENCHMARK(longest_start_that_many_wait_for)->Iterations(1)->Unit(benchmark::kMillisecond);

/// A frame as another host cuts them, full of claims, and one full of questions.
void longest_frame(benchmark::State& state) {
  longest(
    state,
    [](measured_host& h) {
      h.meet(other);
      h.meet(third);
      h.know_sessions_of(third);
    },
    [](measured_host& h) {
      std::string claims;
      for (std::size_t i = 0; claims.size() < frame_bytes; ++i)
        append(claims, claim{key(i), 2, record_of(third).rank(), session_phase::running, third, {}});
      h.call([&](session_host& each) { each.receive(other, claims, h.now()); });
      std::string questions;
      for (std::size_t i = 0; questions.size() < frame_bytes; ++i)
        append(questions, run_question{key(i), 7});
      h.call([&](session_host& each) { each.receive(other, questions, h.now()); });
      std::string stops;
      for (std::size_t i = 0; stops.size() < frame_bytes; ++i)
        append(stops, stop_request{i, key(i)});
      h.call([&](session_host& each) { each.receive(other, stops, h.now()); });
    });
}
BENCHMARK(longest_frame)->Iterations(1)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
