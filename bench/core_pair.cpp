#include "bench/core_pair.hpp"

namespace ariadne::bench {

crdt::replica_options core_options(std::uint64_t id) {
  crdt::replica_options options;
  options.id = {id};
  options.cluster = "bench";
  options.node = "node" + std::to_string(id);
  return options;
}

void fill(crdt::replica& target, const std::vector<std::string>& keys, std::size_t bytes) {
  const std::string value(bytes, 'v');
  for (const auto& key : keys) {
    (void)target.put(key, crdt::shared_bytes{value}, core_now_ms);
    target.take_changes();
  }
}

traffic exchange(crdt::replica& left, crdt::replica& right, crdt::link_id link) {
  traffic result;
  auto carry = [&](crdt::replica& from, crdt::replica& to) {
    auto frames = from.take_frames();
    for (const auto& frame : frames) {
      ++result.frames;
      result.bytes += frame.bytes.size();
      to.receive(link, frame.bytes, core_now_ms);
      to.take_changes();
    }
    return !frames.empty();
  };
  for (;;) {
    const auto there = carry(left, right);
    const auto back = carry(right, left);
    if (!there && !back)
      return result;
    ++result.round_trips;
  }
}

} // namespace ariadne::bench
