#include "journal/journal.hpp"

#include "journal/frame.hpp"

#include <utility>

namespace ariadne::journal {

namespace {

using result = tl::expected<void, disk_error>;

/// Makes frames of registers, and of the large values that are not yet in `values`.
class frame_maker {
public:
  frame_maker(std::uint64_t salt, std::uint64_t& sequence, std::uint64_t synced, const journal_options& options,
              std::set<crdt::dot>& values)
    : salt_(salt), sequence_(sequence), synced_(synced), options_(options), values_(values),
      registers_(options.value_inline_max) {}

  void add(const crdt::journal_register& r) {
    for (std::size_t i = 0; i < r.value.live_count(); ++i)
      if (const auto& e = r.value.live(i); e.value.size() > options_.value_inline_max && values_.insert(e.dot).second)
        add_value(e);
    registers_.add(r);
    if (registers_.size() >= options_.frame_bytes)
      end_registers();
  }
  void add_record(const std::string& content) {
    end_registers();
    write_frame(bytes_, {sequence_++, synced_, content}, salt_);
  }
  std::string& take() {
    end_registers();
    return bytes_;
  }

private:
  void add_value(const crdt::entry& e) {
    const auto whole = e.value.view();
    for (std::size_t offset = 0; offset < whole.size(); offset += value_piece_max)
      write_frame(bytes_,
                  {sequence_++, synced_, encode({e.dot, whole.size(), offset, whole.substr(offset, value_piece_max)})},
                  salt_);
  }
  void end_registers() {
    if (!registers_.empty())
      write_frame(bytes_, {sequence_++, synced_, registers_.take()}, salt_);
  }

