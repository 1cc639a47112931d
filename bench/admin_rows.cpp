#include "bench/admin_rows.hpp"

#include "bench/cluster_file.hpp"
#include "bench/cpu_clock.hpp"
#include "bench/embedded_node.hpp"
#include "bench/latencies.hpp"
#include "bench/workload.hpp"
#include "ops/admin_server.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <sstream>
#include <stdexcept>
#include <string>

namespace ariadne::bench {

namespace {

/// A node with keys, which is looked at by HTTP.
class visible_node {
public:
  explicit visible_node(std::size_t key_count)
    : node_(file_, "a"), server_(node_.system(), node_.supervisor(), {{"127.0.0.1", 0}}) {
    node_.stash_all(make_keys(key_count), make_state(value_bytes));
  }

  /// How long each of `count` answers takes, the connection included.
  latencies time_answers(const std::string& path, std::size_t count) {
    latencies times;
    for (std::size_t i = 0; i < count; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      get(path);
      times.add(std::chrono::steady_clock::now() - begin);
    }
    return times;
  }

private:
  void get(const std::string& path) {
    boost::asio::ip::tcp::iostream stream{"127.0.0.1", std::to_string(server_.port())};
    stream << "GET " << path << " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" << std::flush;
    std::ostringstream answer;
    answer << stream.rdbuf();
    if (!answer.str().starts_with("HTTP/1.1 200 "))
      throw std::runtime_error(path + " was not answered: " + answer.str().substr(0, answer.str().find('\r')));
  }

  cluster_file file_{{"a"}};
  embedded_node node_;
  admin_server server_;
};

std::size_t keys_of(const recorder& record) {
  return record.effort().operations(1'000'000);
}

void measure_scrape(recorder& record) {
  visible_node node{keys_of(record)};
  const auto count = record.effort().operations(1'000);
  record.run([&]() -> round_figures {
    auto floor = node.time_answers("/livez", count);
    auto times = node.time_answers("/metrics", count);
    return {times.percentile_us(0.5) / 1e3, times.percentile_us(0.99) / 1e3, floor.percentile_us(0.5) / 1e3};
  });
}

void measure_scrape_cpu(recorder& record) {
  visible_node node{keys_of(record)};
  const auto count = record.effort().operations(1'000);
  record.run([&]() -> round_figures {
    const auto cpu_ms_of = [&](const std::string& path) {
      const auto begin = process_cpu_ms();
      node.time_answers(path, count);
      return (process_cpu_ms() - begin) / static_cast<double>(count);
    };
    const auto floor = cpu_ms_of("/livez");
    return {cpu_ms_of("/metrics"), {}, floor};
  });
}

} // namespace

std::vector<row> admin_rows() {
  return {
    {"scrape",
     "admin",
     "an answer to /metrics by a node with 1M keys",
     "ms",
     better::lower,
     "an answer to /livez",
     {.p99 = 50},
     true,
     measure_scrape},
    {"scrape_cpu",
     "admin",
     "what that takes of the processor, whoever asks included; one each second is to take less than 1 %",
     "ms",
     better::lower,
     "the same of /livez",
     {.median = 10},
     true,
     measure_scrape_cpu},
  };
}

} // namespace ariadne::bench
