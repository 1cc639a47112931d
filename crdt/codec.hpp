#pragma once

#include "crdt/codec_versions.hpp"
#include "crdt/sync_message.hpp"
#include "crdt/wire.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ariadne::crdt {

// Our binary format. A frame is one message: a version byte, a kind byte, then the fields. Integers are LEB128 varints.
// A live entry's replica id is a number in a table of the frame's replica ids; the id itself follows where a number
// stands for the first time. Counters and stamps are differences to the ones before, so that a change in a batch costs
// little more than its key and value. What a register has superseded, and the cut, are written the same way, if they
// are a few dots. In longer version vectors each replica id stands in full, so that a vector takes no more than twice
// as much memory as bytes in the frame.
//
// From version 4 on, the length of a value is doubled, and odd if the value is only referred to. From version 5 on, a
// hello and an ack end with a version vector of what is durable, which is one byte if there is no journal.
//
// Decoders check everything that they read, never fail but by an error value, and hold at most twice the size of the
// frame at any time. The registers of a delta are built one by one, and handed over: each with `live_entries_max` live
// entries at most.

// `version` is one of `codec_versions`.

std::string encode(const hello& message, std::uint32_t version = codec_versions.max);
std::string encode(const ack& message, std::uint32_t version = codec_versions.max);
std::string encode(const sources& message, std::uint32_t version = codec_versions.max);
std::string encode(const heartbeat& message, std::uint32_t version = codec_versions.max);
std::string encode(const refusal& message, std::uint32_t version = codec_versions.max);
// From version 4 on.
std::string encode(const piece& message, std::uint32_t version = codec_versions.max);
std::string encode(const arrival& message, std::uint32_t version = codec_versions.max);

/// What a delta says before its registers.
struct delta_header {
  std::uint64_t stream = 0;
  /// 1 for the first delta of a stream, then each one more.
  std::uint64_t number = 0;
  /// Part of a full state: what it does not mention by its last part, the sender does not have.
  bool full_state = false;
  /// On the first part of a full state the sender's version vector at that time with all it has retired, else empty.
  version_vector base;
};

/// What a delta says after its registers.
struct delta_trailer {
  /// The last part of a batch: the cut counts.
  bool last = false;
  /// The entries of the sender's version vector that this batch brings the receiver up to.
  version_vector cut;
  /// The entries of the sender's `forgotten` that it has not told in this stream before.
  version_vector forgotten;
};

/// Writes one delta, register by register, straight into the frame.
class delta_writer {
public:
  explicit delta_writer(const delta_header& header, std::uint32_t version = codec_versions.max);

  /// Adds a register that is not empty, with a key that is not empty.
  void add(std::string_view key, const causal_register& value) {
    add(key, value, [](const entry&) { return false; });
  }
  /// The same, where the values for which `refers(entry)` says yes have travelled in pieces: see docs/protocol.md.
  /// Before version 4 all values are written.
  template <class Predicate>
  void add(std::string_view key, const causal_register& value, Predicate refers) {
    out_.string(key);
    out_.causal_register(value, refers);
  }

  /// The bytes written so far.
  std::size_t size() const {
    return out_.size();
  }

  /// Ends the frame and hands it over.
  std::string finish(const delta_trailer& trailer);

private:
  wire_writer out_;
};

/// A decoded delta. It refers to the frame that it was decoded from, which has to outlive it.
class delta_view {
public:
  delta_header header;
  delta_trailer trailer;

  std::size_t register_count = 0;
  /// The greatest stamp among its entries, the size of its longest key and that of its largest value.
  stamp stamp_max;
  std::size_t key_bytes_max = 0;
  std::size_t value_bytes_max = 0;

  /// Calls `visit(std::string_view key, causal_register&& value, const std::vector<value_reference>& references)` for
  /// each register, in the order of the frame. The values that are referred to are empty, and are to be supplied.
  template <class Visitor>
  void for_each_register(Visitor visit) const {
    auto in = registers_;
    std::vector<value_reference> references;
    for (auto left = register_count; left > 0; --left) {
      references.clear();
      auto key = in.string();
      auto value = in.causal_register(references);
      visit(key, std::move(value), std::as_const(references));
    }
  }

private:
  friend struct delta_decoder;

  wire_reader registers_{{}};
};

using message = std::variant<hello, delta_view, ack, sources, heartbeat, refusal, piece, arrival>;

/// What went wrong, and at which byte of the frame.
struct decode_error {
  refusal_code code = refusal_code::malformed;
  std::string_view what;
  std::size_t offset = 0;
};

/// One sentence for people, without a final stop.
std::string to_string(const decode_error& error);

/// In which version a frame is that has been decoded.
inline std::uint32_t codec_version_of(std::string_view frame) {
  return static_cast<std::uint8_t>(frame.front());
}

/// Decodes one frame, and checks it to its last byte.
tl::expected<message, decode_error> decode(std::string_view frame);

} // namespace ariadne::crdt
