#include "ops/admin_server.hpp"

#include "ops/collect.hpp"
#include "ops/http.hpp"
#include "ops/json_text.hpp"
#include "ops/liveness.hpp"
#include "ops/metrics.hpp"
#include "ops/readiness.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <functional>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace ariadne {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr std::size_t connections_max = 64;
constexpr std::uint32_t header_bytes_max = 8u << 10;
constexpr std::size_t list_default = 100;
constexpr std::size_t list_max = 500;
constexpr auto connection_patience = 5s;
constexpr auto collect_patience = 500ms;
constexpr auto liveness_patience = 4'500ms;

using collected = tl::expected<node_report, std::string>;
using answer_taker = std::function<void(http_answer)>;

/// Asks the node for whoever waits: once for all of them, in a thread that may block.
template <class Result>
class shared_question {
public:
  using taker = std::function<void(const Result&)>;

  explicit shared_question(std::function<Result()> ask) : ask_(std::move(ask)) {}

  void ask(taker taker) {
    const std::lock_guard lock{mutex_};
    takers_.push_back(std::move(taker));
    // Who comes while an answer is under way gets the next one: that one was asked for before.
    if (!std::exchange(is_asking_, true))
      asio::post(pool_, [this] { answer(); });
  }

  /// Waits until nothing is asked any more.
  void join() {
    pool_.join();
  }

private:
  void answer() {
    std::vector<taker> takers;
    {
      const std::lock_guard lock{mutex_};
      takers.swap(takers_);
    }
    const auto result = ask_();
    for (const auto& take : takers)
      take(result);
    const std::lock_guard lock{mutex_};
    is_asking_ = !takers_.empty();
    if (is_asking_)
      asio::post(pool_, [this] { answer(); });
  }

  std::function<Result()> ask_;
  std::mutex mutex_;
  std::vector<taker> takers_;
  bool is_asking_ = false;
  asio::thread_pool pool_{1};
};

http_answer not_answering(const std::string& why) {
  return {503, "text/plain; charset=utf-8", fmt::format("not ready: {}\n", why)};
}

http_answer ready_answer(const collected& report) {
  if (!report)
    return not_answering(report.error());
  const auto checks = readiness_of(*report);
  http_answer result;
  for (const auto& c : checks)
    result.body += c.has_passed ? fmt::format("{}: ok\n", c.name) : fmt::format("{}: no, {}\n", c.name, c.reason);
  result.status = is_ready(checks) ? 200 : 503;
  return result;
}

http_answer metrics_answer(const collected& report) {
  return {200, "text/plain; version=0.0.4; charset=utf-8",
          to_prometheus(report ? &*report : nullptr, facts_of_process())};
}

http_answer status_answer(const collected& report) {
  if (report)
    return {200, "application/json", json_line(to_json(*report))};
  return {503, "application/json", json_line({{"error", report.error()}})};
}

/// How many entries of a list are asked for.
std::size_t limit_of(std::string_view target) {
  const auto text = query_value(target, "limit").value_or("");
  std::size_t limit = 0;
  const auto is_number = std::from_chars(text.data(), text.data() + text.size(), limit).ec == std::errc{};
  return is_number ? std::clamp<std::size_t>(limit, 1, list_max) : list_default;
}

template <class Entry, class ToJson>
http_answer list_answer(const char* name, tl::expected<first_of<Entry>, std::string> list, ToJson entry_json) {
  if (!list)
    return {503, "application/json", json_line({{"error", list.error()}})};
  nlohmann::json answer{{"complete", list->is_complete}, {name, nlohmann::json::array()}};
  for (const auto& entry : list->entries)
    answer[name].push_back(entry_json(entry));
  return {200, "application/json", json_line(answer)};
}

