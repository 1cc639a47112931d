#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace ariadne {

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
      boost::asio::post(pool_, [this] { answer(); });
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
      boost::asio::post(pool_, [this] { answer(); });
  }

  std::function<Result()> ask_;
  std::mutex mutex_;
  std::vector<taker> takers_;
  bool is_asking_ = false;
  boost::asio::thread_pool pool_{1};
};

} // namespace ariadne
