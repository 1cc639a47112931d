// Measures the data store of Broker (https://zeek.org), which is replicated over CAF as well: a master, and clones that
// follow it.
//
// usage: broker_driver master KEYS       runs a master with so many keys until it is killed; prints its port
//        broker_driver clone PORT COUNT  catches up as a clone, then puts: prints the seconds to catch up, the median
//                                        and 99th percentile of a put that the master has answered in microseconds,
//                                        and puts for each second until the master has all

#include "bench/latencies.hpp"
#include "bench/workload.hpp"

#include <broker/broker.hh>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace ariadne::bench {

namespace {

using steady_clock = std::chrono::steady_clock;

double seconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

const std::string value(value_bytes, 'v');

broker::configuration quiet() {
  broker::broker_options options;
  options.disable_ssl = true;
  return broker::configuration{options};
}

int run_master(std::size_t key_count) {
  broker::endpoint endpoint{quiet()};
  auto store = endpoint.attach_master("bench", broker::backend::memory);
  if (!store)
    throw std::runtime_error("cannot attach a master");
  const auto port = endpoint.listen("127.0.0.1", 0);
  for (std::size_t i = 0; i < key_count; ++i)
    store->put(make_key('k', i), value);
  // Puts are worked off in their order.
  if (!store->put_unique("filled", true))
    throw std::runtime_error("the master does not answer");
  std::printf("%u\n", port);
  std::fflush(stdout);
  for (;;)
    pause();
}

int run_clone(std::uint16_t port, std::size_t count) {
  broker::endpoint endpoint{quiet()};
  if (!endpoint.peer("127.0.0.1", port))
    throw std::runtime_error("cannot reach the master");
  const auto begin = steady_clock::now();
  auto store = endpoint.attach_clone("bench");
  if (!store)
    throw std::runtime_error("cannot attach a clone");
  // Until it has the master's snapshot, a clone answers that there is no data, or not at all.
  while (!store->get("filled"))
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  const auto catch_up = seconds_since(begin);

  latencies times;
  for (std::size_t i = 0; i < count; ++i) {
    const auto sent = steady_clock::now();
    if (!store->put_unique(make_key('u', i), value))
      throw std::runtime_error("the master does not answer");
    times.add(steady_clock::now() - sent);
  }
  const auto rate_count = count * 50;
  const auto rate_begin = steady_clock::now();
  for (std::size_t i = 0; i < rate_count; ++i)
    store->put(make_key('r', i), value);
  for (;;)
    if (store->put_unique("end", true))
      break;
  std::printf("%.4f %.1f %.1f %.0f\n", catch_up, times.percentile_us(0.5), times.percentile_us(0.99),
              static_cast<double>(rate_count) / seconds_since(rate_begin));
  std::fflush(stdout);
  // Its destructor waits for what the stores have open.
  _exit(0);
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "master")
    return run_master(std::stoul(arguments[1]));
  if (arguments.size() == 3 && arguments[0] == "clone")
    return run_clone(static_cast<std::uint16_t>(std::stoul(arguments[1])), std::stoul(arguments[2]));
  throw std::invalid_argument("usage: broker_driver master KEYS | clone PORT COUNT");
}

} // namespace

} // namespace ariadne::bench

int main(int argc, char** argv) {
  try {
    return ariadne::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "broker_driver: %s\n", error.what());
    return 1;
  }
}
