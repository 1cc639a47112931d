#include "test/simulation/node_disk.hpp"

#include <utility>

namespace ariadne::simulation {

namespace {

/// Small, so that segments and snapshots follow each other.
constexpr std::uint64_t segment_bytes = 1'500;
constexpr std::uint64_t log_bytes_min = 800;
constexpr std::size_t frame_bytes = 120;
constexpr std::size_t value_inline_max = 40;

/// How many steps a journal may need to write a small map.
constexpr int steps_max = 10'000;

} // namespace

void node_disk::start(crdt::replica& r, std::uint64_t now_ms) {
  disk_.restart();
  auto found = journal::recover(disk_);
  recover_from(found);
  // What goes away without a power cut is there; what is synced always is.
  if (!is_spoilt_ && (is_synced_ || !has_lost_power_)) {
    auto kept = found->state.claim.vector;
    kept.join(*found->state.claim.retired);
    // A flipped bit in what was written last cannot be told from a torn tail, unless the note of a pause stands behind
    // it; and that is not synced.
    const auto certain = !is_flipped_ ? promised_ : has_lost_power_ ? crdt::version_vector{} : noted_;
    if (!kept.covers(certain))
      throw violation{"what was durable is there after the start", "a claim has been lost"};
  }
  has_lost_power_ = is_spoilt_ = is_flipped_ = has_failed_ = false;
  journal::journal_options options;
  options.segment_bytes = segment_bytes;
  options.log_bytes_min = log_bytes_min;
  options.frame_bytes = frame_bytes;
  options.value_inline_max = value_inline_max;
  options.draw_salt = [this] { return random_.next(); };
  journal_.emplace(disk_, std::move(options));
  has_failed_ = !journal_->begin(*found, {"simulation", "node", 0, 1});
  auto kept = found->state.claim.vector;
  kept.join(*found->state.claim.retired);
  found->state.is_in_doubt |= has_failed_;
  promised_ = found->state.is_in_doubt ? meet(promised_, kept) : kept;
  noted_.clear();
  r.restore(std::move(found->state), now_ms);
  r.begin_journal();
  if (journal_->wants_walk())
    r.walk_for_journal();
}

void node_disk::recover_from(tl::expected<journal::recovered_journal, journal::fault>& found) {
  was_wiped_ = !found;
  if (found)
    return;
  // A process that ends with the sync that has failed can tell nobody.
  if (!is_flipped_ && !disk_.has_lied())
    throw violation{"a disk that nobody has damaged is not damaged", found.error().text};
  is_spoilt_ = true;
  disk_.wipe();
  found = journal::recover(disk_);
}

bool node_disk::commit(crdt::replica& r, std::size_t registers_max, std::uint64_t now_ms) {
  if (has_failed_) {
    has_failed_ = !journal_->begin_anew();
    if (!has_failed_)
      r.walk_for_journal();
    return disk_.is_dead();
  }
  if (!r.has_journal_part())
    return false;
  const auto part = r.take_journal_part({registers_max, std::size_t{4} << 20});
  const auto done = journal_->write(part, is_synced_, now_ms);
  has_failed_ = !done;
  if (done && done->wants_walk)
    r.walk_for_journal();
  if (done && done->durable) {
    promised_.join(*done->durable);
    if (part.claim)
      promised_.join(*part.claim->retired);
    r.note_durable(*done->durable);
    if (random_.chance(5))
      backup_.copy_from(disk_);
    if (random_.chance(20)) {
      has_failed_ = !journal_->sync() || !journal_->note_pause();
      if (!has_failed_)
        noted_ = promised_;
    }
  }
  return disk_.is_dead();
}

void node_disk::commit_all(crdt::replica& r, std::uint64_t now_ms) {
  disk_.restart();
  for (auto step = 0; has_failed_ || r.has_journal_part(); ++step) {
    if (step == steps_max)
      throw violation{"a journal comes to rest", "it still writes"};
    commit(r, 100, now_ms);
  }
  if (!r.durable()->covers(r.vector()))
    throw violation{"a journal that comes to rest has kept all", to_string(difference(r.vector(), *r.durable()))};
}

void node_disk::fail_soon(bool ends_process) {
  const auto operations = random_.below(12);
  if (ends_process)
    disk_.die_after(operations);
  else
    disk_.fail_after(operations, random_.pick({journal::disk_error::kind::full, journal::disk_error::kind::broken}));
}

void node_disk::crash(bool has_power) {
  journal_.reset();
  if (has_power)
    return;
  disk_.cut_power();
  has_lost_power_ = true;
}

void node_disk::suffer(trouble what) {
  switch (what) {
    case trouble::none:
      return;
    case trouble::flipped_bit:
      is_flipped_ = disk_.flip_bit() || is_flipped_;
      return;
    case trouble::old_backup:
      disk_.copy_from(backup_);
      is_spoilt_ = true;
      return;
  }
}

} // namespace ariadne::simulation
