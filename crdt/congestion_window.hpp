#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace ariadne::crdt {

struct congestion_limits {
  /// Two of the smallest pieces, with their headers.
  std::size_t window_bytes_min = 5u << 10;
  std::size_t window_bytes_max = 4u << 20;
  /// What is sent before anything is known of the link, a little more than RFC 6928 has it: 160 ms at 1 Mbit/s.
  std::size_t first_window_bytes = 20u << 10;
  std::size_t piece_bytes_min = 2u << 10;
  std::size_t piece_bytes_max = 64u << 10;
  /// By how much the frames of this side may delay others that share the link.
  std::uint64_t queue_ms = 80;
  /// How often the link is let run empty, to see what the delay is without them.
  std::uint64_t probe_every_ms = 30'000;
};

/// How many bytes may be on their way to a neighbour, so that what is sent after them does not wait long, and the link
/// is busy all the same.
///
/// Each frame is acknowledged on arrival. What its round trip takes beyond the shortest one is the queue on the link:
/// as long as that stays below the target, the window grows, the less the closer it comes; beyond it, it shrinks
/// (LEDBAT, RFC 6817, section 2.4.2; Brakmo and Peterson, "TCP Vegas", 1995). At first it doubles with each short round
/// trip. A window that was not made use of does not grow (RFC 7661). Since the shortest round trip of a link that is
/// always busy has a queue in it, the link is let run empty now and then (LEDBAT++, section 4.4).
///
/// Round trips also take longer for what others send, and where the delay of a link varies. A smaller window would not
/// mend that. So, up to 64 KiB, the window does not shrink below twice what has lately arrived within a quarter of
/// `queue_ms`: it takes the link less than `queue_ms` to carry that (a rate that is measured, as in Cardwell et al.,
/// "BBR: Congestion-Based Congestion Control", 2016). A token bucket lets more than that through at once, now and then.
/// So a short link is tried when round trips stay long and the window is kept from shrinking: it runs empty, and some
/// frames are sent one by one. If none of them is late, the queue was that of this side, and what has arrived in bursts
/// does not count. If one is late, the window rises to what has.
///
/// All times are milliseconds of any clock; where it jumps, a round trip may be measured wrongly, and the next ones
/// mend that. Not thread-safe.
class congestion_window {
public:
  explicit congestion_window(congestion_limits limits = {});

  /// One more frame is on its way.
  void sent(std::size_t bytes, std::uint64_t now_ms);

  /// The neighbour has got so many frames in all, since the beginning or the last `restart`.
  void arrived(std::uint64_t frames, std::uint64_t now_ms);

  /// What is on its way will not be acknowledged any more; frames are counted anew. What was learnt of the link stays.
  void restart();

  /// The link is one to the neighbour of `before`, whose link has closed. It begins with no more than what that has
  /// been seen to carry at its busiest, or the first window: the path may be another one (RFC 9040, section 6.1).
  void resume(const congestion_window& before);

  /// Whether one more frame, of `piece_bytes` at most, may be sent now.
  bool has_room() const {
    return in_flight_.empty() || (!is_draining_ && !trial_ && in_flight_bytes_ + piece_bytes() <= window_bytes());
  }

  /// How long a frame should be: what the link carries in half the time for which a queue may delay others.
  std::size_t piece_bytes() const;

  std::size_t window_bytes() const {
    return static_cast<std::size_t>(window_);
  }
  std::size_t in_flight_bytes() const {
    return in_flight_bytes_;
  }
  bool is_in_flight() const {
    return !in_flight_.empty();
  }

private:
  struct frame {
    std::size_t bytes = 0;
    std::uint64_t sent_ms = 0;
    /// Nothing else was on its way: its round trip has no queue of this side in it.
    bool is_lone = false;
    /// The window was made use of.
    bool is_limited = false;
  };

  void learn(const frame& newest, double acknowledged_bytes, std::uint64_t now_ms);
  void learn_rate(const frame& newest, std::size_t arrived_bytes, std::uint64_t now_ms);
  void grow_by(double bytes);
  /// Returns whether the window is kept from shrinking so far.
  bool shrink_to(double bytes);
  double floor_bytes() const;
  void begin_trial(double round_trip_ms, std::uint64_t now_ms);
  void judge_trial(double round_trip_ms);

  congestion_limits limits_;
  std::deque<frame> in_flight_;
  std::size_t in_flight_bytes_ = 0;
  std::uint64_t arrived_frames_ = 0;
  double window_;
  bool is_starting_ = true;
  /// The shortest round trip, and when the link was last seen to be empty.
  std::optional<std::uint64_t> base_ms_;
  std::uint64_t probed_ms_ = 0;
  /// What a round trip takes, smoothed. A window that is too large for its link must not have pieces that are as long:
  /// in what arrives in a span, each counts whole.
  double round_trip_ms_ = 0;
  bool is_draining_ = false;
  /// What has arrived since the first frame of a span, which is a quarter of `queue_ms` long, and whether the window
  /// was made use of all along.
  std::optional<std::uint64_t> span_since_ms_;
  std::size_t span_bytes_ = 0;
  bool span_is_limited_ = false;
  /// How far the window may grow in this span: to twice what it was when the span began, and not at all in the first
  /// one, which begins with the first frame. What passes at once through a token bucket tells nothing of the link
  /// behind it.
  double growth_max_;
  /// The most that has arrived in one span: in this period, and in the one before; and how many spans of this period
  /// have made use of the window.
  std::size_t busiest_bytes_ = 0;
  std::size_t busiest_bytes_before_ = 0;
  std::uint32_t spans_ = 0;

  /// What was seen of the link before it was let run empty for a trial, and how many lone frames are to show more.
  struct trial {
    double window = 0;
    double round_trip_ms = 0;
    int frames_left = 0;
  };
  std::optional<trial> trial_;
  /// When that was, and how long the next one waits.
  std::uint64_t tried_ms_ = 0;
  std::uint64_t trial_wait_ms_;
};

} // namespace ariadne::crdt
