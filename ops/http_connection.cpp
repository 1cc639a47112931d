#include "ops/http_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <chrono>
#include <string_view>
#include <utility>

namespace ariadne {

namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

constexpr std::chrono::seconds connection_patience{5};
/// What the kernel keeps for a viewer.
constexpr int viewer_buffer_bytes = 64 << 10;
constexpr auto plain_text = "text/plain; charset=utf-8";
constexpr auto event_stream = "text/event-stream";

constexpr std::string_view plain_answer =
  "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
  "this is HTTPS: ask with https://, and with the certificate of an observer\n";

} // namespace

http_connection::http_connection(tcp::socket socket, std::uint64_t number, std::string address, shared_things& server)
  : judged_by_(server.door ? server.door->context() : nullptr),
    stream_(std::move(socket), judged_by_, server.door ? server.door->cluster() : std::string{}), number_(number),
    address_(std::move(address)), server_(server) {}

void http_connection::begin() {
  if (!server_.door)
    return admit();
  stream_.expires_after(connection_patience);
  stream_.async_shake_hands([self = shared_from_this()](error_code error) { self->has_shaken_hands(error); });
}

void http_connection::has_shaken_hands(error_code error) {
  if (error) {
    // Else it was cut, and the reason is told.
    if (error != boost::asio::error::operation_aborted)
      server_.door->report_connection(address_, "tls", stream_.problem_of(error));
    return stream_.is_plain_http(error) ? say_plainly() : drop_rest();
  }
  visitor_ = server_.door->visitor_of(stream_.peer());
  if (may_look(visitor_))
    admit();
  else
    // A stranger has no more time than one who has not shaken hands.
    read_request();
}

void http_connection::say_plainly() {
  boost::asio::async_write(stream_.tcp(), boost::asio::buffer(plain_answer),
                           [self = shared_from_this()](error_code, std::size_t) { self->drop_rest(); });
}

void http_connection::drop_rest() {
  error_code ignored;
  stream_.tcp().socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.tcp().async_read_some(boost::asio::buffer(ignored_),
                                [self = shared_from_this()](error_code error, std::size_t) {
                                  if (!error)
                                    self->drop_rest();
                                });
}

void http_connection::turn_away() {
  server_.door->report_connection(address_, "no_handshake",
                                  "it has not shown who it is, and too many others wait as well");
  cut();
}

void http_connection::admit() {
  is_admitted_ = true;
  if (server_.admit(number_))
    return read();
  stream_.expires_after(connection_patience);
  keeps_open_ = false;
  write({503, plain_text, "too many connections\n"});
}

void http_connection::read() {
  stream_.expires_after(connection_patience);
  read_request();
}

void http_connection::read_request() {
  parser_.emplace();
  parser_->header_limit(header_bytes_max);
  parser_->body_limit(0);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](error_code error, std::size_t) { self->has_read(error); });
}

void http_connection::has_read(error_code error) {
  if (error == http::error::header_limit || error == http::error::body_limit) {
    keeps_open_ = false;
    return write({413, plain_text, "too long: headers of 8 kB at most, and no body\n"});
  }
  if (error.category() == http::make_error_code(http::error::bad_method).category()
      && error != http::error::end_of_stream && error != http::error::partial_message) {
    keeps_open_ = false;
    return write({400, plain_text, "this is no HTTP request\n"});
  }
  if (error)
    return close();
  if (!does_certificate_hold())
    return cut();
  const auto& request = parser_->get();
  keeps_open_ = is_admitted_ && request.keep_alive();
  is_head_ = request.method() == http::verb::head;
  if (!is_head_ && request.method() != http::verb::get)
    return write({405, plain_text, "GET and HEAD only: nothing can be changed here\n"});
  const auto host = request[http::field::host];
  if (!is_own_host({host.data(), host.size()}, server_.names))
    return write({421, plain_text, "the Host of the request is none of this server's names\n"});
  std::string target{request.target().data(), request.target().size()};
  const auto route = route_of(target);
  if (const auto why = why_refused(route, target)) {
    keeps_open_ = false;
    server_.door->report_request(address_, visitor_, *why);
    return write({403, plain_text, *why + '\n'});
  }
  if (route == http_route::unknown)
    return write({404, plain_text,
                  "there are /, /livez, /readyz, /metrics, /api/v1/status, /api/v1/sessions, /api/v1/keys and "
                  "/api/v1/events\n"});
  if (route == http_route::file)
    return write(page_file(target));
  if (route == http_route::events)
    return begin_events(query_value(target, "prefix"));
  server_.respond(route, std::move(target), [self = shared_from_this(), route](http_answer answer) {
    // What a probe needs; what the checks say is not for strangers.
    if (route == http_route::ready && !self->is_admitted_)
      answer.body = answer.status == 200 ? "ready\n" : "not ready\n";
    boost::asio::post(self->stream_.get_executor(),
                      [self, answer = std::move(answer)]() mutable { self->write(std::move(answer)); });
  });
}

