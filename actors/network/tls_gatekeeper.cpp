#include "actors/network/tls_gatekeeper.hpp"

#include "actors/network/waker.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace ariadne {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds handshake_tick{250};
constexpr std::size_t ticks_max = 8;
constexpr std::chrono::seconds look_interval{30};

/// What TLS says to one who has not said a word of it: a fatal alert, for one that waits to be spoken to.
constexpr std::array<unsigned char, 7> silent_alert{0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28};

} // namespace

class tls_gatekeeper::worker {
public:
  worker(std::shared_ptr<credentials> security, callbacks tell)
    : security_(std::move(security)), tell_(std::move(tell)), thread_([this] { run(); }) {}

  ~worker() {
    {
      const std::lock_guard lock{mutex_};
      is_ending_ = true;
    }
    waker_.wake();
    thread_.join();
  }

  void add(tcp_socket socket, std::string address) {
    {
      const std::lock_guard lock{mutex_};
      added_.push_back({{std::move(socket)}, std::move(address)});
    }
    waker_.wake();
  }

  void drop_oldest() {
    {
      const std::lock_guard lock{mutex_};
      is_to_drop_ = true;
    }
    waker_.wake();
  }

  std::vector<guest> take_guests() {
    const std::lock_guard lock{mutex_};
    return std::exchange(guests_, {});
  }

private:
  /// Somebody at the door. Once it is refused, what it still sends is dropped until it has read why: a connection that
  /// is closed before that is reset, and the alert may be lost.
  struct visitor {
    guest who;
    tls_channel::progress progress = tls_channel::progress::wants_to_read;
    bool is_refused = false;
    bool has_spoken = false;
  };

  void run() {
    auto next_tick = clock::now() + handshake_tick;
    auto next_look = clock::now();
    while (take_added()) {
      if (clock::now() >= next_look) {
        look_at_files();
        next_look = clock::now() + look_interval;
      }
      std::vector<pollfd> waiting{{waker_.fd(), POLLIN, 0}};
      std::vector<pending_handshakes::connection_id> ids;
      for (const auto& [id, v] : visitors_) {
        const auto writes = v.progress == tls_channel::progress::wants_to_write;
        waiting.push_back({v.who.link.tcp.fd(), static_cast<short>(writes ? POLLOUT : POLLIN), 0});
        ids.push_back(id);
      }
      const auto until = visitors_.empty() ? next_look : std::min(next_look, next_tick);
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
      ::poll(waiting.data(), waiting.size(), static_cast<int>(std::max<decltype(left)>(left, 0)));
      waker_.rest();
      for (std::size_t i = 0; i < ids.size(); ++i)
        if (waiting[i + 1].revents != 0)
          go_on(ids[i]);
      if (clock::now() >= next_tick) {
        tick();
        next_tick = clock::now() + handshake_tick;
      }
    }
  }

  bool take_added() {
    std::vector<guest> added;
    auto is_to_drop = false;
    {
      const std::lock_guard lock{mutex_};
      if (is_ending_)
        return false;
      added = std::exchange(added_, {});
      is_to_drop = std::exchange(is_to_drop_, false);
    }
    if (is_to_drop)
      drop(pending_.drop_oldest(), "it has not shown who it is, and this process has no descriptors left");
    for (auto& who : added) {
      const auto id = ++last_id_;
      drop(pending_.add(id, who.address), "it has not shown who it is, and too many others wait as well");
      who.link.tls = std::make_unique<tls_channel>(security_->current(), tls_channel::side::accepted,
                                                   expected_peer{security_->cluster()}, who.link.tcp.fd());
      visitors_[id].who = std::move(who);
    }
    return true;
  }

  void look_at_files() {
    if (const auto changed = security_->reload_if_changed(); !changed)
      tell_.told({log_level::error, log_event::certificates_not_reloaded, "{reason}", {{"reason", changed.error()}}});
    else if (*changed)
      tell_.told({log_level::info, log_event::certificates_reloaded,
                  "the certificates have changed, and the new ones are used for new connections"});
    const auto until = security_->valid_until();
    const auto now = credentials::time_point::clock::now();
    if (const auto warning = expiry_.next(until, now))
      tell_.told({log_level::warning,
                  log_event::certificate_expires,
                  *warning,
                  {{"left_seconds", std::chrono::floor<std::chrono::seconds>(until - now).count()}}});
  }

  void tick() {
    for (const auto id : pending_.tick()) {
      auto& v = visitors_.at(id);
      if (v.is_refused) {
        visitors_.erase(id);
        continue;
      }
      if (!v.has_spoken)
        ::send(v.who.link.tcp.fd(), silent_alert.data(), silent_alert.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      drop({id}, v.has_spoken ? "it has not shown who it is within 2 s"
                              : "it has not said a word of TLS within 2 s; perhaps its cluster file has no [security]");
    }
  }

  void go_on(pending_handshakes::connection_id id) {
    auto& v = visitors_.at(id);
    if (v.is_refused)
      return read_on(id, v);
    v.has_spoken = true;
    v.progress = v.who.link.tls->shake_hands();
    if (v.progress == tls_channel::progress::done) {
      pending_.remove(id);
      {
        const std::lock_guard lock{mutex_};
        guests_.push_back(std::move(v.who));
      }
      visitors_.erase(id);
      tell_.has_guests();
    } else if (v.progress == tls_channel::progress::failed) {
      tell_.refused(v.who.address, v.who.link.tls->problem());
      v.is_refused = true;
      ::shutdown(v.who.link.tcp.fd(), SHUT_WR);
    }
  }

  void read_on(pending_handshakes::connection_id id, const visitor& v) {
    std::array<std::byte, 4096> dropped;
    const auto count = ::recv(v.who.link.tcp.fd(), dropped.data(), dropped.size(), MSG_DONTWAIT);
    if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR)))
      return;
    pending_.remove(id);
    visitors_.erase(id);
  }

  void drop(const std::vector<pending_handshakes::connection_id>& ids, std::string_view why) {
    for (const auto id : ids)
      if (const auto found = visitors_.find(id); found != visitors_.end()) {
        if (!found->second.is_refused)
          tell_.refused(found->second.who.address, why);
        visitors_.erase(found);
      }
  }

  const std::shared_ptr<credentials> security_;
  const callbacks tell_;
  waker waker_;
  std::mutex mutex_;
  std::vector<guest> added_;
  std::vector<guest> guests_;
  bool is_to_drop_ = false;
  bool is_ending_ = false;
  // Of the thread alone.
  pending_handshakes pending_{ticks_max};
  pending_handshakes::connection_id last_id_ = 0;
  std::map<pending_handshakes::connection_id, visitor> visitors_;
  expiry_warnings expiry_;
  std::thread thread_;
};

tls_gatekeeper::tls_gatekeeper(std::shared_ptr<credentials> security, callbacks tell)
  : worker_(std::make_unique<worker>(std::move(security), std::move(tell))) {}

tls_gatekeeper::~tls_gatekeeper() = default;

void tls_gatekeeper::begin(tcp_socket socket, std::string address) {
  worker_->add(std::move(socket), std::move(address));
}

void tls_gatekeeper::drop_oldest() {
  worker_->drop_oldest();
}

std::vector<tls_gatekeeper::guest> tls_gatekeeper::take_guests() {
  return worker_->take_guests();
}

} // namespace ariadne
