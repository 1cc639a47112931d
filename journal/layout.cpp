#include "journal/layout.hpp"

#include "crdt/wire.hpp"
#include "journal/frame.hpp"
#include "journal/record.hpp"

#include <charconv>

namespace ariadne::journal {

namespace {

constexpr std::string_view segment_prefix = "segment-";
constexpr std::string_view snapshot_prefix = "snapshot-";
constexpr std::size_t digits = 16;

std::string name_of(std::string_view prefix, std::uint64_t number) {
  std::string result{prefix};
  for (int shift = 60; shift >= 0; shift -= 4)
    result.push_back("0123456789abcdef"[number >> shift & 0xf]);
  return result;
}

std::optional<std::uint64_t> number_of(std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix) || name.size() != prefix.size() + digits)
    return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number, 16);
  if (error != std::errc{} || end != name.data() + name.size() || name_of(prefix, number) != name)
    return std::nullopt;
  return number;
}

/// The content of the one frame, behind the version of its format.
std::optional<crdt::wire_reader> open(std::string_view file, std::size_t& bytes, layout_error& why,
                                      std::uint32_t& version) {
  why = layout_error::damaged;
  const auto f = read_frame(file, 0);
  if (!f)
    return std::nullopt;
  bytes = f->bytes();
  crdt::wire_reader in{f->content};
  version = static_cast<std::uint32_t>(in.varint());
  if (in.failure().empty() && version != format_version) {
    why = layout_error::unknown_format;
    return std::nullopt;
  }
  return in;
}

std::string close(crdt::wire_writer& content) {
  const auto bytes = content.take();
  std::string result;
  write_frame(result, {0, 0, bytes}, 0);
  return result;
}

} // namespace

std::string segment_name(std::uint64_t number) {
  return name_of(segment_prefix, number);
}

std::string snapshot_name(std::uint64_t number) {
  return name_of(snapshot_prefix, number);
}

std::optional<std::uint64_t> segment_number(std::string_view name) {
  return number_of(segment_prefix, name);
}

std::optional<std::uint64_t> snapshot_number(std::string_view name) {
  return number_of(snapshot_prefix, name);
}

std::string encode(const manifest& m) {
  crdt::wire_writer out;
  out.varint(format_version);
  out.string(m.cluster);
  out.string(m.node);
  out.varint(m.snapshot);
  out.varint(m.first_segment);
  out.fixed64(m.id.number);
  out.varint(m.id.agreement);
  return close(out);
}

std::string encode(const file_head& h) {
  crdt::wire_writer out;
  out.varint(format_version);
  out.varint(h.number);
  out.fixed64(h.salt);
  out.varint(h.first_sequence);
  out.varint(h.stands_on);
  return close(out);
}

std::optional<manifest> decode_manifest(std::string_view file, layout_error& why, std::uint32_t& version) {
  std::size_t bytes = 0;
  auto in = open(file, bytes, why, version);
  if (!in)
    return std::nullopt;
  manifest m;
  m.cluster = in->string();
  m.node = in->string();
  m.snapshot = in->varint();
  m.first_segment = in->varint();
  m.id.number = in->fixed64();
  const auto agreement = in->varint();
  m.id.agreement = static_cast<std::uint8_t>(agreement);
  if (agreement != m.id.agreement)
    return std::nullopt;
  if (!is_whole(*in) || bytes != file.size())
    return std::nullopt;
  return m;
}

std::optional<file_head> decode_head(std::string_view file, std::size_t& bytes, layout_error& why) {
  std::uint32_t version = 0;
  auto in = open(file, bytes, why, version);
  if (!in)
    return std::nullopt;
  file_head h;
  h.number = in->varint();
  h.salt = in->fixed64();
  h.first_sequence = in->varint();
  h.stands_on = in->varint();
  if (!is_whole(*in))
    return std::nullopt;
  return h;
}

} // namespace ariadne::journal
