#include "journal/maintenance.hpp"

#include "journal/frame.hpp"
#include "journal/held_registers.hpp"
#include "journal/journal.hpp"
#include "journal/record.hpp"
#include "journal/recovery.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace ariadne::journal {

namespace {

/// Of the parts in which a whole state is written.
constexpr std::size_t registers_max = 4'096;

/// Collects what stands in the frames of one file after the other.
class collector {
public:
  explicit collector(salvaged_journal& result) : result_(result) {}

  void add_file(std::string_view bytes) {
    std::size_t at = 0;
    auto why = layout_error::damaged;
    const auto head = decode_head(bytes, at, why);
    if (!head) {
      result_.lost_bytes += bytes.size();
      return;
    }
    while (at < bytes.size()) {
      const auto f = read_frame(bytes.substr(at), head->salt);
      if (!f)
        ++result_.lost_bytes;
      else
        add_frame(f->content);
      at += f ? f->bytes() : 1;
    }
  }

  void conclude() {
    result_.lost_registers +=
      held_.supply_values([this](auto& value, const auto& reference) { return supply(value, reference); });
    result_.state.registers = held_.take();
  }

private:
  struct staged_value {
    std::uint64_t total = 0;
    std::string bytes;
  };

  void add_frame(std::string_view content) {
    value_piece p;
    claim_record claim;
    switch (kind_of(content)) {
      case record_kind::registers:
        found_.clear();
        if (decode(content, found_))
          for (auto& r : found_)
            held_.hold(std::move(r));
        return;
      case record_kind::value_piece:
        if (decode(content, p))
          add(p);
        return;
      case record_kind::claim:
      case record_kind::end_of_snapshot:
      case record_kind::pause:
        return;
    }
  }

  void add(const value_piece& p) {
    auto& value = values_[p.dot];
    if (p.offset == 0 && (value.total == 0 || value.bytes.size() != value.total))
      value = {p.total_bytes, {}};
    if (p.offset == value.bytes.size() && p.total_bytes == value.total)
      value.bytes += p.bytes;
  }

  bool supply(crdt::causal_register& value, const crdt::value_reference& reference) const {
    const auto found = values_.find(reference.dot);
    if (found == values_.end() || found->second.bytes.size() != reference.length)
      return false;
    value.supply(reference.dot, crdt::shared_bytes{found->second.bytes});
    return true;
  }

  salvaged_journal& result_;
  held_registers held_;
  std::map<crdt::dot, staged_value> values_;
  std::vector<read_register> found_;
};

crdt::knowledge_claim claim_of_nothing(const crdt::journal_registers& registers) {
  crdt::knowledge_claim claim;
  claim.registers = registers.size();
  for (const auto& r : registers)
    for (std::size_t i = 0; i < r.value.live_count(); ++i) {
      claim.fingerprint.add(r.value.live(i));
      claim.newest = std::max(claim.newest, r.value.live(i).stamp);
    }
  return claim;
}

bool is_file_of_journal(const std::string& name) {
  return name == manifest_name || name == new_manifest_name || segment_number(name) || snapshot_number(name);
}

} // namespace

tl::expected<salvaged_journal, disk_error> salvage(disk& from) {
  auto files = from.list();
  if (!files)
    return tl::unexpected{files.error()};
  salvaged_journal result;
  // Snapshots first, and both in the order in which they were written; the names have all digits.
  std::sort(files->begin(), files->end(), [](const auto& left, const auto& right) {
    return std::pair{!snapshot_number(left.name), left.name} < std::pair{!snapshot_number(right.name), right.name};
  });
  collector collected{result};
  for (const auto& file : *files) {
    if (!is_file_of_journal(file.name))
      continue;
    const auto bytes = from.read(file.name, 0, file.bytes);
    if (!bytes)
      return tl::unexpected{bytes.error()};
    auto why = layout_error::damaged;
    std::uint32_t version = 0;
    if (file.name == manifest_name) {
      if (const auto m = decode_manifest(*bytes, why, version))
        result.of = owner{m->cluster, m->node};
    } else if (file.name != new_manifest_name) {
      collected.add_file(*bytes);
    }
  }
  collected.conclude();
  result.state.claim = claim_of_nothing(result.state.registers);
  return result;
}

tl::expected<void, disk_error> write_whole(disk& to, const crdt::restored_state& state, const owner& of,
                                           std::uint64_t at_ms, std::function<std::uint64_t()> draw_salt) {
  journal_options options;
  options.draw_salt = std::move(draw_salt);
  journal written{to, options};
  if (auto begun = written.begin({}, {of.cluster, of.node}); !begun)
    return begun;
  const auto& all = state.registers;
  for (std::size_t at = 0; at < all.size() || at == 0; at += registers_max) {
    crdt::journal_part part;
    const auto end = std::min(all.size(), at + registers_max);
    part.changed.assign(all.begin() + static_cast<std::ptrdiff_t>(at), all.begin() + static_cast<std::ptrdiff_t>(end));
    // No snapshot is to be begun: nobody walks.
    part.live_bytes = ~std::uint64_t{0} / 2;
    if (end == all.size()) {
      part.claim = state.claim;
      // An incarnation that has never been: no claim is without one.
      if (part.claim->own.value == 0)
        part.claim->own = {options.draw_salt() >> 1 | 1};
    }
    if (auto done = written.write(part, end == all.size(), at_ms); !done)
      return tl::unexpected{done.error()};
  }
  return written.sync();
}

tl::expected<void, disk_error> give_to(disk& on, manifest m, const owner& of) {
  m.cluster = of.cluster;
  m.node = of.node;
  m.id = {};
  return write_manifest(on, m);
}

tl::expected<void, disk_error> discard(disk& on) {
  const auto files = on.list();
  if (!files)
    return tl::unexpected{files.error()};
  for (const auto& file : *files)
    if (is_file_of_journal(file.name))
      if (auto done = on.remove(file.name); !done)
        return done;
  return on.sync_names();
}

} // namespace ariadne::journal
