#pragma once

#include "ops/http.hpp"
#include "ops/http_door.hpp"
#include "ops/http_stream.hpp"
#include "ops/viewers.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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
    /// The connection of this number may look. Returns whether there is room for it.
    std::function<bool(std::uint64_t)> admit;
    /// Null: connections are plain, and whoever reaches the server may look.
    http_door* door = nullptr;
  };

  /// From an address. `server` outlives it.
  http_connection(boost::asio::ip::tcp::socket socket, std::uint64_t number, std::string address,
                  shared_things& server);

  void begin();
  /// Too many wait to show who they are.
  void turn_away();
  /// Whether it may look, and counts as one of those for whom there is room.
  bool is_admitted() const {
    return is_admitted_;
  }
  void show(std::shared_ptr<const std::string> events) override;

private:
  using error_code = boost::beast::error_code;

  void has_shaken_hands(error_code error);
  /// Says to one who speaks HTTP without TLS that this is the wrong language here.
  void say_plainly();
  /// What still comes is dropped until the other side has read why it is refused: a connection that is closed before
  /// is reset, and the reason may be lost.
  void drop_rest();
  void admit();
  void read();
  void read_request();
  void has_read(error_code error);
  /// Whether what was shown when the connection began still holds.
  bool does_certificate_hold();
  std::optional<std::string> why_refused(http_route route, std::string_view target) const;
  void write(http_answer answer);
  void fill_header(const http_answer& answer);
  void close();

  void begin_events(std::optional<std::string> prefix);
  /// Notices when the viewer has gone.
  void read_on();
  void write_on();
  void cut();

  /// By what the certificate of the other side was looked at last; at first, in the handshake.
  std::shared_ptr<const tls_context> judged_by_;
  http_stream stream_;
  const std::uint64_t number_;
  const std::string address_;
  shared_things& server_;
  http_visitor visitor_;
  bool is_admitted_ = false;
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
