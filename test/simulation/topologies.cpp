// What the topologies cost in a large cluster: as many replicas as there are nodes, in one thread, with a virtual
// clock. A frame takes a millisecond; bandwidth is not limited. Prints the table of docs/topologies.md.
//
// usage: ariadne_topologies [NODES [WRITES]]

#include "crdt/replica.hpp"
#include "membership/topology.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace ariadne;
using membership::topology;

constexpr std::uint64_t start_ms = 1'700'000'000'000;
constexpr std::uint64_t hop_ms = 1;
constexpr std::uint64_t tick_ms = 100;

struct node {
  explicit node(crdt::replica_options options) : replica(std::move(options)) {}

  crdt::replica replica;
  std::uint64_t bytes_sent_before = 0;
};

struct frame {
  std::uint64_t at_ms;
  /// Keeps the order of frames that arrive at the same time.
  std::uint64_t number;
  std::size_t to;
  crdt::link_id link;
  std::string bytes;

  bool operator>(const frame& other) const {
    return std::pair{at_ms, number} > std::pair{other.at_ms, other.number};
  }
};

class cluster {
public:
  cluster(std::size_t count, topology::shape shape) : count_(count) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < count; ++i)
      names.insert(name_of(i));
    std::set<crdt::replica_id> ids;
    for (std::size_t i = 0; i < count; ++i) {
      crdt::replica_options options;
      options.id = {i + 1};
      options.cluster = "topologies";
      options.node = name_of(i);
      ids.insert(options.id);
      nodes_.push_back(std::make_unique<node>(std::move(options)));
      nodes_.back()->replica.collect_changes(false);
    }
    for (std::size_t i = 0; i < count; ++i) {
      nodes_[i]->replica.set_members(ids);
      auto others = names;
      others.erase(name_of(i));
      const auto neighbours = topology{shape, listed_neighbours(i), names}.neighbours_of(name_of(i), others);
      for (std::size_t j = 0; j < count; ++j)
        if (j != i)
          connect(i, j, neighbours.contains(name_of(j)));
    }
  }

  /// Lets the cluster run until all replicas have the same version vectors. Returns how long that took.
  std::uint64_t converge() {
    const auto began = now_ms_;
    while (!has_converged())
      run_for(1);
    return now_ms_ - began;
  }

  void run_for(std::uint64_t milliseconds) {
    for (const auto end = now_ms_ + milliseconds; now_ms_ < end; ++now_ms_) {
      for (; !frames_.empty() && frames_.top().at_ms <= now_ms_; frames_.pop()) {
        const auto& arrived = frames_.top();
        nodes_[arrived.to]->replica.receive(arrived.link, arrived.bytes, now_ms_);
        send_frames(arrived.to);
      }
      // Not all at the same time.
      for (auto i = now_ms_ % tick_ms; i < count_; i += tick_ms) {
        nodes_[i]->replica.tick(now_ms_);
        send_frames(i);
      }
    }
  }

  void write(std::size_t by, const std::string& key) {
    (void)nodes_[by]->replica.put(key, crdt::shared_bytes{std::string(256, 'v')}, now_ms_);
    send_frames(by);
  }

  std::uint64_t take_bytes_sent() {
    std::uint64_t result = 0;
    for (auto& n : nodes_) {
      const auto sent = n->replica.counters().bytes_sent;
      result += sent - std::exchange(n->bytes_sent_before, sent);
    }
    return result;
  }

private:
  static std::string name_of(std::size_t i) {
    auto digits = std::to_string(i);
    return "node" + std::string(4 - digits.size(), '0') + digits;
  }

  /// The explicit graph: a ring, and a chord of each node to those 14 nodes before and behind it.
  std::set<std::string> listed_neighbours(std::size_t i) const {
    std::set<std::string> result;
    for (const std::size_t distance : {std::size_t{1}, std::size_t{14}})
      for (const auto j : {(i + distance) % count_, (i + count_ - distance % count_) % count_})
        if (j != i)
          result.insert(name_of(j));
    return result;
  }

  crdt::link_id link_between(std::size_t i, std::size_t j) const {
    return {1 + std::min(i, j) * count_ + std::max(i, j)};
  }

  void connect(std::size_t from, std::size_t to, bool push) {
    auto& replica = nodes_[from]->replica;
    replica.open(link_between(from, to), push, now_ms_);
    if (!push)
      replica.greet(link_between(from, to), now_ms_);
    send_frames(from);
  }

  void send_frames(std::size_t from) {
    for (auto& out : nodes_[from]->replica.take_frames()) {
      const auto ends = out.link.value - 1;
      const auto to = ends / count_ == from ? ends % count_ : ends / count_;
      frames_.push({now_ms_ + hop_ms, ++last_frame_, to, out.link, std::move(out.bytes)});
    }
  }

  bool has_converged() const {
    const auto& first = nodes_.front()->replica.vector();
    return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& n) { return n->replica.covers(first); })
           && std::all_of(nodes_.begin(), nodes_.end(),
                          [&](const auto& n) { return nodes_.front()->replica.covers(n->replica.vector()); });
  }

  std::size_t count_;
  std::uint64_t now_ms_ = start_ms;
  std::vector<std::unique_ptr<node>> nodes_;
  std::priority_queue<frame, std::vector<frame>, std::greater<>> frames_;
  std::uint64_t last_frame_ = 0;
};

void report(const char* name, topology::shape shape, std::size_t count, std::size_t writes) {
  cluster played{count, shape};
  played.run_for(2'000);
  const auto start_bytes = played.take_bytes_sent();
  played.run_for(10'000);
  const auto rest_bytes = played.take_bytes_sent() / 10;
  played.write(0, "key");
  const auto one_ms = played.converge();
  played.run_for(1'000);
  played.take_bytes_sent();
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t w = 0; w < writes; ++w)
      played.write(i, "key" + std::to_string(i) + "-" + std::to_string(w));
  const auto many_ms = played.converge();
  const auto many_bytes = played.take_bytes_sent();
  std::printf("| %s | %.1f | %.2f | %llu ms | %llu ms | %.1f |\n", name, static_cast<double>(start_bytes) / (1 << 20),
              static_cast<double>(rest_bytes) / (1 << 10) / double(count), static_cast<unsigned long long>(one_ms),
              static_cast<unsigned long long>(many_ms), static_cast<double>(many_bytes) / (1 << 20));
  std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
  const auto count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200;
  const auto writes = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 10;
  if (argc > 3 || count < 2 || count > 1000 || writes < 1 || writes > 10'000) {
    std::fputs("usage: ariadne_topologies [NODES [WRITES]]\n"
               "  NODES   2 to 1,000; 200 by default\n"
               "  WRITES  of each node, 1 to 10,000; 10 by default\n",
               stderr);
    return EXIT_FAILURE;
  }
  std::printf("%lu nodes, %lu writes of 256 bytes by each\n\n", count, writes);
  std::puts("| topology | start, MiB in all | at rest, KiB/s by each node | one write to all | all writes to all | all "
            "writes, MiB in all |");
  std::puts("|---|---|---|---|---|---|");
  report("mesh", topology::shape::mesh, count, writes);
  report("ring", topology::shape::ring, count, writes);
  report("explicit, 4 neighbours each", topology::shape::listed, count, writes);
}
