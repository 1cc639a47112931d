#include "membership/signs_of_life.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::membership {

namespace {

std::uint64_t to_us(instant time) {
  return static_cast<std::uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

instant from_us(std::uint64_t us) {
  return instant{std::chrono::microseconds{us}};
}

} // namespace

void signs_of_life::begin(const heartbeat_options& options, instant now) {
  monitor_.emplace(options, now);
  last_ = {};
  answered_ = {};
  seen_.reset();
  tolerance_ = options.tolerance;
  round_trip_ = {};
}

void signs_of_life::end() {
  last_heard_ = last_heard();
  monitor_.reset();
}

beat signs_of_life::next(instant now) const {
  const auto echo_age = last_.sent_us == 0 ? 0 : to_us(now) - to_us(last_came_);
  return {to_us(now), last_.sent_us, echo_age};
}

void signs_of_life::heard(const beat& sign, instant now) {
  last_ = sign;
  last_came_ = now;
  monitor_->heard(now);
  if (sign.echo_us == 0 || sign.echo_us > to_us(now))
    return;
  answered_ = std::max(answered_, from_us(sign.echo_us));
  monitor_->answered(answered_);
  const auto since_sent_us = to_us(now) - sign.echo_us;
  round_trip_ = std::chrono::microseconds{since_sent_us - std::min(sign.echo_age_us, since_sent_us)};
}

void signs_of_life::seen(const link_activity& activity) {
  monitor_->received(activity.received);
  monitor_->set_retransmission_time(activity.retransmission_time);
  const auto before = std::exchange(seen_, activity);
  // What was seen longer ago says nothing of when the bytes since then were acknowledged.
  if (before && activity.acknowledged_packets != before->acknowledged_packets
      && activity.seen - before->seen <= tolerance_)
    monitor_->acknowledged(activity.seen);
}

std::optional<instant> signs_of_life::last_heard() const {
  return monitor_ ? std::optional{monitor_->last_heard()} : last_heard_;
}

} // namespace ariadne::membership
