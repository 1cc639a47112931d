#include "journal/record.hpp"

#include <algorithm>
#include <map>
#include <memory>

namespace ariadne::journal {

namespace {

crdt::wire_writer begin_record(record_kind kind) {
  crdt::wire_writer out;
  out.byte(static_cast<std::uint8_t>(kind));
  return out;
}

crdt::wire_reader open_record(std::string_view content) {
  crdt::wire_reader in{content};
  in.byte();
  in.permit_references(true);
  return in;
}

void write_ids(crdt::wire_writer& out, const std::vector<crdt::replica_id>& ids) {
  out.varint(ids.size());
  for (auto id : ids)
    out.fixed64(id.value);
}

std::vector<crdt::replica_id> read_ids(crdt::wire_reader& in) {
  std::vector<crdt::replica_id> result;
  auto left = in.varint();
  if (left > in.remaining() / 8)
    in.fail("a count is higher than the record has room for");
  for (; left > 0 && in.failure().empty(); --left)
    result.push_back(in.replica());
  return result;
}

constexpr std::uint8_t disk_is_gone = 0;
constexpr std::uint8_t disk_is_there = 1;

/// What has risen in a version vector, and which ids have left it.
void write_changes(crdt::wire_writer& out, const crdt::version_vector& now, const crdt::version_vector& before) {
  out.vector(difference(now, before));
  std::vector<crdt::replica_id> gone;
  for (const auto& d : before)
    if (now[d.replica] == 0)
      gone.push_back(d.replica);
  write_ids(out, gone);
}

void read_changes(crdt::wire_reader& in, crdt::version_vector& vector) {
  const auto raised = in.vector();
  vector.join(raised);
  auto gone = read_ids(in);
  std::sort(gone.begin(), gone.end());
  vector.erase_if([&](crdt::dot d) { return std::binary_search(gone.begin(), gone.end(), d.replica); });
}

using disks = std::map<std::string, crdt::version_vector>;

/// Those that have changed, each with whether it is there still.
void write_disks(crdt::wire_writer& out, const disks& now, const disks& before) {
  std::vector<std::string_view> changed;
  std::vector<std::string_view> gone;
  for (const auto& [node, durable] : now)
    if (const auto then = before.find(node); then == before.end() || then->second != durable)
      changed.push_back(node);
  for (const auto& [node, durable] : before)
    if (!now.contains(node))
      gone.push_back(node);
  out.varint(changed.size() + gone.size());
  for (const auto node : changed) {
    out.string(node);
    out.byte(disk_is_there);
    const auto then = before.find(std::string{node});
    write_changes(out, now.at(std::string{node}), then == before.end() ? crdt::version_vector{} : then->second);
  }
  for (const auto node : gone) {
    out.string(node);
    out.byte(disk_is_gone);
  }
}

void read_disks(crdt::wire_reader& in, disks& found) {
  for (auto left = in.varint(); left > 0 && in.failure().empty(); --left) {
    const std::string node{in.string()};
    const auto what = in.byte();
    if (what == disk_is_there)
      read_changes(in, found[node]);
    else if (what == disk_is_gone)
      found.erase(node);
    else
      in.fail("a claim says an unknown thing of a disk");
  }
}

constexpr std::uint8_t is_register = 1;
constexpr std::uint8_t is_gone = 0;
constexpr std::uint8_t retired_flag = 1;

} // namespace

registers_writer::registers_writer(std::size_t value_inline_max) : value_inline_max_(value_inline_max) {
  begin();
}

void registers_writer::begin() {
  out_ = begin_record(record_kind::registers);
  out_.permit_references(true);
  count_ = 0;
}

void registers_writer::add(const crdt::journal_register& r) {
  ++count_;
  out_.string(r.key);
  out_.byte(r.is_gone() ? is_gone : is_register);
  if (!r.is_gone())
    out_.causal_register(r.value, [this](const crdt::entry& e) { return e.value.size() > value_inline_max_; });
}

std::string registers_writer::take() {
  auto result = out_.take();
  begin();
  return result;
}

std::string encode(const value_piece& p) {
  auto out = begin_record(record_kind::value_piece);
  out.whole_dot(p.dot);
  out.varint(p.total_bytes);
  out.varint(p.offset);
  out.string(p.bytes);
  return out.take();
}

std::string encode(const claim_record& c, const crdt::knowledge_claim* before) {
  static const crdt::knowledge_claim nothing;
  const auto& now = c.claim;
  const auto& then = before == nullptr ? nothing : *before;
  auto out = begin_record(record_kind::claim);
  write_changes(out, now.vector, then.vector);
  write_changes(out, now.forgotten, then.forgotten);
  const auto has_retired = now.retired != then.retired;
  out.byte(has_retired ? retired_flag : 0);
  if (has_retired)
    write_changes(out, *now.retired, *then.retired);
  out.fixed64(now.newest.value);
  out.varint(now.registers);
  out.fixed64(now.fingerprint.low);
  out.fixed64(now.fingerprint.high);
  out.fixed64(now.own.value);
  write_ids(out, now.former);
  write_disks(out, now.disks, then.disks);
  out.varint(c.at_ms);
  return out.take();
}

std::string encode(const snapshot_end& e) {
  auto out = begin_record(record_kind::end_of_snapshot);
  out.varint(e.log_sequence);
  out.varint(e.registers);
  return out.take();
}

std::string encode_pause() {
  return begin_record(record_kind::pause).take();
}

record_kind kind_of(std::string_view content) {
  return content.empty() ? record_kind{} : static_cast<record_kind>(content.front());
}

bool decode(std::string_view content, std::vector<read_register>& added_to) {
  auto in = open_record(content);
  while (in.failure().empty() && in.remaining() > 0) {
    read_register r;
    const auto key = in.string();
    const auto what = in.byte();
    if (key.empty() || what > is_register)
      in.fail("a register has no key, or is of an unknown kind");
    r.found.key = key;
    if (what == is_register) {
      r.found.value = in.causal_register(r.references);
      if (r.found.is_gone())
        in.fail("a register is empty");
    }
    if (in.failure().empty())
      added_to.push_back(std::move(r));
  }
  return is_whole(in);
}

bool decode(std::string_view content, value_piece& p) {
  auto in = open_record(content);
  p.dot = in.whole_dot();
  p.total_bytes = in.varint();
  p.offset = in.varint();
  p.bytes = in.string();
  return is_whole(in) && p.total_bytes <= crdt::value_bytes_limit && p.offset <= p.total_bytes
         && p.bytes.size() <= p.total_bytes - p.offset && !p.bytes.empty();
}

bool decode(std::string_view content, claim_record& c, bool is_first) {
  auto in = open_record(content);
  if (is_first)
    c = {};
  auto& now = c.claim;
  read_changes(in, now.vector);
  read_changes(in, now.forgotten);
  if (const auto flags = in.byte(); flags == retired_flag) {
    auto retired = *now.retired;
    read_changes(in, retired);
    now.retired = std::make_shared<const crdt::version_vector>(std::move(retired));
  } else if (flags != 0) {
    in.fail("a claim has unknown flags");
  }
  now.newest.value = in.fixed64();
  now.registers = in.varint();
  now.fingerprint.low = in.fixed64();
  now.fingerprint.high = in.fixed64();
  now.own = in.replica();
  now.former = read_ids(in);
  read_disks(in, now.disks);
  c.at_ms = in.varint();
  return is_whole(in);
}

bool decode(std::string_view content, snapshot_end& e) {
  auto in = open_record(content);
  e.log_sequence = in.varint();
  e.registers = in.varint();
  return is_whole(in);
}

} // namespace ariadne::journal
