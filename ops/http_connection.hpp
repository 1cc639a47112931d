#pragma once

#include "ops/http.hpp"
#include "ops/viewers.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ariadne {

/// One connection of the admin server: reads a request, has it answered, and so on; or shows what happens, until either
/// side hangs up. Owned by what it waits for. Runs in the thread of the server.
class http_connection final : public viewer, public std::enable_shared_from_this<http_connection> {
public:
  static constexpr std::uint32_t header_bytes_max = 8u << 10;
  /// A viewer for whom more than this waits is cut.
  static constexpr std::size_t waiting_bytes_max = 1u << 20;

  /// What all connections of a server share.
  struct shared_things {
    /// See `is_own_host`.
    std::vector<std::string> names;
    /// Has a request for a route answered; the answer may come from another thread.
    std::function<void(http_route, std::string target, answer_taker)> respond;
    viewers& watching;
  };

  /// `server` outlives it.
  http_connection(boost::asio::ip::tcp::socket socket, shared_things& server)
    : stream_(std::move(socket)), server_(server) {}

  void read();
  /// There are too many connections.
  void refuse();
  void show(std::shared_ptr<const std::string> events) override;

private:
  using error_code = boost::beast::error_code;

  void has_read(error_code error);
  void write(http_answer answer);
  void fill_header(const http_answer& answer);
  void close();

  void begin_events(std::optional<std::string> prefix);
  /// Notices when the viewer has gone.
  void read_on();
  void write_on();
  void cut();

  boost::beast::tcp_stream stream_;
  shared_things& server_;
  boost::beast::flat_buffer buffer_{header_bytes_max + (4u << 10)};
  std::optional<boost::beast::http::request_parser<boost::beast::http::empty_body>> parser_;
  std::optional<boost::beast::http::response<boost::beast::http::string_body>> response_;
  bool keeps_open_ = false;
  bool is_head_ = false;

  /// Events; the first of them is being written, if `is_writing_`, and the head has been.
  std::deque<std::shared_ptr<const std::string>> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool is_writing_ = false;
  std::array<char, 256> ignored_{};
};

} // namespace ariadne
