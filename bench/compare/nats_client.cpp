#include "bench/compare/store_client.hpp"
#include "bench/compare/tcp_client.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace ariadne::bench {

namespace {

/// Speaks the text protocol of NATS. A put into a key-value bucket is a message to the subject of the key, which the
/// stream of the bucket acknowledges to the subject that the message names.
class nats_client : public store_client {
public:
  explicit nats_client(std::uint16_t port) : connection_(port) {
    connection_.read_line();
    connection_.send("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB answers 1\r\nPING\r\n");
    while (connection_.read_line() != "PONG") {
    }
    // What a client library asks for in order to make a bucket.
    const std::string stream =
      R"({"name":"KV_bench","subjects":["$KV.bench.>"],"max_msgs_per_subject":1,"num_replicas":3,"discard":"new",)"
      R"("allow_rollup_hdrs":true,"deny_delete":true,"max_bytes":-1,"max_msgs":-1,"storage":"file","retention":"limits"})";
    connection_.send(fmt::format("PUB $JS.API.STREAM.CREATE.KV_bench answers {}\r\n{}\r\n", stream.size(), stream));
    await_answer();
  }

  void send_put(const std::string& key, const std::string& value) override {
    connection_.send(fmt::format("PUB $KV.bench.{} answers {}\r\n{}\r\n", key, value.size(), value));
  }

  void await_answer() override {
    for (;;) {
      const auto line = connection_.read_line();
      if (line == "PING") {
        connection_.send("PONG\r\n");
        continue;
      }
      if (!line.starts_with("MSG "))
        throw std::runtime_error("NATS says " + line);
      const auto answer = connection_.read(std::stoul(line.substr(line.rfind(' '))) + 2);
      if (answer.find("\"error\"") != std::string::npos)
        throw std::runtime_error("NATS says " + answer);
      return;
    }
  }

private:
  tcp_client connection_;
};

} // namespace

std::unique_ptr<store_client> connect_to_nats(std::uint16_t port) {
  return std::make_unique<nats_client>(port);
}

} // namespace ariadne::bench