http_answer sessions_answer(caf::actor_system& system, std::string_view target) {
  return list_answer(
    "sessions",
    collect_sessions(system, query_value(target, "prefix").value_or(""), limit_of(target), collect_patience),
    [](const session_info& s) {
      nlohmann::json entry{{"phase", s.phase}, {"epoch", s.epoch}};
      put_bytes(entry, "kind", s.kind);
      put_bytes(entry, "id", s.id);
      put_bytes(entry, "node", s.node);
      return entry;
    });
}

http_answer keys_answer(caf::actor_system& system, std::string_view target) {
  return list_answer(
    "keys", collect_keys(system, query_value(target, "prefix").value_or(""), limit_of(target), collect_patience),
    [](const std::string& key) { return listed_bytes("key", key); });
}

/// One connection: reads a request, has it answered, and so on. Runs in the thread of the server.
class connection : public std::enable_shared_from_this<connection> {
public:
  /// Has a request for a route answered; the answer may come from another thread.
  using responder = std::function<void(http_route, std::string target, answer_taker)>;

  connection(tcp::socket socket, const std::vector<std::string>& names, const responder& respond)
    : stream_(std::move(socket)), names_(names), respond_(respond) {}

  void read() {
    parser_.emplace();
    parser_->header_limit(header_bytes_max);
    parser_->body_limit(0);
    stream_.expires_after(connection_patience);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) { self->has_read(error); });
  }

  void refuse() {
    stream_.expires_after(connection_patience);
    keeps_open_ = false;
    write({503, "text/plain; charset=utf-8", "too many connections\n"});
  }

private:
  void has_read(beast::error_code error) {
    if (error == http::error::header_limit || error == http::error::body_limit) {
      keeps_open_ = false;
      return write({413, "text/plain; charset=utf-8", "too long: headers of 8 kB at most, and no body\n"});
    }
    if (error.category() == http::make_error_code(http::error::bad_method).category()
        && error != http::error::end_of_stream && error != http::error::partial_message) {
      keeps_open_ = false;
      return write({400, "text/plain; charset=utf-8", "this is no HTTP request\n"});
    }
    if (error)
      return close();
    const auto& request = parser_->get();
    keeps_open_ = request.keep_alive();
    is_head_ = request.method() == http::verb::head;
    if (!is_head_ && request.method() != http::verb::get)
      return write({405, "text/plain; charset=utf-8", "GET and HEAD only: nothing can be changed here\n"});
    const auto host = request[http::field::host];
    if (!is_own_host({host.data(), host.size()}, names_))
      return write({421, "text/plain; charset=utf-8", "the Host of the request is none of this server's names\n"});
    std::string target{request.target().data(), request.target().size()};
    const auto route = route_of(target);
    if (route == http_route::unknown)
      return write({404, "text/plain; charset=utf-8",
                    "there are /, /livez, /readyz, /metrics, /api/v1/status, /api/v1/sessions and /api/v1/keys\n"});
    if (route == http_route::file)
      return write(page_file(target));
    respond_(route, std::move(target), [self = shared_from_this()](http_answer answer) {
      asio::post(self->stream_.get_executor(),
                 [self, answer = std::move(answer)]() mutable { self->write(std::move(answer)); });
    });
  }

  void write(http_answer answer) {
    if (!answer.tag.empty() && parser_->get()[http::field::if_none_match] == answer.tag) {
      answer.status = 304;
      answer.body.clear();
    }
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
    response_->content_length(answer.body.size());
    if (!is_head_)
      response_->body() = std::move(answer.body);
    stream_.expires_after(connection_patience);
    http::async_write(stream_, *response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error || !self->keeps_open_)
        self->close();
      else
        self->read();
    });
  }

  void close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  const std::vector<std::string>& names_;
  const responder& respond_;
  beast::flat_buffer buffer_{header_bytes_max + (4u << 10)};
  std::optional<http::request_parser<http::empty_body>> parser_;
  std::optional<http::response<http::string_body>> response_;
  bool keeps_open_ = false;
  bool is_head_ = false;
};

} // namespace

