#include "journal/recovery.hpp"

#include "journal/frame.hpp"
#include "journal/held_registers.hpp"
#include "journal/record.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace ariadne::journal {

namespace {

/// Of a snapshot, which is not held whole.
constexpr std::size_t read_bytes = std::size_t{4} << 20;

class reader {
public:
  explicit reader(disk& from) : disk_(from) {}

  tl::expected<recovered_journal, fault> run() {
    const auto files = disk_.list();
    if (!files)
      return unreadable(files.error());
    for (const auto& file : *files) {
      files_[file.name] = file.bytes;
      all_bytes_ += file.bytes;
    }
    if (!files_.contains(manifest_name)) {
      // The first segment is made before it, and gets no frames until it is there.
      if (std::any_of(files_.begin(), files_.end(), [](const auto& f) {
            return snapshot_number(f.first) || (segment_number(f.first) && f.second > file_head_bytes_max);
          }))
        return damaged(manifest_name, "it is missing");
      return recovered_journal{};
    }
    if (!read_manifest() || (result_.manifest.snapshot != 0 && !read_snapshot()) || !read_segments() || !conclude())
      return tl::unexpected{std::move(*fault_)};
    return std::move(result_);
  }

private:
  struct segment {
    std::string name;
    std::string bytes;
    file_head head;
    std::size_t head_bytes = 0;
  };

  tl::unexpected<fault> damaged(const std::string& file, const std::string& what) {
    return tl::unexpected{fault{fault::kind::damaged, file + ": " + what}};
  }
  static tl::unexpected<fault> unreadable(const disk_error& error) {
    return tl::unexpected{fault{fault::kind::disk, error.text}};
  }
  bool fail(tl::unexpected<fault> why) {
    if (!fault_)
      fault_ = std::move(why.value());
    return false;
  }

  std::optional<std::string> read_all_of(const std::string& name) {
    auto bytes = disk_.read(name, 0, files_.at(name));
    if (bytes)
      return std::move(*bytes);
    fail(unreadable(bytes.error()));
    return std::nullopt;
  }

  bool read_manifest() {
    const auto bytes = read_all_of(manifest_name);
    if (!bytes)
      return false;
    auto why = layout_error::damaged;
    std::uint32_t version = 0;
    auto found = decode_manifest(*bytes, why, version);
    if (!found && why == layout_error::unknown_format)
      return fail(tl::unexpected{fault{fault::kind::unknown_format, "it is of format " + std::to_string(version)
                                                                      + ", and this program knows format "
                                                                      + std::to_string(format_version)}});
    if (!found)
      return fail(damaged(manifest_name, "its checksum is wrong"));
    result_.is_new = false;
    result_.manifest = std::move(*found);
    return true;
  }

  // -- the snapshot --------------------------------------------------------------------------------------------------

  bool read_snapshot() {
    const auto name = snapshot_name(result_.manifest.snapshot);
    if (!files_.contains(name))
      return fail(damaged(name, "it is missing"));
    result_.snapshot_bytes = files_.at(name);
    std::string bytes;
    std::size_t at = 0;
    std::uint64_t offset = 0;
    std::optional<file_head> head;
    std::uint64_t sequence = 0;
    std::vector<read_register> registers;
    while (!end_) {
      const auto rest = std::string_view{bytes}.substr(at);
      std::size_t used = 0;
      if (!head) {
        auto why = layout_error::damaged;
        head = decode_head(rest, used, why);
        if (head)
          sequence = head->first_sequence;
      } else if (const auto f = read_frame(rest, head->salt); f && f->sequence == sequence) {
        used = f->bytes();
        ++sequence;
        if (!take_snapshot_frame(f->content, registers))
          return fail(damaged(name, "a frame has no sense, at byte " + std::to_string(offset)));
      }
      at += used;
      offset += used;
      // A frame that is not whole yet may need more.
      if (used == 0) {
        bytes.erase(0, std::exchange(at, 0));
        auto next = disk_.read(name, offset + bytes.size(), read_bytes);
        if (!next)
          return fail(unreadable(next.error()));
        if (next->empty() || bytes.size() > frame_head_bytes + frame_content_max)
          return fail(damaged(name, "a frame is bad, at byte " + std::to_string(offset)));
        bytes += *next;
      }
    }
    return true;
  }

