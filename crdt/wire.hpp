#pragma once

#include "crdt/causal_register.hpp"
#include "crdt/dot.hpp"
#include "crdt/version_vector.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ariadne::crdt {

// The primitives of the binary format (codec.hpp says what it consists of): a writer and its mirror, a reader. For the
// registers, both keep the table of the frame's replica ids, and the last counter of each and the last stamp, from
// which the next ones are differences.

/// Appends to one frame.
class wire_writer {
public:
  void byte(std::uint8_t value) {
    bytes_.push_back(static_cast<char>(value));
  }
  void varint(std::uint64_t value);
  void string(std::string_view value);
  /// Eight bytes, the least significant one first.
  void fixed64(std::uint64_t value);
  void vector(const version_vector& value);
  /// A replica id and a counter in full.
  void whole_dot(crdt::dot d) {
    fixed64(d.replica.value);
    varint(d.counter);
  }
  /// `refers(entry)` says of which values only the length is written; none, if the version has no references.
  template <class Predicate>
  void causal_register(const crdt::causal_register& value, Predicate refers) {
    begin_register(value);
    for (std::size_t i = 0; i < value.live_count(); ++i)
      live_entry(value.live(i), refers(value.live(i)));
    if (!value.is_forgotten())
      dots(value.superseded());
  }
  /// A version vector that is likely to name few replica ids, and those of the registers before.
  void dots(const version_vector& value);

  std::size_t size() const {
    return bytes_.size();
  }

  std::string take() {
    return std::move(bytes_);
  }

  /// Whether values may be referred to, as is so from version 4 of the format on.
  void permit_references(bool permitted) {
    has_references_ = permitted;
  }

private:
  void begin_register(const crdt::causal_register& value);
  void live_entry(const entry& e, bool refers);
  void difference(std::uint64_t value, std::uint64_t& last);
  void dot(crdt::dot d, bool flag);

  std::string bytes_;
  std::vector<crdt::dot> origins_;
  std::uint64_t stamp_ = 0;
  bool has_references_ = false;
};

/// A live entry whose value travels apart from its register.
struct value_reference {
  crdt::dot dot;
  /// The size of the value.
  std::uint64_t length = 0;
};

/// Reads one frame. A read beyond the end or of an impossible value answers zeros and sets `failure`, which sticks; so
/// a caller may read on and check once, where nothing is allocated on the strength of what was read.
class wire_reader {
public:
  explicit wire_reader(std::string_view frame) : frame_(frame) {}

  std::uint8_t byte();
  std::uint64_t varint();
  /// A view into the frame.
  std::string_view string();
  /// The next `size` bytes of it.
  std::string_view bytes(std::uint64_t size);
  std::uint64_t fixed64();
  replica_id replica();
  version_vector vector();
  /// A replica id and a counter in full.
  crdt::dot whole_dot();

  /// What a register looks like to someone who only checks it.
  struct register_shape {
    stamp stamp_max;
    /// Of those that are referred to as well.
    std::size_t value_bytes_max = 0;
  };
  /// Checks a register and skips it, without building it.
  register_shape skip_register();
  /// The values that are referred to are empty, and added to `references`.
  crdt::causal_register causal_register(std::vector<value_reference>& references);

  /// What `wire_writer::dots` has written after the last register. Checks and frees the table of replica ids.
  version_vector last_dots();

  /// A new reader for what has been read since `offset`.
  wire_reader since(std::size_t offset) const {
    wire_reader result{frame_.substr(offset, offset_ - offset)};
    result.has_references_ = has_references_;
    return result;
  }

  /// See wire_writer.
  void permit_references(bool permitted) {
    has_references_ = permitted;
  }

  std::size_t offset() const {
    return offset_;
  }
  std::size_t remaining() const {
    return frame_.size() - offset_;
  }

  /// What was wrong, or empty.
  std::string_view failure() const {
    return failure_;
  }
  void fail(std::string_view what);

private:
  struct flagged_dot {
    crdt::dot dot;
    bool flag = false;
  };

  std::size_t count(std::size_t item_bytes_min);
  flagged_dot dot();
  std::uint64_t difference(std::uint64_t& last);
  /// Calls `visit(dot)` for each of `count` dots of a version vector.
  template <class Visitor>
  void visit_vector(std::size_t count, Visitor visit);
  /// Calls `visit(dot)` for each dot of what `wire_writer::dots` has written; if they are many, `reserve(count)`
  /// before.
  template <class Reserve, class Visitor>
  void visit_dots(Reserve reserve, Visitor visit);
  void end_table();
  /// Calls `live(entry without value, value, length of one that is referred to)` for each live entry of a register.
  /// Returns whether a version vector of what they have superseded follows.
  template <class Live>
  bool visit_live(Live live);

  std::string_view frame_;
  std::size_t offset_ = 0;
  std::vector<crdt::dot> origins_;
  std::uint64_t stamp_ = 0;
  bool has_references_ = false;
  std::string_view failure_;
};

} // namespace ariadne::crdt
