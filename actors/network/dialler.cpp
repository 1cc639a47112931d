#include "actors/network/dialler.hpp"

#include "actors/network/dial_attempt.hpp"
#include "actors/network/host_lookup.hpp"
#include "actors/network/waker.hpp"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <poll.h>

namespace ariadne {

namespace {

using clock = std::chrono::steady_clock;

/// A call of `dial`: first the host is looked up, then the attempt is made.
struct call {
  std::string node;
  endpoint address;
  clock::time_point deadline;
  std::shared_ptr<const host_lookup> lookup;
  std::optional<dial_attempt> attempt;

  clock::time_point waits_until() const {
    return attempt ? attempt->waits_until() : deadline;
  }
};

} // namespace

class dialler::worker {
public:
  worker(std::shared_ptr<const credentials> security, std::function<void()> on_results)
    : security_(std::move(security)), on_results_(std::move(on_results)), thread_([this] { run(); }) {}

  ~worker() {
    {
      const std::lock_guard lock{mutex_};
      is_ending_ = true;
    }
    waker_->wake();
    thread_.join();
  }

  void add(call next) {
    {
      const std::lock_guard lock{mutex_};
      added_.push_back(std::move(next));
    }
    waker_->wake();
  }

  std::vector<result> take_results() {
    const std::lock_guard lock{mutex_};
    return std::exchange(results_, {});
  }

private:
  void run() {
    while (take_added()) {
      std::vector<pollfd> waiting{{waker_->fd(), POLLIN, 0}};
      for (const auto& c : calls_)
        // Poll passes over what has no descriptor.
        waiting.push_back(c.attempt ? c.attempt->waits_for() : pollfd{-1, 0, 0});
      ::poll(waiting.data(), waiting.size(), time_to_wait());
      waker_->rest();
      const auto now = clock::now();
      for (std::size_t i = 0; i < calls_.size(); ++i)
        go_on(calls_[i], waiting[i + 1].revents != 0, now);
      settle();
    }
  }

  bool take_added() {
    std::vector<call> added;
    {
      const std::lock_guard lock{mutex_};
      if (is_ending_)
        return false;
      added = std::exchange(added_, {});
    }
    for (auto& c : added) {
      c.lookup = begin_look_up(c.address.host, [waker = waker_] { waker->wake(); });
      go_on(c, false, clock::now());
      calls_.push_back(std::move(c));
    }
    settle();
    return true;
  }

  int time_to_wait() const {
    if (calls_.empty())
      return -1;
    const auto next = std::min_element(calls_.begin(), calls_.end(), [](const call& left, const call& right) {
      return left.waits_until() < right.waits_until();
    });
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next->waits_until() - clock::now()).count();
    return static_cast<int>(std::clamp<decltype(left)>(left, 0, 1'000'000));
  }

  void go_on(call& c, bool is_ready, clock::time_point now) {
    if (c.attempt) {
      if (is_ready || now >= c.attempt->waits_until())
        c.attempt->go_on(is_ready, now);
    } else if (c.lookup->is_done()) {
      auto addresses = c.lookup->result(c.address.port);
      if (!addresses)
        return finish(c, std::move(addresses.error()));
      c.attempt.emplace(std::move(*addresses), now, c.deadline, dial_attempt::goal::handshake,
                        tls_for(security_, is_name(c.node) ? c.node : std::string{}));
    } else if (now >= c.deadline) {
      return finish(c, host_lookup_timed_out(c.address.host));
    }
    if (c.attempt && c.attempt->is_over())
      finish(c, c.attempt->take_result());
  }

  void finish(call& c, caf::expected<link_socket> socket) {
    finished_.push_back({std::move(c.node), std::move(c.address), std::move(socket)});
    c.lookup = nullptr;
  }

  /// Hands over what has been finished.
  void settle() {
    std::erase_if(calls_, [](const call& c) { return !c.lookup; });
    if (finished_.empty())
      return;
    {
      const std::lock_guard lock{mutex_};
      std::move(finished_.begin(), finished_.end(), std::back_inserter(results_));
    }
    finished_.clear();
    on_results_();
  }

  const std::shared_ptr<const credentials> security_;
  const std::function<void()> on_results_;
  /// Lookups that nobody waits for any more wake it as well.
  const std::shared_ptr<waker> waker_ = std::make_shared<waker>();
  std::mutex mutex_;
  std::vector<call> added_;
  std::vector<result> results_;
  bool is_ending_ = false;
  // Of the thread alone.
  std::vector<call> calls_;
  std::vector<result> finished_;
  std::thread thread_;
};

dialler::dialler(std::shared_ptr<const credentials> security, std::function<void()> on_results)
  : worker_(std::make_unique<worker>(std::move(security), std::move(on_results))) {}

dialler::~dialler() = default;

void dialler::dial(std::string node, endpoint address, std::chrono::milliseconds timeout) {
  worker_->add({std::move(node), std::move(address), clock::now() + timeout, nullptr, std::nullopt});
}

std::vector<dialler::result> dialler::take_results() {
  return worker_->take_results();
}

} // namespace ariadne
