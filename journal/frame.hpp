#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ariadne::journal {

// A file of a journal consists of frames. Each has a head of 32 bytes and its content. All integers are in the order of
// the least significant byte first:
//
//     magic     4 bytes
//     length    4 bytes    of the content
//     sequence  8 bytes    counts the frames of the journal: one more than the frame before
//     synced    8 bytes    up to which sequence all frames were known to be on the disk when this one was written
//     checksum  8 bytes    XXH3 of 64 bits over length, sequence, synced and the content, seeded with the salt of the
//                          file, so that what is left of another file is never taken for a frame of this one

inline constexpr std::size_t frame_head_bytes = 32;

/// No frame has a longer content; a value that is longer spans several.
inline constexpr std::size_t frame_content_max = std::size_t{32} << 20;

struct frame {
  std::uint64_t sequence = 0;
  std::uint64_t synced = 0;
  std::string_view content;

  std::size_t bytes() const {
    return frame_head_bytes + content.size();
  }
};

/// Appends one frame to `out`.
void write_frame(std::string& out, const frame& f, std::uint64_t salt);

/// The frame that `bytes` begin with, if that is a whole one, and right. It refers to `bytes`.
std::optional<frame> read_frame(std::string_view bytes, std::uint64_t salt);

/// How many bytes the frame has that `bytes` seem to begin with, its head included: as many as are needed to read it.
/// Nothing if no frame begins so.
std::optional<std::size_t> frame_size(std::string_view bytes);

/// The greatest `synced` of any frame with a sequence above `after` that stands anywhere in `bytes`; 0 if there is
/// none.
std::uint64_t greatest_synced(std::string_view bytes, std::uint64_t after, std::uint64_t salt);

} // namespace ariadne::journal
