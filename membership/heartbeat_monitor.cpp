#include "membership/heartbeat_monitor.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ariadne::membership {

namespace {

/// The weight of the newest interval.
constexpr double weight = 0.1;
constexpr double deviations = 6;
constexpr int tolerances_max = 10;

} // namespace

heartbeat_monitor::heartbeat_monitor(const heartbeat_options& options, instant now)
  : options_(options), heard_(now), answered_(now), last_heartbeat_(now), began_(now), mean_(options.interval) {}

void heartbeat_monitor::heard(instant now) {
  // One long pause must not make it deaf to the next one.
  const auto interval = std::min<seconds>(now - std::exchange(last_heartbeat_, now), options_.tolerance);
  const auto difference = interval - mean_;
  mean_ += weight * difference;
  variance_ = (1 - weight) * (variance_ + weight * difference.count() * difference.count());
  heard_ = std::max(heard_, now);
}

void heartbeat_monitor::answered(instant sent) {
  answered_ = std::max(answered_, sent);
}

void heartbeat_monitor::received(instant then) {
  heard_ = std::max(heard_, then);
}

void heartbeat_monitor::acknowledged(instant then) {
  answered_ = std::max(answered_, then);
}

void heartbeat_monitor::set_retransmission_time(duration time) {
  retransmission_time_ = std::min<duration>(time, (tolerances_max - 1) * options_.tolerance / 2);
}

void heartbeat_monitor::forgive(duration pause, instant now) {
  // What has come in since must not excuse silence that is still to come.
  heard_ = std::min(heard_ + pause, std::max(heard_, now));
  answered_ = std::min(answered_ + pause, std::max(answered_, now));
}

void heartbeat_monitor::begin_anew(instant now) {
  began_ = std::max(began_, now);
  // The pause between two heartbeats was this process's own.
  last_heartbeat_ = std::max(last_heartbeat_, now);
}

bool heartbeat_monitor::is_silent(instant now, unsigned patience) const {
  return is_silent_for(patience * permitted_silence() + 2 * retransmission_time_, now);
}

bool heartbeat_monitor::is_quiet(instant now) const {
  return is_silent_for(options_.tolerance / 2, now);
}

bool heartbeat_monitor::is_silent_for(duration permitted, instant now) const {
  // The answer comes with the next heartbeat of the other side.
  return now - std::max(heard_, began_) > permitted
         || now - std::max(answered_, began_) > permitted + 2 * options_.interval;
}

heartbeat_monitor::duration heartbeat_monitor::permitted_silence() const {
  const auto adapted = mean_ + seconds{deviations * std::sqrt(variance_)};
  return std::clamp(std::chrono::duration_cast<duration>(adapted), duration{options_.tolerance},
                    tolerances_max * duration{options_.tolerance});
}

} // namespace ariadne::membership
