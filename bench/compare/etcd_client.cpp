#include "bench/compare/store_client.hpp"
#include "bench/compare/tcp_client.hpp"

#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace ariadne::bench {

namespace {

/// Speaks to the HTTP gateway of etcd, over one connection.
class etcd_client : public store_client {
public:
  explicit etcd_client(std::uint16_t port) : connection_(port) {}

  void send_put(const std::string& key, const std::string& value) override {
    const auto body = fmt::format(R"({{"key":"{}","value":"{}"}})", absl::Base64Escape(key), absl::Base64Escape(value));
    connection_.send(fmt::format(
      "POST /v3/kv/put HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      body.size(), body));
  }

  void await_answer() override {
    const auto status = connection_.read_line();
    std::size_t length = 0;
    for (auto line = connection_.read_line(); !line.empty(); line = connection_.read_line()) {
      std::transform(line.begin(), line.end(), line.begin(), [](unsigned char c) { return std::tolower(c); });
      if (line.starts_with("content-length:"))
        length = std::stoul(line.substr(line.find(':') + 1));
    }
    const auto body = connection_.read(length);
    if (status.find(" 200 ") == std::string::npos)
      throw std::runtime_error("etcd says " + status + ": " + body);
  }

  unsigned window() const override {
    return 1;
  }

private:
  tcp_client connection_;
};

} // namespace

std::unique_ptr<store_client> connect_to_etcd(std::uint16_t port) {
  return std::make_unique<etcd_client>(port);
}

} // namespace ariadne::bench
