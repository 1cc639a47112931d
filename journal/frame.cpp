#include "journal/frame.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

namespace ariadne::journal {

namespace {

constexpr std::string_view magic{"\xa7"
                                 "AJ\x1f",
                                 4};

void put(std::string& out, std::uint64_t value, int bytes) {
  for (auto i = 0; i < bytes; ++i)
    out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t get(std::string_view bytes, std::size_t offset, int size) {
  std::uint64_t value = 0;
  for (auto i = 0; i < size; ++i)
    value |= std::uint64_t{static_cast<unsigned char>(bytes[offset + i])} << (8 * i);
  return value;
}

/// Over the twenty bytes between magic and checksum, and the content.
std::uint64_t checksum_of(std::string_view head, std::string_view content, std::uint64_t salt) {
  const auto of_head = XXH3_64bits_withSeed(head.data() + magic.size(), 20, salt);
  return XXH3_64bits_withSeed(content.data(), content.size(), of_head);
}

} // namespace

void write_frame(std::string& out, const frame& f, std::uint64_t salt) {
  const auto begin = out.size();
  out.append(magic);
  put(out, f.content.size(), 4);
  put(out, f.sequence, 8);
  put(out, f.synced, 8);
  put(out, checksum_of(std::string_view{out}.substr(begin), f.content, salt), 8);
  out.append(f.content);
}

std::optional<std::size_t> frame_size(std::string_view bytes) {
  if (bytes.size() < frame_head_bytes || !bytes.starts_with(magic))
    return std::nullopt;
  const auto length = get(bytes, 4, 4);
  if (length > frame_content_max)
    return std::nullopt;
  return frame_head_bytes + length;
}

std::optional<frame> read_frame(std::string_view bytes, std::uint64_t salt) {
  const auto size = frame_size(bytes);
  if (!size || *size > bytes.size())
    return std::nullopt;
  const frame result{get(bytes, 8, 8), get(bytes, 16, 8), bytes.substr(frame_head_bytes, *size - frame_head_bytes)};
  if (get(bytes, 24, 8) != checksum_of(bytes, result.content, salt))
    return std::nullopt;
  return result;
}

std::uint64_t greatest_synced(std::string_view bytes, std::uint64_t after, std::uint64_t salt) {
  std::uint64_t result = 0;
  for (auto at = bytes.find(magic); at != std::string_view::npos;) {
    const auto found = read_frame(bytes.substr(at), salt);
    if (found && found->sequence > after)
      result = std::max(result, found->synced);
    // What a sound frame consists of is no frame, whatever it looks like.
    at = bytes.find(magic, at + (found ? found->bytes() : 1));
  }
  return result;
}

} // namespace ariadne::journal
