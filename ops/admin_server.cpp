#include "ops/admin_server.hpp"

#include "actors/network/basp.hpp"
#include "actors/network/pending_handshakes.hpp"
#include "ops/collect.hpp"
#include "ops/http.hpp"
#include "ops/http_connection.hpp"
#include "ops/http_door.hpp"
#include "ops/json_text.hpp"
#include "ops/liveness.hpp"
#include "ops/metrics.hpp"
#include "ops/readiness.hpp"
#include "ops/shared_question.hpp"
#include "ops/viewers.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace ariadne {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr std::size_t connections_max = 64;
constexpr std::size_t list_default = 100;
constexpr std::size_t list_max = 500;
constexpr auto collect_patience = 500ms;
constexpr auto liveness_patience = 4'500ms;

using collected = tl::expected<node_report, std::string>;

http_answer not_answering(const std::string& why) {
  return {503, "text/plain; charset=utf-8", fmt::format("not ready: {}\n", why)};
}

http_answer ready_answer(const collected& report) {
  if (!report)
    return not_answering(report.error());
  const auto checks = readiness_of(*report);
  http_answer result;
  for (const auto& c : checks)
    result.body += to_text(c) + '\n';
  result.status = is_ready(checks) ? 200 : 503;
  return result;
}

http_answer metrics_answer(const collected& report, const node_tally& counted) {
  return {200, "text/plain; version=0.0.4; charset=utf-8",
          to_prometheus(report ? &*report : nullptr, counted, facts_of_process())};
}

nlohmann::json status_json(const collected& report) {
  return report ? to_json(*report) : nlohmann::json{{"error", report.error()}};
}

http_answer status_answer(const collected& report) {
  return {report ? 200u : 503u, "application/json", json_line(status_json(report))};
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
      const auto is_exposed = !address.address().is_loopback();
      if (const auto security = security_of(system_); is_exposed && security.tls) {
        door_.emplace(security, tally_of(system_), options_.log);
        shared_.door = &*door_;
        // All its nodes have this name, in their certificates.
        shared_.names.push_back(door_->cluster());
      } else if (is_exposed) {
        options_.log({log_level::warning,
                      log_event::admin_exposed,
                      "admin: whoever reaches {address} can look at this node",
                      {{"address", where}}});
      }
      options_.log(
        {log_level::info,
         log_event::admin_open,
         "admin: {scheme}://{address}",
         {{"scheme", door_ ? "https" : "http"}, {"address", to_string(endpoint{options_.address.host, port_})}}});
    } catch (const boost::system::system_error& error) {
      throw std::system_error(error.code(), fmt::format("admin: cannot listen at {}", where));
    }
  }

  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (!error)
        serve(std::move(socket));
      if (!error || error == asio::error::connection_aborted)
        return accept();
      // No descriptors, for instance.
      options_.log({log_level::warning,
                    log_event::admin_failed,
                    "admin: cannot accept connections: {reason}",
                    {{"reason", error.message()}}});
      retry_.expires_after(1s);
      retry_.async_wait([this](boost::system::error_code) { accept(); });
    });
  }

  void serve(tcp::socket socket) {
    boost::system::error_code error;
    const auto from = socket.remote_endpoint(error);
    if (error)
      return;
    const auto number = ++last_number_;
    const auto address = from.address().to_string();
    const auto end = [this, number](http_connection* c) {
      if (c->is_admitted())
        --connections_;
      else if (!context_.stopped())
        asio::post(context_, [this, number] { forget_stranger(number); });
      delete c;
    };
    const std::shared_ptr<http_connection> served{new http_connection(std::move(socket), number, address, shared_),
                                                  end};
    // Nobody who has not shown who it is has the place of one who has.
    if (door_) {
      strangers_[number] = served;
      for (const auto oldest : pending_.add(number, address))
        if (const auto who = strangers_[oldest].lock())
          who->turn_away();
    }
    served->begin();
  }

  bool admit(std::uint64_t number) {
    forget_stranger(number);
    return ++connections_ <= connections_max;
  }

  void forget_stranger(std::uint64_t number) {
    pending_.remove(number);
    strangers_.erase(number);
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
    reports_.ask([this, route, take = std::move(take)](const collected& report) {
      take(route == http_route::ready     ? ready_answer(report)
           : route == http_route::metrics ? metrics_answer(report, tally_of(system_))
                                          : status_answer(report));
    });
  }

  caf::actor_system& system_;
  admin_options options_;
  std::uint16_t port_ = 0;
  /// Of the server's thread alone, but that a connection may end with the last answer to it.
  std::atomic<std::size_t> connections_ = 0;
  std::uint64_t last_number_ = 0;
  /// Those who have not shown a certificate with which they may look. Each has its own time limit.
  std::map<std::uint64_t, std::weak_ptr<http_connection>> strangers_;
  pending_handshakes pending_{std::numeric_limits<std::size_t>::max()};
  std::optional<http_door> door_;
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer retry_{context_};
  shared_question<collected> reports_;
  shared_question<bool> signs_of_life_;
  asio::thread_pool lists_{1};
  viewers viewers_{context_, system_, [this](viewers::status_taker take) {
                     reports_.ask(
                       [take = std::move(take)](const collected& report) { take(json_text(status_json(report))); });
                   }};
  http_connection::shared_things shared_{options_.names,
                                         [this](http_route route, std::string target, answer_taker take) {
                                           respond(route, std::move(target), std::move(take));
                                         },
                                         viewers_, [this](std::uint64_t number) { return admit(number); }};
  std::thread thread_;
};

admin_server::admin_server(caf::actor_system& system, supervisor_actor supervisor, admin_options options)
  : implementation_(std::make_unique<implementation>(system, std::move(supervisor), std::move(options))) {}

admin_server::~admin_server() = default;

std::uint16_t admin_server::port() const {
  return implementation_->port();
}

} // namespace ariadne
