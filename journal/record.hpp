#pragma once

#include "crdt/journal_part.hpp"
#include "crdt/wire.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ariadne::journal {

// The contents of frames. The first byte says what it is; what follows is written with the primitives of the wire
// (crdt/wire.hpp), but belongs to the format of the journal.

enum class record_kind : std::uint8_t {
  /// Keys with their registers, or with none, if the key is gone.
  registers = 1,
  /// A part of a value that is too large to stand in its register.
  value_piece = 2,
  /// See knowledge_claim. It holds for all that stands before it.
  claim = 3,
  /// A snapshot ends here.
  end_of_snapshot = 4,
  /// Nothing but the head of its frame, which says what has been synced.
  pause = 5,
};

/// How many bytes of a value one frame has at most, if the value stands apart from its register.
inline constexpr std::size_t value_piece_max = 256u << 10;

/// One part of a value. The parts of a value follow each other, and the last one ends at `total_bytes`.
struct value_piece {
  crdt::dot dot;
  std::uint64_t total_bytes = 0;
  std::uint64_t offset = 0;
  std::string_view bytes;
};

/// How a snapshot ends.
struct snapshot_end {
  /// The last sequence of the log when the walk was over: only a claim with a later one holds for the snapshot.
  std::uint64_t log_sequence = 0;
  std::uint64_t registers = 0;
};

/// A claim, and the time at which it was made, in milliseconds since the Unix epoch.
struct claim_record {
  crdt::knowledge_claim claim;
  std::uint64_t at_ms = 0;
};

/// Collects the registers of one frame.
class registers_writer {
public:
  /// Values of more bytes are only referred to.
  explicit registers_writer(std::size_t value_inline_max);
  void add(const crdt::journal_register& r);
  std::size_t size() const {
    return out_.size();
  }
  bool empty() const {
    return count_ == 0;
  }
  /// The content; what is added next begins a new one.
  std::string take();

private:
  void begin();

  std::size_t value_inline_max_;
  crdt::wire_writer out_;
  std::size_t count_ = 0;
};

/// A register as it was read. Its values that are referred to are still missing.
struct read_register {
  crdt::journal_register found;
  std::vector<crdt::value_reference> references;
};

std::string encode(const value_piece& p);
/// `before`: the last claim in the same segment, of which only the differences are written; nullptr for the first one.
std::string encode(const claim_record& c, const crdt::knowledge_claim* before);
std::string encode(const snapshot_end& e);
std::string encode_pause();

/// What a content is; an unknown one has a kind that none of the enumerators has.
record_kind kind_of(std::string_view content);

// Each returns whether the content is right. Views refer to it.
bool decode(std::string_view content, std::vector<read_register>& added_to);
bool decode(std::string_view content, value_piece& p);
/// `c`: the last claim in the same segment, which becomes this one; `is_first`: there is none.
bool decode(std::string_view content, claim_record& c, bool is_first);
bool decode(std::string_view content, snapshot_end& e);

/// All of it has been read, and could be.
inline bool is_whole(const crdt::wire_reader& in) {
  return in.failure().empty() && in.remaining() == 0;
}

} // namespace ariadne::journal
