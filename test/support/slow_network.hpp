#pragma once

#include "crdt/replica.hpp"
#include "test/support/crdt_values.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::test {

/// Replicas in one thread, and links between them on which bytes take time. Nothing moves until `pass` is called.
class slow_network {
public:
  /// What new replicas are made with, but for their ids.
  crdt::replica_options options;

  /// Adds a replica; its number is its place among them, from 0 on.
  std::size_t add() {
    options.id = {nodes_.size() + 1};
    options.cluster = "slow";
    options.node = std::string(1, static_cast<char>('a' + nodes_.size()));
    nodes_.push_back(std::make_unique<crdt::replica>(options));
    return nodes_.size() - 1;
  }

  crdt::replica& operator[](std::size_t number) {
    return *nodes_[number];
  }

  /// Opens a link that carries so many bytes in a millisecond each way, each of which takes so long.
  std::size_t connect(std::size_t first, std::size_t second, double bytes_per_ms, std::uint64_t delay_ms) {
    links_.push_back({{links_.size() + 1}, {first, second}, {}, bytes_per_ms, delay_ms, true});
    const auto id = links_.back().id;
    nodes_[first]->open(id, true, now_ms);
    nodes_[second]->open(id, true, now_ms);
    collect();
    return links_.size() - 1;
  }

  /// What is on its way is lost.
  void disconnect(std::size_t number) {
    auto& l = links_[number];
    l.is_open = false;
    l.ways = {};
    for (auto end : l.ends)
      nodes_[end]->close(l.id, now_ms);
    collect();
  }

  /// Lets a millisecond pass, and what falls due in it happen.
  void pass() {
    ++now_ms;
    for (auto& l : links_)
      for (std::size_t to = 0; to < 2; ++to)
        while (l.is_open && !l.ways[to].frames.empty() && l.ways[to].frames.front().due_ms <= now_ms) {
          const auto frame = std::move(l.ways[to].frames.front().bytes);
          l.ways[to].frames.pop_front();
          nodes_[l.ends[to]]->receive(l.id, frame, now_ms);
          collect();
        }
    for (auto& node : nodes_) {
      if (now_ms % 100 == 0)
        node->tick(now_ms);
      if (node->has_work())
        node->work(now_ms);
    }
    collect();
  }

  /// Lets time pass until `done()` says yes, at most `ms_max`. Returns how long that was; nothing if it never did.
  template <class Predicate>
  std::optional<std::uint64_t> pass_until(std::uint64_t ms_max, Predicate done) {
    for (std::uint64_t ms = 0; ms <= ms_max; ++ms, pass())
      if (done())
        return ms;
    return std::nullopt;
  }

  /// Puts a value; collects what that sends.
  crdt::dot put(std::size_t number, const std::string& key, std::string_view value) {
    const auto written = nodes_[number]->put(key, crdt::shared_bytes{value}, now_ms);
    collect();
    return written.value();
  }

  /// How many bytes have gone over the link to its second end, and to its first.
  std::uint64_t bytes_to_second(std::size_t number) const {
    return links_[number].ways[1].bytes_sent;
  }

  std::pair<std::size_t, std::size_t> ends(std::size_t number) const {
    return {links_[number].ends[0], links_[number].ends[1]};
  }

  std::uint64_t now_ms = start_ms;

private:
  struct frame {
    std::uint64_t due_ms;
    std::string bytes;
  };
  struct way {
    std::deque<frame> frames;
    double free_at = 0;
    std::uint64_t bytes_sent = 0;
  };
  struct link {
    crdt::link_id id;
    std::array<std::size_t, 2> ends;
    std::array<way, 2> ways;
    double bytes_per_ms;
    std::uint64_t delay_ms;
    bool is_open;
  };

  /// Puts what the replicas have to say on its way.
  /// Something has happened to the replicas.
  void collect() {
    for (std::size_t number = 0; number < nodes_.size(); ++number) {
      nodes_[number]->check_invariants();
      for (auto& f : nodes_[number]->take_frames()) {
        auto& l = links_[f.link.value - 1];
        if (!l.is_open)
          continue;
        auto& w = l.ways[l.ends[0] == number ? 1 : 0];
        w.free_at =
          std::max(w.free_at, static_cast<double>(now_ms)) + static_cast<double>(f.bytes.size()) / l.bytes_per_ms;
        w.bytes_sent += f.bytes.size();
        w.frames.push_back({static_cast<std::uint64_t>(w.free_at) + l.delay_ms + 1, std::move(f.bytes)});
      }
    }
  }

  std::vector<std::unique_ptr<crdt::replica>> nodes_;
  std::deque<link> links_;
};

} // namespace ariadne::test
