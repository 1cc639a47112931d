#pragma once

#include "test/support/cluster_client.hpp"
#include "test/support/stash_history.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace ariadne::test {

struct session_load_options {
  std::vector<std::string> nodes{};
  std::size_t threads = 8;
  /// All threads together.
  unsigned stashes_per_second = 2'000;
  /// Each session stashes one version, once, and the load ends with the last of them: the elements of a set.
  bool once = false;
  write_options write{};
  std::uint32_t seed = 1;
};

/// Sessions that stash again and again until this object is stopped, as clients in many threads: each at a node of its
/// own choice until that fails, then at another, where it first picks up what it has stashed. Now and then, one of them
/// is read at some node. Everything that is seen goes into the history.
///
/// A node that was frozen may take up a stash long after its client has given up on it, and then it is the newest. Who
/// freezes nodes lets each session stash once.
class session_load {
public:
  session_load(cluster_client& client, stash_history& history, session_load_options options);
  ~session_load();

  session_load(const session_load&) = delete;
  session_load& operator=(const session_load&) = delete;

  /// Lets what is under way come to its end, and returns.
  void stop();

  /// Whether every session has stashed, if each does so once.
  bool is_done() const {
    return threads_done_ == threads_.size();
  }

  /// Stashes without a receipt.
  std::uint64_t refused() const {
    return refused_;
  }

private:
  using clock = std::chrono::steady_clock;

  void run(std::size_t thread);
  void stash(std::size_t session, std::size_t& node, std::minstd_rand& random);
  void move(std::size_t session, std::size_t& node, std::minstd_rand& random);
  void read(std::size_t session, const std::string& node);
  bool is_avoided(const std::string& node) const;
  void avoid_if_slow(const std::string& node, clock::time_point begin);

  cluster_client& client_;
  stash_history& history_;
  session_load_options options_;
  std::atomic<bool> is_stopping_ = false;
  std::atomic<std::size_t> threads_done_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  /// Its keys are the nodes.
  std::map<std::string, std::atomic<clock::time_point>> avoided_until_;
  std::vector<std::thread> threads_;
};

} // namespace ariadne::test
