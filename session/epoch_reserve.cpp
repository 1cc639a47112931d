#include "session/epoch_reserve.hpp"

#include "crdt/wire.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace ariadne::session {

namespace {

constexpr std::uint8_t reservation_format = 1;

/// Below the keys of sessions, where a kind cannot begin so.
constexpr std::string_view reservation_key_prefix{"\0ariadne/session/\0epochs/", 25};
static_assert(reservation_key_prefix.starts_with(map_key_prefix));

} // namespace

std::string to_reservation_key(std::string_view node) {
  std::string result{reservation_key_prefix};
  result += node;
  return result;
}

std::optional<std::string> reserving_node(std::string_view map_key) {
  if (!map_key.starts_with(reservation_key_prefix) || map_key.size() == reservation_key_prefix.size())
    return std::nullopt;
  return std::string{map_key.substr(reservation_key_prefix.size())};
}

std::string encode(const epoch_reservation& reservation) {
  crdt::wire_writer out;
  out.byte(reservation_format);
  out.fixed64(reservation.incarnation);
  out.varint(reservation.floor);
  out.varint(reservation.ceiling);
  return out.take();
}

std::optional<epoch_reservation> decode_reservation(std::string_view value) {
  crdt::wire_reader in{value};
  if (in.byte() != reservation_format)
    return std::nullopt;
  epoch_reservation result;
  result.incarnation = in.fixed64();
  result.floor = in.varint();
  result.ceiling = in.varint();
  if (!in.failure().empty() || in.remaining() > 0)
    return std::nullopt;
  return result;
}

void epoch_reserve::note(const std::string& node, const std::vector<crdt::live_entry>& entries) {
  if (!is_kept_)
    return;
  std::vector<epoch_reservation> found;
  for (const auto& entry : entries)
    if (const auto reservation = decode_reservation(entry.value.view()))
      found.push_back(*reservation);
  if (node != self_.node) {
    others_[node] = std::move(found);
    return;
  }
  live_.clear();
  for (const auto& entry : entries)
    live_.push_back(entry.dot);
  for (const auto& reservation : found)
    if (reservation.incarnation != self_.incarnation)
      floor_ = std::max(floor_, reservation.ceiling);
  if (wanted_ > 0)
    want(0);
}

std::uint64_t epoch_reserve::floor_among(const std::vector<host_id>& others) const {
  auto result = floor_;
  for (const auto& [node, incarnation] : others)
    if (const auto reservations = others_.find(node); reservations != others_.end())
      for (const auto& r : reservations->second)
        result = std::max(result, r.incarnation == incarnation ? r.floor : r.ceiling);
  return result;
}

void epoch_reserve::want(std::uint64_t epoch) {
  const auto from = std::max(epoch, floor_);
  if (is_kept_ && from <= std::numeric_limits<std::uint64_t>::max() - block && from + block / 2 >= ceiling_)
    wanted_ = std::max(wanted_, from + block);
}

std::optional<epoch_reserve::write> epoch_reserve::next(std::uint64_t now_ms) {
  if (wanted_ <= ceiling_ || writing_ > 0 || now_ms < retry_at_ms_)
    return std::nullopt;
  writing_ = wanted_;
  return write{{self_.incarnation, floor_, writing_}, live_};
}

void epoch_reserve::written(const crdt::fenced_result& result, std::uint64_t retry_at_ms) {
  const auto ceiling = std::exchange(writing_, 0);
  if (result.written && result.is_held)
    ceiling_ = std::max(ceiling_, ceiling);
  else if (result.written)
    retry_at_ms_ = retry_at_ms;
  note(self_.node, result.entries);
}

void epoch_reserve::write_failed(std::uint64_t retry_at_ms) {
  writing_ = 0;
  retry_at_ms_ = retry_at_ms;
}

void epoch_reserve::map_restarted() {
  live_.clear();
  others_.clear();
  ceiling_ = writing_ = 0;
}

std::string_view epoch_reserve::check_invariants() const {
  if (!is_kept_ && (floor_ > 0 || wanted_ > 0))
    return "epochs are reserved where nothing is kept";
  if (ceiling_ > wanted_ || writing_ > wanted_)
    return "more epochs are reserved than are wanted";
  return {};
}

} // namespace ariadne::session