class admin_server::implementation {
public:
  implementation(caf::actor_system& system, supervisor_actor supervisor, admin_options options)
    : system_(system), options_(std::move(options)), reports_([&system] { return collect(system, collect_patience); }),
      signs_of_life_([&system, supervisor] { return is_alive(system, supervisor, liveness_patience); }) {
    listen();
    accept();
    thread_ = std::thread{[this] { context_.run(); }};
  }

  ~implementation() {
    // No request is read any more; those that are being answered come to their end first.
    context_.stop();
    thread_.join();
    reports_.join();
    signs_of_life_.join();
    lists_.join();
  }

  std::uint16_t port() const {
    return port_;
  }

private:
  void listen() {
    const auto where = to_string(options_.address);
    try {
      tcp::resolver resolver{context_};
      const auto found = resolver.resolve(options_.address.host, std::to_string(options_.address.port),
                                          tcp::resolver::passive | tcp::resolver::numeric_service);
      const tcp::endpoint address = *found.begin();
      acceptor_.open(address.protocol());
      acceptor_.set_option(tcp::acceptor::reuse_address(true));
      acceptor_.bind(address);
      acceptor_.listen();
      port_ = acceptor_.local_endpoint().port();
      if (!address.address().is_loopback())
        options_.log(log_level::warning, log_event::admin_exposed,
                     fmt::format("admin: whoever reaches {} can look at this node", where));
      options_.log(log_level::info, log_event::admin_open,
                   fmt::format("admin: http://{}", to_string(endpoint{options_.address.host, port_})));
    } catch (const boost::system::system_error& error) {
      throw std::system_error(error.code(), fmt::format("admin: cannot listen at {}", where));
    }
  }

  void accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (!error)
        serve(std::move(socket));
      if (!error || error == asio::error::connection_aborted)
        return accept();
      // No descriptors, for instance.
      options_.log(log_level::warning, log_event::admin_failed,
                   fmt::format("admin: cannot accept connections: {}", error.message()));
      retry_.expires_after(1s);
      retry_.async_wait([this](beast::error_code) { accept(); });
    });
  }

  void serve(tcp::socket socket) {
    const auto served =
      std::shared_ptr<connection>(new connection(std::move(socket), options_.names, respond_), [this](connection* c) {
        --connections_;
        delete c;
      });
    if (++connections_ > connections_max)
      served->refuse();
    else
      served->read();
  }

  void respond(http_route route, std::string target, answer_taker take) {
    if (route == http_route::sessions || route == http_route::keys)
      return asio::post(lists_, [this, route, target = std::move(target), take = std::move(take)] {
        take(route == http_route::keys ? keys_answer(system_, target) : sessions_answer(system_, target));
      });
    if (route == http_route::live)
      return signs_of_life_.ask([take = std::move(take)](const bool& alive) {
        take(alive ? http_answer{200, "text/plain; charset=utf-8", "ok\n"}
                   : http_answer{503, "text/plain; charset=utf-8", "the supervisor of the node does not answer\n"});
      });
    reports_.ask([route, take = std::move(take)](const collected& report) {
      take(route == http_route::ready     ? ready_answer(report)
           : route == http_route::metrics ? metrics_answer(report)
                                          : status_answer(report));
    });
  }

  caf::actor_system& system_;
  admin_options options_;
  std::uint16_t port_ = 0;
  /// Of the server's thread alone, but that a connection may end with the last answer to it.
  std::atomic<std::size_t> connections_ = 0;
  connection::responder respond_ = [this](http_route route, std::string target, answer_taker take) {
    respond(route, std::move(target), std::move(take));
  };
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer retry_{context_};
  shared_question<collected> reports_;
  shared_question<bool> signs_of_life_;
  asio::thread_pool lists_{1};
  std::thread thread_;
};

admin_server::admin_server(caf::actor_system& system, supervisor_actor supervisor, admin_options options)
  : implementation_(std::make_unique<implementation>(system, std::move(supervisor), std::move(options))) {}

admin_server::~admin_server() = default;

std::uint16_t admin_server::port() const {
  return implementation_->port();
}

} // namespace ariadne
