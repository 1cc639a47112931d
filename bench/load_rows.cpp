#include "bench/load_rows.hpp"

#include "actors/caf_edition.hpp"
#include "bench/embedded_node.hpp"
#include "bench/workload.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace ariadne::bench {

namespace {

using steady_clock = std::chrono::steady_clock;

/// Makes a request whenever it is told to. A request counts from the time at which it was due, not from that at which
/// it could be made: otherwise, whatever holds up one request would hide what it does to those after it (coordinated
/// omission).
struct load_generator {
  load_generator(const state_handoff_actor& target, double rate, std::size_t count)
    : handoff(target), interval(1 / rate), times_left(count) {
    times.reserve(count);
  }

  steady_clock::time_point due(std::size_t number) const {
    return begin + std::chrono::duration_cast<steady_clock::duration>(static_cast<double>(number) * interval);
  }

  void send(caf::event_based_actor* self, std::size_t number) {
    mail(self, stash_atom_v, keys[number % keys.size()], state)
      .request(handoff, caf::infinite)
      .then(
        [this, number](const receipt&) {
          times.add(steady_clock::now() - due(number));
          answered();
        },
        [this](caf::error&) {
          failed = true;
          answered();
        });
  }

  void answered() {
    if (--times_left == 0)
      done.set_value();
  }

  state_handoff_actor handoff;
  std::chrono::duration<double> interval;
  std::size_t times_left;
  std::vector<std::string> keys = make_keys(10'000);
  snapshot state = make_state(value_bytes);
  steady_clock::time_point begin;
  latencies times;
  bool failed = false;
  std::promise<void> done;
};

void measure_load(recorder& record, double rate) {
  cluster_file file{{"a", "b"}};
  embedded_node a{file, "a"};
  const auto b = file.start("b");
  a.events().wait_for(handoff_event_kind::node_up, "b");
  a.stash("ready", make_state(1), concern_level::all);
  // Two seconds for each round.
  const auto count = static_cast<std::size_t>(rate * 2);
  record.run([&]() -> round_figures {
    load_generator load{a.handoff(), rate, count};
    const auto sender = a.system().spawn([&load](caf::event_based_actor* self) -> caf::behavior {
      return {[&load, self](std::uint64_t number) { load.send(self, number); }};
    });
    load.begin = steady_clock::now();
    for (std::size_t i = 0; i < count; ++i) {
      std::this_thread::sleep_until(load.due(i));
      anon_mail(std::uint64_t{i}).send(sender);
    }
    load.done.get_future().wait();
    caf::anon_send_exit(sender, caf::exit_reason::user_shutdown);
    if (load.failed)
      throw std::runtime_error("a stash was not acknowledged");
    record.distribution(load.times);
    return {load.times.percentile_us(0.5), load.times.percentile_us(0.99), {}};
  });
}

} // namespace

std::vector<row> load_rows() {
  std::vector<row> rows;
  for (const auto rate : {1'000, 5'000, 20'000, 50'000})
    rows.push_back({fmt::format("load_{}", rate),
                    "load",
                    fmt::format("stash until another node has acknowledged it, {} due each second", rate),
                    "us",
                    better::lower,
                    "",
                    {},
                    false,
                    [rate](recorder& record) { measure_load(record, rate); }});
  return rows;
}

} // namespace ariadne::bench
