#pragma once

#include "actors/internal/kept_promise.hpp"
#include "actors/internal/replica_messages.hpp"

#include <functional>
#include <optional>
#include <utility>

namespace ariadne {

/// Whom a write is answered to once it is held as widely as was asked for, or is not going to be: one who has put, with
/// the receipt or the error; or one who has written fenced, who is told which of the two it is, and what stands under
/// the key.
class write_answer {
public:
  write_answer(kept_promise<receipt> put) : put_(std::move(put)) {}
  write_answer(kept_promise<fenced_receipt> fenced, std::function<live_values()> read)
    : fenced_(std::move(fenced)), read_(std::move(read)) {}

  /// Whether the answer is waited for to the end of its time, although fewer nodes are known than it wants.
  bool is_patient() const {
    return fenced_.has_value();
  }

  void deliver(caf::expected<receipt> result) {
    if (put_)
      put_->deliver(std::move(result));
    else
      fenced_->deliver(fenced_receipt{true, static_cast<bool>(result), read_()});
  }

private:
  std::optional<kept_promise<receipt>> put_;
  std::optional<kept_promise<fenced_receipt>> fenced_;
  std::function<live_values()> read_;
};

} // namespace ariadne
