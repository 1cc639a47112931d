#pragma once

#include "actors/write_backlog.hpp"

#include <cstddef>
#include <cstdint>

namespace ariadne {

/// Counts what waits in one connection of CAF to be taken by the other side, for the write_backlog. CAF keeps it in two
/// buffers: the one that is being sent, and the one that is filled meanwhile.
///
/// The scribe calls it; it has the writes of its stream acknowledged (`ack_writes`) and does not pass these
/// acknowledgements on.
class counted_writes {
public:
  explicit counted_writes(std::int64_t connection, write_backlog& backlog = write_backlog::of_process())
    : connection_(connection), backlog_(backlog) {}
  counted_writes(const counted_writes&) = delete;
  counted_writes& operator=(const counted_writes&) = delete;
  ~counted_writes() {
    backlog_.set(connection_, 0);
  }

  /// To be called before a flush, with the size of the buffer that is filled: if nothing is being sent, that is next.
  void flushing(std::size_t filled) {
    backlog_.set(connection_, sending_ + filled);
    if (sending_ == 0)
      sending_ = filled;
  }

  /// Some bytes have been taken. `remaining` of both buffers are left, `filled` of them in the one that is filled.
  void transferred(std::size_t remaining, std::size_t filled) {
    backlog_.set(connection_, remaining);
    sending_ = remaining > filled ? remaining - filled : filled;
  }

private:
  std::int64_t connection_;
  write_backlog& backlog_;
  /// What is left of the buffer that is being sent.
  std::size_t sending_ = 0;
};

} // namespace ariadne
