#include "actors/heartbeat_monitor.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ariadne {

namespace {

/// The weight of the newest interval.
constexpr double weight = 0.1;
constexpr double deviations = 6;
constexpr int tolerances_max = 10;
constexpr unsigned lateness_max = 3;

} // namespace

heartbeat_monitor::heartbeat_monitor(const heartbeat_options& options, clock::time_point now)
  : options_(options), heard_(now), answered_(now), last_heartbeat_(now), mean_(options.interval) {}

void heartbeat_monitor::heard(clock::time_point now) {
  // One long pause must not make it deaf to the next one.
  const auto interval = std::min<seconds>(now - std::exchange(last_heartbeat_, now), options_.tolerance);
  const auto difference = interval - mean_;
  mean_ += weight * difference;
  variance_ = (1 - weight) * (variance_ + weight * difference.count() * difference.count());
  heard_ = std::max(heard_, now);
}

void heartbeat_monitor::answered(clock::time_point sent) {
  answered_ = std::max(answered_, sent);
}

void heartbeat_monitor::received(clock::time_point then) {
  heard_ = std::max(heard_, then);
}

void heartbeat_monitor::acknowledged(clock::time_point then) {
  answered_ = std::max(answered_, then);
}

void heartbeat_monitor::set_retransmission_time(clock::duration time) {
  retransmission_time_ = std::min<clock::duration>(time, (tolerances_max - 1) * options_.tolerance / 2);
}

void heartbeat_monitor::forgive(clock::duration pause) {
  heard_ += pause;
  answered_ += pause;
}

bool heartbeat_monitor::is_silent(clock::time_point now, unsigned patience) const {
  return is_silent_for(patience * permitted_silence() + 2 * retransmission_time_, now);
}

bool heartbeat_monitor::is_quiet(clock::time_point now) const {
  return is_silent_for(options_.tolerance / 2, now);
}

bool heartbeat_monitor::is_silent_for(clock::duration permitted, clock::time_point now) const {
  // The answer comes with the next heartbeat of the other side.
  return now - heard_ > permitted || now - answered_ > permitted + 2 * options_.interval;
}

heartbeat_monitor::clock::duration heartbeat_monitor::permitted_silence() const {
  const auto adapted = mean_ + seconds{deviations * std::sqrt(variance_)};
  return std::clamp(std::chrono::duration_cast<clock::duration>(adapted), clock::duration{options_.tolerance},
                    tolerances_max * clock::duration{options_.tolerance});
}

local_health::clock::duration local_health::tick(clock::time_point now) {
  if (last_ == clock::time_point{})
    last_ = now - interval_;
  const auto late = now - last_ - interval_;
  last_ = now;
  if (late <= interval_ / 2) {
    lateness_ -= lateness_ > 0 ? 1 : 0;
    return {};
  }
  lateness_ = std::min(lateness_ + 1, lateness_max);
  return late;
}

} // namespace ariadne