  bool take_snapshot_frame(std::string_view content, std::vector<read_register>& registers) {
    switch (kind_of(content)) {
      case record_kind::registers:
        registers.clear();
        if (!decode(content, registers))
          return false;
        for (auto& r : registers)
          held_.hold(std::move(r));
        return true;
      case record_kind::value_piece:
        return take_piece(content);
      case record_kind::end_of_snapshot:
        end_.emplace();
        return decode(content, *end_);
      default:
        return false;
    }
  }

  bool take_piece(std::string_view content) {
    value_piece p;
    if (!decode(content, p) || p.total_bytes > all_bytes_)
      return false;
    auto& value = values_[p.dot];
    // The same value may stand in the snapshot and in the log.
    if (p.offset == 0 && value.bytes.size() != value.total)
      value = {};
    if (value.total != 0 && value.total == value.bytes.size())
      return value.total == p.total_bytes;
    if (p.offset != value.bytes.size() || (value.total != 0 && value.total != p.total_bytes))
      return false;
    value.total = p.total_bytes;
    value.bytes += p.bytes;
    return true;
  }

  // -- the log -------------------------------------------------------------------------------------------------------

  bool read_segments() {
    const auto first = result_.last_segment = result_.manifest.first_segment;
    std::optional<segment> current;
    for (auto number = first;; ++number) {
      const auto name = segment_name(number);
      if (!files_.contains(name)) {
        if (number == first)
          return fail(damaged(name, "it is missing"));
        break;
      }
      auto next = open_segment(name, number);
      if (!next)
        return false;
      // It was about to be made when the node stopped.
      if (next->head_bytes == 0)
        break;
      const auto is_void = next->head.stands_on != 0 && next->head.stands_on != result_.manifest.snapshot;
      if (number == first && is_void)
        return fail(damaged(name, "the snapshot that it stands on is another one"));
      // What follows on a disk error says nothing of what stands before it.
      if (current && !read_segment(*current, is_void ? std::nullopt : std::optional{next->head.first_sequence}))
        return false;
      current.reset();
      result_.follows_error = result_.state.is_in_doubt = is_void;
      if (is_void)
        return true;
      current = std::move(next);
    }
    return !current || read_segment(*current, std::nullopt);
  }

  /// A head of 0 bytes: the file ends before it does.
  std::optional<segment> open_segment(const std::string& name, std::uint64_t number) {
    auto bytes = read_all_of(name);
    if (!bytes)
      return std::nullopt;
    segment s{name, std::move(*bytes), {}, 0};
    auto why = layout_error::damaged;
    const auto head = decode_head(s.bytes, s.head_bytes, why);
    if (head && head->number == number) {
      s.head = *head;
      return s;
    }
    s.head_bytes = 0;
    const auto is_last = !files_.contains(segment_name(number + 1));
    // Frames follow a head only once that is on the disk.
    if (is_last && s.bytes.size() <= file_head_bytes_max && number != result_.manifest.first_segment)
      return s;
    fail(damaged(name, "its head is bad"));
    return std::nullopt;
  }

