#include "journal/archive.hpp"

#include "crdt/wire.hpp"
#include "journal/frame.hpp"
#include "journal/layout.hpp"
#include "journal/record.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

namespace ariadne::journal {

namespace {

constexpr std::size_t step_bytes = std::size_t{1} << 20;
constexpr std::string_view archive_mark = "ariadne backup";

tl::unexpected<fault> damaged(std::string what) {
  return tl::unexpected{fault{fault::kind::damaged, std::move(what)}};
}

tl::unexpected<fault> failed(const disk_error& error) {
  return tl::unexpected{fault{fault::kind::disk, error.text}};
}

bool is_file_of_journal(std::string_view name) {
  return name == manifest_name || segment_number(name) || snapshot_number(name);
}

/// What the file is called until all are there.
std::string name_while_unpacked(const std::string& name) {
  return name == manifest_name ? new_manifest_name : name;
}

} // namespace

tl::expected<std::vector<file_entry>, disk_error> files_to_back_up(disk& from, const std::vector<file_entry>& files) {
  const auto bytes = from.read(manifest_name, 0, archive_head_bytes_max);
  if (!bytes)
    return tl::unexpected{bytes.error()};
  auto why = layout_error::damaged;
  std::uint32_t version = 0;
  const auto m = decode_manifest(*bytes, why, version);
  if (!m)
    return tl::unexpected{disk_error{disk_error::kind::broken, std::string{manifest_name} + ": it is damaged"}};
  std::vector<file_entry> result;
  for (const auto& file : files) {
    const auto segment = segment_number(file.name);
    const auto snapshot = snapshot_number(file.name);
    if (file.name == manifest_name || (segment && *segment >= m->first_segment)
        || (snapshot && *snapshot == m->snapshot))
      result.push_back(file);
  }
  return result;
}

std::string encode_archive_head(const std::vector<file_entry>& files) {
  crdt::wire_writer out;
  out.string(archive_mark);
  out.varint(format_version);
  out.varint(files.size());
  for (const auto& file : files) {
    out.string(file.name);
    out.varint(file.bytes);
  }
  std::string result;
  write_frame(result, {0, 0, out.take()}, 0);
  return result;
}

std::optional<std::vector<file_entry>> decode_archive_head(std::string_view bytes, std::size_t& head_bytes) {
  const auto f = read_frame(bytes, 0);
  if (!f)
    return std::nullopt;
  head_bytes = f->bytes();
  crdt::wire_reader in{f->content};
  if (in.string() != archive_mark || in.varint() != format_version)
    return std::nullopt;
  std::vector<file_entry> result;
  for (auto count = in.varint(); count > 0 && in.failure().empty(); --count) {
    file_entry file;
    file.name = in.string();
    file.bytes = in.varint();
    if (!is_file_of_journal(file.name))
      return std::nullopt;
    result.push_back(std::move(file));
  }
  if (!is_whole(in))
    return std::nullopt;
  return result;
}

struct archive_checksum::state {
  XXH3_state_t* sum = XXH3_createState();

  ~state() {
    XXH3_freeState(sum);
  }
};

archive_checksum::archive_checksum() : state_(std::make_unique<state>()) {
  XXH3_64bits_reset(state_->sum);
}

archive_checksum::~archive_checksum() = default;

void archive_checksum::add(std::string_view bytes) {
  XXH3_64bits_update(state_->sum, bytes.data(), bytes.size());
}

std::string archive_checksum::end() const {
  const auto sum = XXH3_64bits_digest(state_->sum);
  std::string result;
  for (std::size_t i = 0; i < archive_end_bytes; ++i)
    result.push_back(static_cast<char>(sum >> (8 * i)));
  return result;
}

tl::expected<void, fault>
unpack(const std::function<tl::expected<std::string, disk_error>(std::uint64_t, std::size_t)>& read, disk& to) {
  const auto head = read(0, archive_head_bytes_max);
  if (!head)
    return failed(head.error());
  std::size_t head_bytes = 0;
  const auto files = decode_archive_head(*head, head_bytes);
  if (!files)
    return damaged("it is no backup of a journal, or of another version, or damaged at its beginning");
  archive_checksum sum;
  sum.add(std::string_view{*head}.substr(0, head_bytes));
  std::uint64_t offset = head_bytes;
  for (const auto& file : *files) {
    const auto name = name_while_unpacked(file.name);
    for (auto left = file.bytes; left > 0;) {
      const auto bytes = read(offset, static_cast<std::size_t>(std::min<std::uint64_t>(left, step_bytes)));
      if (!bytes)
        return failed(bytes.error());
      if (bytes->empty())
        return damaged("it ends before it should");
      sum.add(*bytes);
      if (auto done = to.append(name, *bytes); !done)
        return failed(done.error());
      left -= bytes->size();
      offset += bytes->size();
    }
    if (auto done = to.sync(name); !done)
      return failed(done.error());
  }
  const auto end = read(offset, archive_end_bytes + 1);
  if (!end)
    return failed(end.error());
  if (*end != sum.end())
    return damaged("its checksum is wrong");
  if (auto done = to.rename(new_manifest_name, manifest_name); !done)
    return failed(done.error());
  if (auto done = to.sync_names(); !done)
    return failed(done.error());
  return {};
}

} // namespace ariadne::journal
