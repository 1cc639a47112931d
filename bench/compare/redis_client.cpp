#include "bench/compare/store_client.hpp"
#include "bench/compare/tcp_client.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace ariadne::bench {

namespace {

std::string to_request(const std::vector<std::string>& words) {
  auto request = fmt::format("*{}\r\n", words.size());
  for (const auto& word : words)
    request += fmt::format("${}\r\n{}\r\n", word.size(), word);
  return request;
}

std::string read_answer(tcp_client& connection) {
  auto line = connection.read_line();
  if (line.empty() || line[0] == '-')
    throw std::runtime_error("Redis says " + line);
  if (line[0] != '$')
    return line;
  auto bulk = connection.read(std::stoul(line.substr(1)) + 2);
  return bulk;
}

class redis_client : public store_client {
public:
  redis_client(std::uint16_t port, redis_wait wait) : connection_(port), wait_(wait) {}

  void send_put(const std::string& key, const std::string& value) override {
    auto request = to_request({"SET", key, value});
    if (wait_ == redis_wait::at_each_put)
      request += to_request({"WAIT", "1", "0"});
    connection_.send(request);
  }

  void await_answer() override {
    read_answer(connection_);
    if (wait_ == redis_wait::at_each_put)
      expect_replica();
  }

  void settle() override {
    if (wait_ != redis_wait::at_the_end)
      return;
    connection_.send(to_request({"WAIT", "1", "0"}));
    expect_replica();
  }

private:
  void expect_replica() {
    if (read_answer(connection_) == ":0")
      throw std::runtime_error("Redis has no replica");
  }

  tcp_client connection_;
  redis_wait wait_;
};

} // namespace

std::unique_ptr<store_client> connect_to_redis(std::uint16_t port, redis_wait wait) {
  return std::make_unique<redis_client>(port, wait);
}

double redis_resync_seconds(std::uint16_t master, std::uint16_t replica) {
  tcp_client connection{replica};
  const auto begin = std::chrono::steady_clock::now();
  connection.send(to_request({"REPLICAOF", "127.0.0.1", std::to_string(master)}));
  read_answer(connection);
  for (;;) {
    connection.send(to_request({"INFO", "replication"}));
    if (read_answer(connection).find("master_link_status:up") != std::string::npos)
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

} // namespace ariadne::bench
