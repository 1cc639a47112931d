#include "crdt/guarded_clock.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace ariadne::crdt {

namespace {

/// The rate at which a sound clock is slewed at most: 500 parts in a million.
constexpr std::int64_t steady_ms_per_slewed_ms = 2'000;

/// How far a wall clock may wander while it is to be consistent.
constexpr std::int64_t consistent_within_ms = 1'000;

/// For how long a neighbour's word counts, and how often the memory of it is turned over.
constexpr std::int64_t word_counts_ms = 30'000;
constexpr std::int64_t bucket_ms = 10'000;

/// What a neighbour says may be anything; sums of two such times do not overflow.
std::int64_t to_signed(std::uint64_t ms) {
  return static_cast<std::int64_t>(std::min(ms, std::uint64_t{1} << 60));
}

std::uint64_t to_unsigned(std::int64_t ms) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 0));
}

} // namespace

std::uint64_t guarded_clock::read(std::uint64_t wall_ms, std::uint64_t steady_ms) {
  const auto wall = to_signed(wall_ms);
  const auto steady = std::max(to_signed(steady_ms), steady_);
  if (has_read_ && !has_heard_ && wall == wall_ && steady == steady_)
    return to_unsigned(believed_);
  wall_ = wall;
  steady_ = steady;
  has_heard_ = false;
  const auto offset = wall_ - steady_;
  if (!std::exchange(has_read_, true)) {
    anchor_ = candidate_ = offset;
    slewed_at_ = candidate_since_ = steady_;
  }
  if (std::abs(offset - candidate_) > consistent_within_ms) {
    candidate_ = offset;
    candidate_since_ = steady_;
  }
  judge(offset);
  return to_unsigned(believed_);
}

void guarded_clock::judge(std::int64_t offset) {
  const auto walls = heard_walls();
  auto votes = walls;
  votes.push_back(offset);
  const auto most = walls.empty() ? std::nullopt : agreed(std::move(votes), to_signed(options_.drift_max_ms));
  if (!most || is_near(offset, *most))
    outvoted_since_.reset();
  if (!most)
    return judge_alone(offset, walls);
  if (is_near(offset, *most)) {
    if (!is_near(offset, anchor_))
      anchor_ = offset;
    slew_anchor(offset);
    return believe(offset, clock_doubt::none);
  }
  if (!outvoted_since_)
    outvoted_since_ = steady_;
  if (is_near(offset, anchor_) && steady_ - *outvoted_since_ < to_signed(options_.outvoted_after_ms))
    return judge_alone(offset, walls);
  // Not at the edge of what the others put up with.
  if (std::abs(anchor_ - *most) > to_signed(options_.drift_max_ms) / 2)
    anchor_ = *most;
  slewed_at_ = steady_;
  believe(anchor_, clock_doubt::outvoted);
}

void guarded_clock::judge_alone(std::int64_t offset, const std::vector<std::int64_t>& walls) {
  const auto near = [&](std::int64_t place) {
    return 2 * std::count_if(walls.begin(), walls.end(), [&](std::int64_t wall) { return is_near(wall, place); });
  };
  const auto heard = static_cast<std::ptrdiff_t>(walls.size());
  const auto is_held_back = heard > 0 && near(anchor_) >= heard;
  if (!is_near(offset, anchor_)) {
    if (is_held_back || steady_ - candidate_since_ < to_signed(options_.patience_ms)) {
      slewed_at_ = steady_;
      return believe(anchor_, clock_doubt::jumped);
    }
    anchor_ = offset;
  }
  slew_anchor(offset);
  believe(offset, heard > 0 && near(offset) < heard ? clock_doubt::contested : clock_doubt::none);
}

void guarded_clock::slew_anchor(std::int64_t offset) {
  const auto steps = (steady_ - slewed_at_) / steady_ms_per_slewed_ms;
  if (steps == 0)
    return;
  slewed_at_ += steps * steady_ms_per_slewed_ms;
  anchor_ += std::clamp(offset - anchor_, -steps, steps);
}

void guarded_clock::believe(std::int64_t offset, clock_doubt doubt) {
  believed_ = steady_ + offset;
  doubt_ = doubt;
}

void guarded_clock::hear(replica_id neighbour, const clock_reading& said) {
  if (!has_read_)
    return;
  has_heard_ = true;
  const auto wall = to_signed(said.wall_ms) - steady_;
  const auto believed = to_signed(said.believed_ms) - steady_;
  auto [position, is_new] = neighbours_.try_emplace(neighbour);
  auto& n = position->second;
  if (is_new || !is_fresh(n)) {
    n = {{{wall, wall}, {believed, believed}}, steady_, steady_};
    return;
  }
  n.heard = steady_;
  if (steady_ - n.bucket_since < bucket_ms) {
    n.offsets.wall[0] = std::max(n.offsets.wall[0], wall);
    n.offsets.believed[0] = std::max(n.offsets.believed[0], believed);
    return;
  }
  n.bucket_since = steady_;
  n.offsets = {{wall, n.offsets.wall[0]}, {believed, n.offsets.believed[0]}};
}

std::optional<clock_reading> guarded_clock::reading() const {
  if (!has_read_)
    return std::nullopt;
  return clock_reading{to_unsigned(wall_), to_unsigned(believed_)};
}

std::int64_t guarded_clock::ahead_ms(replica_id neighbour) const {
  const auto found = neighbours_.find(neighbour);
  return found == neighbours_.end() || !is_fresh(found->second) ? 0 : steady_ + believed_of(found->second) - believed_;
}

std::uint64_t guarded_clock::certain_ms() const {
  auto earliest = believed_;
  std::ptrdiff_t nodes = 1;
  std::ptrdiff_t agreeing = 1;
  for (const auto& [id, n] : neighbours_) {
    if (!is_fresh(n))
      continue;
    const auto theirs = steady_ + believed_of(n);
    ++nodes;
    agreeing += is_near(theirs, believed_) ? 1 : 0;
    earliest = std::min(earliest, theirs);
  }
  return to_unsigned(2 * agreeing > nodes ? believed_ : earliest);
}

bool guarded_clock::is_near(std::int64_t one, std::int64_t other) const {
  return std::abs(one - other) <= to_signed(options_.drift_max_ms);
}

bool guarded_clock::is_fresh(const neighbour_clock& n) const {
  return steady_ - n.heard <= word_counts_ms;
}

std::int64_t guarded_clock::wall_of(const neighbour_clock& n) {
  return std::max(n.offsets.wall[0], n.offsets.wall[1]);
}

std::int64_t guarded_clock::believed_of(const neighbour_clock& n) {
  return std::max(n.offsets.believed[0], n.offsets.believed[1]);
}

std::vector<std::int64_t> guarded_clock::heard_walls() const {
  std::vector<std::int64_t> result;
  for (const auto& [id, n] : neighbours_)
    if (is_fresh(n))
      result.push_back(wall_of(n));
  return result;
}

std::optional<std::int64_t> guarded_clock::agreed(std::vector<std::int64_t> offsets, std::int64_t drift_max) {
  const auto middle = offsets.begin() + static_cast<std::ptrdiff_t>(offsets.size() / 2);
  std::nth_element(offsets.begin(), middle, offsets.end());
  const auto median = *middle;
  const auto near = std::count_if(offsets.begin(), offsets.end(),
                                  [&](std::int64_t offset) { return std::abs(offset - median) <= drift_max; });
  if (2 * static_cast<std::size_t>(near) <= offsets.size())
    return std::nullopt;
  return median;
}

} // namespace ariadne::crdt
