#pragma once

#include <absl/container/btree_map.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ariadne::crdt {

/// The events of one id of this replica that it has written again, since their stamps were wrong: which one stands for
/// which, by counter. Others may have seen an event as it was and superseded it, or hold its dot as the version that
/// they have judged; both then go for the new one. Only the last `events_max` are remembered.
class restamped_events {
public:
  static constexpr std::size_t events_max = 4'096;

  void add(std::uint64_t before, std::uint64_t after) {
    before_[after] = before;
    if (before_.size() > events_max)
      before_.erase(before_.begin());
  }

  /// The events that the event `after` stands for, the latest first; one may have been written again more than once.
  std::vector<std::uint64_t> before(std::uint64_t after) const {
    std::vector<std::uint64_t> result;
    for (auto found = before_.find(after); found != before_.end(); found = before_.find(found->second))
      result.push_back(found->second);
    return result;
  }

  bool empty() const {
    return before_.empty();
  }

private:
  absl::btree_map<std::uint64_t, std::uint64_t> before_;
};

} // namespace ariadne::crdt
