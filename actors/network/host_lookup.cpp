#include "actors/network/host_lookup.hpp"

#include "actors/error.hpp"

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

namespace ariadne {

namespace {

constexpr std::size_t threads_max = 16;

void set_port(socket_address& address, std::uint16_t port) {
  if (address.storage.ss_family == AF_INET6)
    reinterpret_cast<sockaddr_in6&>(address.storage).sin6_port = htons(port);
  else
    reinterpret_cast<sockaddr_in&>(address.storage).sin_port = htons(port);
}

/// `flags` as in `addrinfo`. Ports are 0.
host_addresses look_up_host(const std::string& host, int flags = 0) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  if (const auto error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found))
    return make_error(ec::host_unresolved,
                      host + ": " + (error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, ::freeaddrinfo};
  std::vector<socket_address> result;
  for (const auto* i = found; i != nullptr; i = i->ai_next) {
    if ((i->ai_family != AF_INET && i->ai_family != AF_INET6) || i->ai_addrlen > sizeof(sockaddr_storage))
      continue;
    auto& address = result.emplace_back();
    std::memcpy(&address.storage, i->ai_addr, i->ai_addrlen);
    address.size = i->ai_addrlen;
  }
  if (result.empty())
    return make_error(ec::host_unresolved, host + ": it has no address");
  return result;
}

class shared_lookup : public host_lookup {
public:
  explicit shared_lookup(std::string host) : host(std::move(host)) {}

  bool is_done() const override {
    const std::lock_guard lock{mutex_};
    return result_.has_value();
  }

  bool wait_until(std::chrono::steady_clock::time_point deadline) const override {
    std::unique_lock lock{mutex_};
    return done_.wait_until(lock, deadline, [this] { return result_.has_value(); });
  }

  host_addresses result(std::uint16_t port) const override {
    const std::lock_guard lock{mutex_};
    auto found = *result_;
    if (found)
      for (auto& address : *found)
        set_port(address, port);
    return found;
  }

  /// Calls it when the lookup is over; now, if it is.
  void when_done(std::function<void()> call) {
    {
      const std::lock_guard lock{mutex_};
      if (!result_) {
        calls_.push_back(std::move(call));
        return;
      }
    }
    call();
  }

  void settle(host_addresses result) {
    std::vector<std::function<void()>> calls;
    {
      const std::lock_guard lock{mutex_};
      result_ = std::move(result);
      calls = std::move(calls_);
    }
    done_.notify_all();
    for (const auto& call : calls)
      call();
  }

  const std::string host;

private:
  mutable std::mutex mutex_;
  mutable std::condition_variable done_;
  std::optional<host_addresses> result_;
  std::vector<std::function<void()>> calls_;
};

/// Looks names up in threads that end when there is nothing to do.
class lookup_threads {
public:
  std::shared_ptr<const host_lookup> begin(const std::string& host, std::function<void()> done) {
    std::shared_ptr<shared_lookup> lookup;
    {
      const std::lock_guard lock{mutex_};
      auto& known = under_way_[host];
      if (!known)
        waiting_.push_back(known = std::make_shared<shared_lookup>(host));
      lookup = known;
      if (!waiting_.empty() && threads_ < threads_max)
        start_thread();
    }
    lookup->when_done(std::move(done));
    return lookup;
  }

private:
  // Nobody waits for these threads: the system may take a minute for a name, also while the process ends. All that they
  // touch stays.
  void start_thread() {
    try {
      std::thread{[this] { work(); }}.detach();
      ++threads_;
    } catch (const std::system_error& error) {
      // Another thread looks it up later; if there is none, nobody does.
      if (threads_ > 0)
        return;
      for (const auto& lookup : std::exchange(waiting_, {})) {
        under_way_.erase(lookup->host);
        lookup->settle(make_error(ec::host_unresolved, lookup->host + ": " + error.what()));
      }
    }
  }

  void work() {
    while (const auto lookup = next()) {
      auto found = look_up_host(lookup->host);
      {
        // Who asks from now on is answered anew.
        const std::lock_guard lock{mutex_};
        under_way_.erase(lookup->host);
      }
      lookup->settle(std::move(found));
    }
  }

  std::shared_ptr<shared_lookup> next() {
    const std::lock_guard lock{mutex_};
    if (waiting_.empty()) {
      --threads_;
      return nullptr;
    }
    auto result = std::move(waiting_.front());
    waiting_.pop_front();
    return result;
  }

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<shared_lookup>> under_way_;
  std::deque<std::shared_ptr<shared_lookup>> waiting_;
  std::size_t threads_ = 0;
};

/// Never destroyed, since its threads may still run when the process ends.
lookup_threads& threads() {
  static auto* result = new lookup_threads;
  return *result;
}

} // namespace

bool is_any_host(const std::string& host) {
  const auto found = look_up_host(host, AI_NUMERICHOST);
  if (!found)
    return false;
  const auto& storage = found->front().storage;
  if (storage.ss_family == AF_INET)
    return reinterpret_cast<const sockaddr_in&>(storage).sin_addr.s_addr == htonl(INADDR_ANY);
  return IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr) != 0;
}

host_addresses look_up(const endpoint& address) {
  auto found = look_up_host(address.host);
  if (found)
    for (auto& each : *found)
      set_port(each, address.port);
  return found;
}

std::shared_ptr<const host_lookup> begin_look_up(const std::string& host, std::function<void()> done) {
  if (auto numeric = look_up_host(host, AI_NUMERICHOST)) {
    auto lookup = std::make_shared<shared_lookup>(host);
    lookup->settle(std::move(numeric));
    done();
    return lookup;
  }
  return threads().begin(host, std::move(done));
}

caf::error host_lookup_timed_out(const std::string& host) {
  return make_error(ec::host_unresolved, host + ": no name server has answered in time");
}

} // namespace ariadne
