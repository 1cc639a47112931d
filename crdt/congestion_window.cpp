#include "crdt/congestion_window.hpp"

#include "crdt/passed_time.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::crdt {

namespace {

/// What has arrived in one span tells of the link until one or two more periods of this many spans have passed. Only
/// spans count throughout which the window was made use of.
constexpr std::uint32_t period_spans = 64;

/// A link of 6 Mbit/s and more carries this much within `queue_ms`.
constexpr std::size_t floor_bytes_max = 64u << 10;

/// How soon a link may be tried again. A trial that shows that others keep the link busy doubles it.
constexpr std::uint64_t trial_wait_ms_min = 1'000;
/// How many lone frames a trial sends: where the delay varies, some may well be early by chance.
constexpr int trial_frames = 4;

/// Whether a round trip takes so little that a trial costs less than it may gain.
bool is_short(const std::optional<std::uint64_t>& round_trip_ms, const congestion_limits& limits) {
  return round_trip_ms && *round_trip_ms <= limits.queue_ms;
}

} // namespace

congestion_window::congestion_window(congestion_limits limits)
  : limits_(limits), window_(static_cast<double>(
                       std::clamp(limits.first_window_bytes, limits.window_bytes_min, limits.window_bytes_max))),
    growth_max_(window_), trial_wait_ms_(trial_wait_ms_min) {}

void congestion_window::sent(std::size_t bytes, std::uint64_t now_ms) {
  const auto is_lone = in_flight_.empty();
  if (is_lone && std::exchange(is_draining_, false) && !trial_) {
    // All of the window at once would be a queue on the link, which is empty.
    const auto target = static_cast<double>(limits_.queue_ms);
    shrink_to(window_ * target / (target + static_cast<double>(base_ms_.value_or(0))));
    is_starting_ = true;
  }
  if (!span_since_ms_)
    span_since_ms_ = now_ms;
  in_flight_bytes_ += bytes;
  in_flight_.push_back({bytes, now_ms, is_lone, in_flight_bytes_ * 2 >= window_bytes()});
}

void congestion_window::arrived(std::uint64_t frames, std::uint64_t now_ms) {
  frame newest;
  std::size_t bytes = 0;
  for (; arrived_frames_ < frames && !in_flight_.empty(); ++arrived_frames_) {
    newest = in_flight_.front();
    in_flight_.pop_front();
    bytes += newest.bytes;
  }
  in_flight_bytes_ -= bytes;
  if (bytes == 0)
    return;
  learn_rate(newest, bytes, now_ms);
  if (now_ms >= newest.sent_ms)
    learn(newest, static_cast<double>(bytes), now_ms);
}

void congestion_window::restart() {
  in_flight_.clear();
  in_flight_bytes_ = 0;
  arrived_frames_ = 0;
  is_draining_ = false;
  trial_.reset();
}

void congestion_window::resume(const congestion_window& before) {
  busiest_bytes_before_ = std::max({busiest_bytes_before_, before.busiest_bytes_, before.busiest_bytes_before_});
  window_ = std::max(window_, floor_bytes());
}

std::size_t congestion_window::piece_bytes() const {
  // A frame that is to show what the link takes without a queue takes the link as little as it can.
  if (in_flight_.empty() && trial_)
    return limits_.piece_bytes_min;
  // In a round trip with a queue, the link carries the window once. Two pieces with their headers fit into any window.
  const auto target = static_cast<double>(limits_.queue_ms);
  const auto share = 0.95 * target / 2 / std::max(static_cast<double>(base_ms_.value_or(0)) + target, round_trip_ms_);
  return std::clamp(static_cast<std::size_t>(window_ * share), limits_.piece_bytes_min, limits_.piece_bytes_max);
}

