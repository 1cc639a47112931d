#pragma once

#include "test/simulation/operation.hpp"
#include "test/simulation/random_source.hpp"
#include "test/simulation/story.hpp"
#include "test/simulation/topology.hpp"
#include "test/simulation/world.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace ariadne::simulation {

/// Draws the schedule of a seed, operation by operation, such that they make sense in the state of the world.
class generator {
public:
  explicit generator(const scenario& s);

  /// The next operation, or nothing when the schedule is over.
  std::optional<operation> next(const world& w);

private:
  /// What happens how often, for a while.
  struct phase {
    std::size_t operations_left = 0;
    std::uint64_t write = 0;
    std::uint64_t deliver = 0;
    std::uint64_t tick = 0;
    std::uint64_t trouble = 0;
  };

  void begin_phase(const world& w);
  operation draw(const world& w);
  operation write(const world& w);
  operation deliver(const world& w);
  operation tick(const world& w);
  operation trouble(const world& w);
  /// A step of a journal, or now and then the end of all replicas at once.
  operation journal(const world& w);
  /// What becomes of the disk when a replica crashes, see operation.
  std::uint32_t draw_disk_trouble();
  /// What the cluster does against trouble: notices closed links, opens missing ones, learns who is a member.
  operation repair(const world& w);
  void reconnect(const world& w, topology t);

  std::size_t pick_slot(const world& w);
  std::uint32_t time_passes();

  scenario scenario_;
  random_source random_;
  /// For what happens to disks: a source of its own, so that other seeds mean what they have meant.
  random_source disk_random_;
  phase phase_;
  std::vector<edge> edges_;
  std::deque<operation> planned_;
  std::unique_ptr<story> story_;
  std::size_t operations_left_ = 0;
  bool has_begun_ = false;
  bool is_ending_ = false;
};

} // namespace ariadne::simulation
