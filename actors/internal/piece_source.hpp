#pragma once

#include "actors/internal/answer_gate.hpp"
#include "actors/internal/value_transfer.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/expected.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne {

/// The bytes that one client reads in pieces, and the share of its node's memory that they take. Its actor ends some
/// time after the last piece has been made: once CAF has put all answers into the buffer of their connection.
///
/// `Self` is a pointer to the actor, which takes `tick_atom`.
template <class Self>
class piece_source {
public:
  piece_source(Self self, std::shared_ptr<answer_budget> answers)
    : self_(self), gate_(self, answers), answers_(std::move(answers)) {}

  /// Whether to begin with something for the client whose answer may be of any length.
  bool has_room(const caf::strong_actor_ptr& client) const {
    return gate_.has_room(client);
  }

  /// Opens `bytes`, which the caller keeps until `end`, for the client; `found` says what they are. If `is_kept`, they
  /// are read from the actor, however few they are. An error if the client has no room left for them.
  caf::expected<value_opening> open(const caf::strong_actor_ptr& client, pickup_result found, std::string_view bytes,
                                    bool is_kept) {
    client_ = client;
    bytes_ = bytes;
    found.state.bytes = bytes.substr(0, value_piece_bytes_max);
    const auto is_long = found.state.bytes.size() < bytes.size();
    if (is_long && !share_.take(answers_, self_->node(), client->node(), bytes.size()))
      return make_error(ec::too_many_answers);
    const auto answer_bytes = found.state.bytes.size() + answer_overhead;
    if (!gate_.admits(client, answer_bytes))
      return make_error(ec::too_many_answers);
    gate_.answered(client, answer_bytes);
    value_opening opening{std::move(found), bytes.size(), {}};
    if (is_long || is_kept)
      opening.reader = caf::actor_cast<caf::strong_actor_ptr>(self_);
    return opening;
  }

  /// So many bytes from this offset on, or `value_piece_bytes_max`, or what is left.
  caf::expected<std::string> read(std::uint64_t offset, std::uint64_t bytes) {
    if (offset > bytes_.size())
      return make_error(ec::refused, "these bytes are not to be had from here");
    std::string piece{bytes_.substr(offset, std::min<std::uint64_t>(bytes, value_piece_bytes_max))};
    if (!gate_.passes(client_, piece.size() + answer_overhead))
      return make_error(ec::too_many_answers);
    is_read_ = offset + piece.size() == bytes_.size();
    return piece;
  }

  /// Whether the last byte has been read.
  bool is_read() const {
    return is_read_;
  }

  /// Nothing is read any more: the bytes may go, and the actor ends once it is called so again with all handed over.
  void end() {
    bytes_ = {};
    share_.release();
    if (gate_.is_idle())
      self_->quit();
    else
      mail(self_, tick_atom_v).delay(std::chrono::milliseconds{100}).send(self_);
  }

private:
  /// What an answer takes besides the bytes of the value, at least.
  static constexpr std::size_t answer_overhead = 256;

  Self self_;
  answer_gate<Self> gate_;
  std::shared_ptr<answer_budget> answers_;
  caf::strong_actor_ptr client_;
  std::string_view bytes_;
  bool is_read_ = false;
  budget_share share_;
};

} // namespace ariadne
