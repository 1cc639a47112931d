// Measures a key-value store that runs already, with the keys and values of ariadne_bench, for bench/compare.sh.
//
// usage: store_driver latency STORE PORT COUNT         one put after the other: median and 99th percentile, us
//        store_driver rate STORE PORT COUNT            puts for each second, as many at once as the protocol allows, or
//                                                      by 64 connections
//        store_driver resync MASTER_PORT REPLICA_PORT  seconds until a Redis replica has everything
//        store_driver ports COUNT                      so many ports that are free now
//
// STORE is redis, redis-wait, redis-alone, nats or etcd.

#include "bench/compare/store_client.hpp"
#include "bench/latencies.hpp"
#include "bench/workload.hpp"
#include "test/support/reserved_port.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace ariadne::bench {

namespace {

using connect_function = std::function<std::unique_ptr<store_client>(std::uint16_t)>;

const connect_function& find_store(const std::string& name) {
  static const std::map<std::string, connect_function> stores{
    {"redis", [](std::uint16_t port) { return connect_to_redis(port, redis_wait::at_the_end); }},
    {"redis-wait", [](std::uint16_t port) { return connect_to_redis(port, redis_wait::at_each_put); }},
    {"redis-alone", [](std::uint16_t port) { return connect_to_redis(port, redis_wait::never); }},
    {"nats", connect_to_nats},
    {"etcd", connect_to_etcd},
  };
  const auto found = stores.find(name);
  if (found == stores.end())
    throw std::runtime_error("there is no store " + name);
  return found->second;
}

const std::string value(value_bytes, 'v');

void measure_latency(const std::string& store, std::uint16_t port, std::size_t count) {
  const auto client = find_store(store)(port);
  const auto keys = make_keys(count);
  latencies times;
  auto put_all = [&] {
    for (const auto& key : keys) {
      const auto begin = std::chrono::steady_clock::now();
      client->send_put(key, value);
      client->await_answer();
      times.add(std::chrono::steady_clock::now() - begin);
    }
  };
  // Once to warm up.
  put_all();
  times = {};
  put_all();
  fmt::print("{:.1f} {:.1f}\n", times.percentile_us(0.5), times.percentile_us(0.99));
}

void put_in_window(store_client& client, const std::vector<std::string>& keys, std::size_t first, std::size_t step) {
  std::size_t outstanding = 0;
  for (std::size_t i = first; i < keys.size(); i += step) {
    if (outstanding == client.window()) {
      client.await_answer();
      --outstanding;
    }
    client.send_put(keys[i], value);
    ++outstanding;
  }
  for (; outstanding > 0; --outstanding)
    client.await_answer();
}

void measure_rate(const std::string& store, std::uint16_t port, std::size_t count) {
  const auto& connect = find_store(store);
  const auto first = connect(port);
  const auto keys = make_keys(count);
  const std::size_t connections = first->window() > 1 ? 1 : 64;
  std::vector<std::thread> threads;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 1; i < connections; ++i)
    threads.emplace_back([&, i] { put_in_window(*connect(port), keys, i, connections); });
  put_in_window(*first, keys, 0, connections);
  for (auto& thread : threads)
    thread.join();
  first->settle();
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  fmt::print("{:.0f}\n", static_cast<double>(count) / seconds);
}

void print_free_ports(std::size_t count) {
  const std::vector<test::reserved_port> ports(count);
  for (const auto& port : ports)
    fmt::print("{}\n", port.number());
}

int run(const std::vector<std::string>& arguments) {
  auto port_of = [](const std::string& text) { return static_cast<std::uint16_t>(std::stoul(text)); };
  if (arguments.size() == 4 && arguments[0] == "latency")
    measure_latency(arguments[1], port_of(arguments[2]), std::stoul(arguments[3]));
  else if (arguments.size() == 4 && arguments[0] == "rate")
    measure_rate(arguments[1], port_of(arguments[2]), std::stoul(arguments[3]));
  else if (arguments.size() == 3 && arguments[0] == "resync")
    fmt::print("{:.4f}\n", redis_resync_seconds(port_of(arguments[1]), port_of(arguments[2])));
  else if (arguments.size() == 2 && arguments[0] == "ports")
    print_free_ports(std::stoul(arguments[1]));
  else
    throw std::invalid_argument(
      "usage: store_driver latency|rate STORE PORT COUNT | ports COUNT | resync MASTER_PORT REPLICA_PORT");
  return 0;
}

} // namespace

} // namespace ariadne::bench

int main(int argc, char** argv) {
  try {
    return ariadne::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "store_driver: {}\n", error.what());
    return 1;
  }
}