  /// `end`: the first sequence that does not count any more, as the next segment says.
  bool read_segment(const segment& s, std::optional<std::uint64_t> end) {
    auto sequence = s.head.first_sequence;
    auto at = s.head_bytes;
    std::uint64_t synced = 0;
    auto is_first_claim = true;
    claim_record claim;
    auto counted_to = at;
    for (; !end || sequence < *end; ++sequence) {
      const auto f = read_frame(std::string_view{s.bytes}.substr(at), s.head.salt);
      if (!f || f->sequence != sequence)
        break;
      synced = std::max(synced, f->synced);
      at += f->bytes();
      if (!take_frame(f->content, claim, is_first_claim))
        return fail(damaged(s.name, "frame " + std::to_string(sequence) + " has no sense"));
      if (kind_of(f->content) == record_kind::claim) {
        settle(claim, sequence);
        result_.last_segment = s.head.number;
        counted_to = at;
      }
    }
    const auto rest = std::string_view{s.bytes}.substr(at);
    if (!end)
      synced = std::max(synced, greatest_synced(rest, sequence, s.head.salt));
    if (end ? sequence < *end : synced >= sequence)
      return fail(damaged(s.name, "frame " + std::to_string(sequence) + ", at byte " + std::to_string(at)
                                    + ", is bad, though it was on the disk"));
    result_.log_bytes += counted_to;
    result_.dropped_bytes = s.bytes.size() - counted_to;
    return true;
  }

  bool take_frame(std::string_view content, claim_record& claim, bool& is_first_claim) {
    switch (kind_of(content)) {
      case record_kind::registers:
        return decode(content, pending_);
      case record_kind::value_piece:
        return take_piece(content);
      case record_kind::claim:
        return decode(content, claim, std::exchange(is_first_claim, false));
      case record_kind::pause:
        return true;
      default:
        return false;
    }
  }

  /// What stands before a claim counts.
  void settle(const claim_record& claim, std::uint64_t sequence) {
    for (auto& r : pending_)
      held_.hold(std::move(r));
    pending_.clear();
    result_.state.claim = claim.claim;
    result_.claimed_at_ms = claim.at_ms;
    result_.claim_sequence = sequence;
  }

  // -- the whole -----------------------------------------------------------------------------------------------------

  bool conclude() {
    if (end_ && result_.claim_sequence <= end_->log_sequence)
      return fail(damaged(manifest_name, "the log ends before the snapshot does"));
    // Without a claim, nothing of what there is counts.
    if (result_.claim_sequence == 0)
      return true;
    if (held_.supply_values([this](auto& value, const auto& reference) { return supply(value, reference); }) > 0)
      return fail(damaged(manifest_name, "a value is missing"));
    result_.state.registers = held_.take();
    crdt::fingerprint fingerprint;
    for (const auto& r : result_.state.registers)
      for (std::size_t i = 0; i < r.value.live_count(); ++i)
        fingerprint.add(r.value.live(i));
    const auto& claim = result_.state.claim;
    if (result_.state.registers.size() != claim.registers || fingerprint != claim.fingerprint)
      return fail(damaged(manifest_name, "the registers are not those that the last claim is about: "
                                           + std::to_string(result_.state.registers.size()) + " are there, of "
                                           + std::to_string(claim.registers)));
    return true;
  }

  bool supply(crdt::causal_register& value, const crdt::value_reference& reference) {
    const auto found = values_.find(reference.dot);
    if (found == values_.end() || found->second.bytes.size() != reference.length)
      return false;
    result_.values.insert(reference.dot);
    value.supply(reference.dot, crdt::shared_bytes{found->second.bytes});
    values_.erase(found);
    return true;
  }

  struct staged_value {
    std::uint64_t total = 0;
    std::string bytes;
  };

  /// No head is longer.
  static constexpr std::size_t file_head_bytes_max = frame_head_bytes + 64;

  disk& disk_;
  std::map<std::string, std::uint64_t> files_;
  std::uint64_t all_bytes_ = 0;
  recovered_journal result_;
  std::optional<fault> fault_;
  std::optional<snapshot_end> end_;
  /// As of the last claim, and what has been read since.
  held_registers held_;
  std::vector<read_register> pending_;
  std::map<crdt::dot, staged_value> values_;
};

} // namespace

tl::expected<recovered_journal, fault> recover(disk& from) {
  return reader{from}.run();
}

} // namespace ariadne::journal
