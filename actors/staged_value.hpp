#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne {

/// A value that comes in piece by piece, in order. What it takes grows with what has come, not with what was told of
/// it, and never beyond that.
class staged_value {
public:
  explicit staged_value(std::uint64_t total_bytes) : total_bytes_(total_bytes) {}

  /// Returns false, and changes nothing, if the piece does not begin where the last one has ended, or goes too far.
  bool append(std::uint64_t offset, std::string_view piece) {
    if (offset != bytes_.size() || piece.size() > total_bytes_ - offset)
      return false;
    const auto size = bytes_.size() + piece.size();
    if (size > bytes_.capacity())
      bytes_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(total_bytes_, 2 * size)));
    bytes_.append(piece);
    return true;
  }

  std::uint64_t size() const {
    return bytes_.size();
  }
  std::uint64_t total_bytes() const {
    return total_bytes_;
  }
  bool is_whole() const {
    return bytes_.size() == total_bytes_;
  }
  std::string take() {
    return std::exchange(bytes_, {});
  }

private:
  std::uint64_t total_bytes_;
  std::string bytes_;
};

} // namespace ariadne