  std::uint64_t salt_;
  std::uint64_t& sequence_;
  std::uint64_t synced_;
  const journal_options& options_;
  std::set<crdt::dot>& values_;
  registers_writer registers_;
  std::string bytes_;
};

template <class Number>
bool is_outside(const std::optional<Number>& number, std::uint64_t first, std::uint64_t last) {
  return number && (*number < first || *number > last);
}

} // namespace

// -- the beginning ---------------------------------------------------------------------------------------------------

result journal::begin(const recovered_journal& found, const manifest& owner) {
  manifest_ = found.is_new ? owner : found.manifest;
  sequence_ = found.claim_sequence + 1;
  synced_ = noted_ = found.claim_sequence;
  last_claim_ = found.claim_sequence;
  segment_.number = found.is_new ? 0 : found.last_segment;
  log_bytes_ = found.log_bytes;
  snapshot_bytes_ = found.snapshot_bytes;
  values_ = found.values;
  snapshot_.reset();
  if (found.is_new) {
    manifest_.snapshot = 0;
    manifest_.first_segment = 1;
  }
  // What was written may not have been synced; the new segment says that it was. After an error, a sync says nothing.
  if (!found.is_new && !found.follows_error)
    for (auto number = manifest_.first_segment; number <= segment_.number; ++number)
      if (auto done = disk_.sync(segment_name(number)); !done)
        return done;
  if (auto done = remove_unneeded(); !done)
    return done;
  if (found.follows_error)
    return begin_anew();
  if (auto done = open_segment(0); !done)
    return done;
  return found.is_new ? write_manifest(disk_, manifest_) : result{};
}

result journal::remove_unneeded() {
  const auto files = disk_.list();
  if (!files)
    return tl::unexpected{files.error()};
  for (const auto& file : *files) {
    const auto is_unneeded = is_outside(segment_number(file.name), manifest_.first_segment, segment_.number)
                             || is_outside(snapshot_number(file.name), manifest_.snapshot, manifest_.snapshot)
                             || file.name == new_manifest_name;
    if (is_unneeded)
      if (auto done = disk_.remove(file.name); !done)
        return done;
  }
  return disk_.sync_names();
}

result journal::make_file(const std::string& name, const file_head& head) {
  if (auto done = disk_.append(name, encode(head)); !done)
    return done;
  if (auto done = disk_.sync(name); !done)
    return done;
  return disk_.sync_names();
}

result journal::open_segment(std::uint64_t stands_on) {
  const file_head next{segment_.number + 1, options_.draw_salt(), sequence_, stands_on};
  // If it cannot be made, what there is of it is removed before another one takes its number.
  if (auto done = make_file(segment_name(next.number), next); !done)
    return done;
  segment_ = next;
  told_.reset();
  segment_bytes_ = encode(next).size();
  return {};
}

result write_manifest(disk& on, const manifest& m) {
  if (auto done = on.remove(new_manifest_name); !done)
    return done;
  if (auto done = on.append(new_manifest_name, encode(m)); !done)
    return done;
  if (auto done = on.sync(new_manifest_name); !done)
    return done;
  if (auto done = on.rename(new_manifest_name, manifest_name); !done)
    return done;
  return on.sync_names();
}

// -- the log ---------------------------------------------------------------------------------------------------------

result journal::append_to_log(std::string& frames) {
  if (frames.empty())
    return {};
  segment_bytes_ += frames.size();
  log_bytes_ += frames.size();
  noted_ = synced_;
  return disk_.append(segment_name(segment_.number), frames);
}

tl::expected<journal_progress, disk_error> journal::write(const crdt::journal_part& part, bool is_synced,
                                                          std::uint64_t at_ms) {
  journal_progress progress;
  if (segment_bytes_ > options_.segment_bytes) {
    if (auto done = sync(); !done)
      return tl::unexpected{done.error()};
    if (auto done = open_segment(segment_.stands_on == manifest_.snapshot ? 0 : segment_.stands_on); !done)
      return tl::unexpected{done.error()};
  }
  frame_maker frames{segment_.salt, sequence_, synced_, options_, values_};
  for (const auto& r : part.changed)
    frames.add(r);
  if (snapshot_)
    snapshot_->changed += part.changed.size();
  const auto counts = part.claim.has_value();
  if (auto done = write_walked(part); !done)
    return tl::unexpected{done.error()};
  if (counts) {
    const auto record = encode({*part.claim, at_ms}, told_ ? &*told_ : nullptr);
    if (!told_)
      whole_claim_bytes_ = record.size();
    frames.add_record(record);
    last_claim_ = sequence_ - 1;
    told_ = part.claim;
  }
  if (auto done = append_to_log(frames.take()); !done)
    return tl::unexpected{done.error()};
  if (counts && is_synced)
    if (auto done = sync(); !done)
      return tl::unexpected{done.error()};
  if (counts && snapshot_ && snapshot_->ended_at && last_claim_ > *snapshot_->ended_at)
    if (auto done = install_snapshot(); !done)
      return tl::unexpected{done.error()};
  if (counts && (segment_.stands_on == 0 || segment_.stands_on == manifest_.snapshot))
    progress.durable = part.claim->vector;
  // A snapshot has two new segments behind it at once, and each begins with a whole claim: that must not be enough for
  // the next one.
  if (!snapshot_ && log_bytes_ > part.live_bytes + options_.log_bytes_min + 2 * whole_claim_bytes_) {
    if (auto done = begin_snapshot(); !done)
      return tl::unexpected{done.error()};
    progress.wants_walk = true;
  }
  return progress;
}

result journal::sync() {
  if (is_synced())
    return {};
  if (auto done = disk_.sync(segment_name(segment_.number)); !done)
    return done;
  synced_ = sequence_ - 1;
  return {};
}

result journal::note_pause() {
  if (noted_ == synced_)
    return {};
  frame_maker frames{segment_.salt, sequence_, synced_, options_, values_};
  frames.add_record(encode_pause());
  return append_to_log(frames.take());
}

result journal::set_id(const cluster_mark& id) {
  auto changed = manifest_;
  changed.id = id;
  if (auto done = write_manifest(disk_, changed); !done)
    return done;
  manifest_ = std::move(changed);
  return {};
}

// -- snapshots -------------------------------------------------------------------------------------------------------

result journal::begin_snapshot() {
  if (auto done = sync(); !done)
    return done;
  const auto number = manifest_.snapshot + 1;
  if (auto done = disk_.remove(snapshot_name(number)); !done)
    return done;
  if (auto done = open_segment(0); !done)
    return done;
  return make_snapshot(number);
}

result journal::make_snapshot(std::uint64_t number) {
  snapshot_.emplace();
  snapshot_->head = {number, options_.draw_salt(), 1, 0};
  snapshot_->first_segment = segment_.number;
  snapshot_->log_bytes_before = log_bytes_;
  // What the log before it has of them goes with it.
  values_.clear();
  return make_file(snapshot_name(number), snapshot_->head);
}

result journal::write_walked(const crdt::journal_part& part) {
  if (!snapshot_ || snapshot_->ended_at)
    return {};
  // What is in the log since the walk has begun is not needed twice, but its values may have been written before.
  frame_maker frames{snapshot_->head.salt, snapshot_->sequence, 0, options_, snapshot_->values};
  for (const auto& r : part.walked)
    frames.add(r);
  snapshot_->registers += part.walked.size();
  if (part.ends_walk)
    frames.add_record(encode(snapshot_end{sequence_ - 1, snapshot_->registers}));
  const auto name = snapshot_name(snapshot_->head.number);
  const auto& bytes = frames.take();
  snapshot_->bytes += bytes.size();
  if (!bytes.empty())
    if (auto done = disk_.append(name, bytes); !done)
      return done;
  if (!part.ends_walk)
    return {};
  snapshot_->ended_at = sequence_ - 1;
  return disk_.sync(name);
}

result journal::install_snapshot() {
  if (auto done = sync(); !done)
    return done;
  if (snapshot_->registers + snapshot_->changed < told_->registers)
    return tl::unexpected{disk_error{disk_error::kind::broken, snapshot_name(snapshot_->head.number)
                                                                 + ": it has fewer registers than there are"}};
  manifest_.snapshot = snapshot_->head.number;
  manifest_.first_segment = snapshot_->first_segment;
  if (auto done = write_manifest(disk_, manifest_); !done)
    return done;
  snapshot_bytes_ = snapshot_->bytes;
  log_bytes_ -= snapshot_->log_bytes_before;
  values_.merge(snapshot_->values);
  snapshot_.reset();
  return remove_unneeded();
}

result journal::begin_anew() {
  snapshot_.reset();
  const auto number = manifest_.snapshot + 1;
  if (auto done = disk_.remove(snapshot_name(number)); !done)
    return done;
  if (auto done = disk_.remove(segment_name(segment_.number + 1)); !done)
    return done;
  if (auto done = disk_.sync_names(); !done)
    return done;
  if (auto done = open_segment(number); !done)
    return done;
  return make_snapshot(number);
}

} // namespace ariadne::journal
