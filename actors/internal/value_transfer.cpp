#include "actors/internal/value_transfer.hpp"

#include "actors/error.hpp"

#include <fmt/format.h>

namespace ariadne {

caf::error check_next_piece(std::uint64_t offset, std::size_t piece_bytes, std::uint64_t come_bytes,
                            std::uint64_t total_bytes) {
  if (offset == come_bytes && piece_bytes <= total_bytes - come_bytes)
    return {};
  return make_error(ec::refused, fmt::format("bytes {} to {} do not follow the first {} of {}", offset,
                                             offset + piece_bytes, come_bytes, total_bytes));
}

} // namespace ariadne