bool http_connection::does_certificate_hold() {
  if (!server_.door)
    return true;
  auto now = server_.door->context();
  const auto is_revoked = now != judged_by_ && stream_.is_revoked_by(*now);
  judged_by_ = std::move(now);
  if (is_revoked)
    server_.door->report_connection(address_, "revoked", "its certificate is revoked");
  return !is_revoked;
}

std::optional<std::string> http_connection::why_refused(http_route route, std::string_view target) const {
  return server_.door ? ariadne::why_refused(visitor_, server_.door->cluster(), route, target) : std::nullopt;
}

void http_connection::write(http_answer answer) {
  if (!answer.tag.empty() && parser_->get()[http::field::if_none_match] == answer.tag) {
    answer.status = 304;
    answer.body.clear();
  }
  fill_header(answer);
  response_->content_length(answer.body.size());
  if (!is_head_)
    response_->body() = std::move(answer.body);
  stream_.expires_after(connection_patience);
  http::async_write(stream_, *response_, [self = shared_from_this()](error_code error, std::size_t) {
    if (error || !self->keeps_open_)
      self->close();
    else
      self->read();
  });
}

void http_connection::fill_header(const http_answer& answer) {
  response_.emplace(static_cast<http::status>(answer.status), 11);
  response_->set(http::field::content_type, answer.content_type);
  response_->set(http::field::cache_control, answer.tag.empty() ? "no-store" : "no-cache");
  if (!answer.tag.empty())
    response_->set(http::field::etag, answer.tag);
  response_->set("X-Content-Type-Options", "nosniff");
  response_->set("Content-Security-Policy", "default-src 'self'");
  if (answer.status == 405)
    response_->set(http::field::allow, "GET, HEAD");
  response_->keep_alive(keeps_open_);
}

void http_connection::close() {
  stream_.expires_after(connection_patience);
  stream_.async_end([self = shared_from_this()](error_code) {});
}

// -- events ----------------------------------------------------------------------------------------------------------

void http_connection::begin_events(std::optional<std::string> prefix) {
  if (is_head_)
    return write({200, event_stream, {}});
  keeps_open_ = false;
  if (!server_.watching.has_room())
    return write({503, plain_text, fmt::format("{} look already: no more at a time\n", viewers::count_max)});
  error_code ignored;
  stream_.tcp().socket().set_option(tcp::socket::send_buffer_size{viewer_buffer_bytes}, ignored);
  // Whoever looks may look for as long as it likes, but has to take what it is shown.
  stream_.tcp().expires_never();
  read_on();
  fill_header({200, event_stream, {}});
  response_->body() = "retry: 1000\n\n";
  is_writing_ = true;
  stream_.expires_after(connection_patience);
  http::async_write(stream_, *response_, [self = shared_from_this()](error_code error, std::size_t) {
    if (error)
      self->cut();
    else
      self->write_on();
  });
  server_.watching.add(shared_from_this(), std::move(prefix));
}

void http_connection::show(std::shared_ptr<const std::string> events) {
  if (waiting_bytes_ > waiting_bytes_max || !does_certificate_hold() || visitor_.limit.has_shrunk())
    return cut();
  waiting_bytes_ += events->size();
  waiting_.push_back(std::move(events));
  if (!is_writing_)
    write_on();
}

void http_connection::write_on() {
  is_writing_ = !waiting_.empty();
  if (!is_writing_)
    return;
  stream_.expires_after(connection_patience);
  boost::asio::async_write(stream_, boost::asio::buffer(*waiting_.front()),
                           [self = shared_from_this()](error_code error, std::size_t) {
                             if (error)
                               return self->cut();
                             self->waiting_bytes_ -= self->waiting_.front()->size();
                             self->waiting_.pop_front();
                             self->write_on();
                           });
}

void http_connection::read_on() {
  stream_.async_read_some(boost::asio::buffer(ignored_), [self = shared_from_this()](error_code error, std::size_t) {
    if (error)
      self->cut();
    else
      self->read_on();
  });
}

void http_connection::cut() {
  stream_.close();
}

} // namespace ariadne