void congestion_window::learn(const frame& newest, double acknowledged_bytes, std::uint64_t now_ms) {
  const auto round_trip_ms = now_ms - newest.sent_ms;
  // RFC 6298, section 2.3.
  round_trip_ms_ += (static_cast<double>(round_trip_ms) - round_trip_ms_) / 8;
  if (newest.is_lone) {
    if (!base_ms_ || has_passed(limits_.probe_every_ms, probed_ms_, now_ms) || round_trip_ms <= *base_ms_) {
      base_ms_ = round_trip_ms;
      probed_ms_ = now_ms;
    }
  } else if (base_ms_) {
    base_ms_ = std::min(*base_ms_, round_trip_ms);
  }
  if (!base_ms_)
    return;
  if (!in_flight_.empty() && has_passed(limits_.probe_every_ms, probed_ms_, now_ms))
    is_draining_ = true;

  if (newest.is_lone && trial_) {
    if (newest.bytes <= 2 * limits_.piece_bytes_min)
      judge_trial(static_cast<double>(round_trip_ms));
    else
      // What cannot be sent in pieces takes the link itself too long to tell of a queue.
      trial_.reset();
  }

  const auto target = static_cast<double>(limits_.queue_ms);
  const auto base = static_cast<double>(*base_ms_);
  const auto queue = static_cast<double>(round_trip_ms) - base;
  is_starting_ = is_starting_ && queue <= target / 4;
  // The answer to a change comes a round trip later. The longer that takes, the smaller the steps have to be.
  const auto gain = is_starting_ ? target / std::max(target, base) : target / (2 * (target + base));
  const auto direction = is_starting_ ? 1.0 : std::max(1 - queue / target, -1.0);
  const auto change = gain * direction * acknowledged_bytes;
  if (direction > 0 && newest.is_limited)
    grow_by(change);
  else if (direction < 0 && shrink_to(window_ + change) && queue > 1.5 * target)
    begin_trial(static_cast<double>(round_trip_ms), now_ms);
}

void congestion_window::grow_by(double bytes) {
  const auto most = static_cast<double>(limits_.window_bytes_max);
  const auto max = is_short(base_ms_, limits_) ? std::min(growth_max_, most) : most;
  window_ = std::max(window_, std::min(window_ + bytes, max));
}

bool congestion_window::shrink_to(double bytes) {
  const auto floor = floor_bytes();
  const auto least = is_short(base_ms_, limits_) ? std::min(floor, window_) : floor;
  window_ = std::max(bytes, least);
  return bytes < least && floor > static_cast<double>(limits_.window_bytes_min);
}

void congestion_window::begin_trial(double round_trip_ms, std::uint64_t now_ms) {
  if (trial_ || !is_short(base_ms_, limits_) || !has_passed(trial_wait_ms_, tried_ms_, now_ms))
    return;
  trial_ = trial{window_, round_trip_ms, trial_frames};
  tried_ms_ = now_ms;
  is_draining_ = true;
}

void congestion_window::judge_trial(double round_trip_ms) {
  const auto before = *trial_;
  const auto base = static_cast<double>(*base_ms_);
  const auto target = static_cast<double>(limits_.queue_ms);
  if (round_trip_ms - base > 0.375 * target) {
    trial_.reset();
    trial_wait_ms_ = std::min(2 * trial_wait_ms_, limits_.probe_every_ms);
    window_ = std::max(window_, floor_bytes());
    return;
  }
  if (--trial_->frames_left > 0)
    return;
  trial_.reset();
  trial_wait_ms_ = trial_wait_ms_min;
  // In a round trip with a queue, the link carries the window once. By halves, since the frames may all have been
  // early.
  const auto window = std::max(before.window * target / before.round_trip_ms, before.window / 2);
  busiest_bytes_ = static_cast<std::size_t>(window / 4);
  busiest_bytes_before_ = 0;
  shrink_to(window);
}

void congestion_window::learn_rate(const frame& newest, std::size_t arrived_bytes, std::uint64_t now_ms) {
  if (has_passed(limits_.queue_ms / 4, *span_since_ms_, now_ms)) {
    if (span_is_limited_ && ++spans_ >= period_spans) {
      busiest_bytes_before_ = busiest_bytes_;
      busiest_bytes_ = 0;
      spans_ = 0;
    }
    span_since_ms_ = now_ms;
    span_bytes_ = 0;
    span_is_limited_ = true;
    growth_max_ = 2 * window_;
  }
  span_bytes_ += arrived_bytes;
  span_is_limited_ = span_is_limited_ && newest.is_limited;
  busiest_bytes_ = std::max(busiest_bytes_, span_bytes_);
}

double congestion_window::floor_bytes() const {
  // Twice a quarter of the time, since a span counts one frame more, with which it begins.
  const auto seen = 2 * std::max(busiest_bytes_, busiest_bytes_before_);
  return static_cast<double>(
    std::max(limits_.window_bytes_min, std::min({seen, floor_bytes_max, limits_.window_bytes_max})));
}

} // namespace ariadne::crdt
