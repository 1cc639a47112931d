#include "crdt/value_transfers.hpp"

#include <absl/container/btree_set.h>

#include <algorithm>
#include <utility>

namespace ariadne::crdt {

namespace {

/// Values up to these sizes take turns with larger ones.
constexpr std::array<std::size_t, 2> lane_bytes_max{std::size_t{1} << 20, std::size_t{16} << 20};

} // namespace

void value_transfers::restart(const std::vector<value_progress>& there) {
  claims_.clear();
  has_done_ = false;
  queued_.clear();
  there_.clear();
  for (const auto& value : there)
    there_[value.dot] = value.bytes;
  // What has arrived is sent by the new stream, if it is still lacking.
  ready_.clear();
  for (auto& l : lanes_) {
    l.queue.clear();
    std::erase_if(l.under_way, [this](const transfer& t) {
      return std::none_of(t.values.begin(), t.values.end(), [this](const auto& v) { return there_.contains(v.dot); });
    });
    for (auto& t : l.under_way) {
      t.claims.clear();
      t.is_left_to_others = false;
      for (auto& value : t.values) {
        const auto known = there_.find(value.dot);
        value.sent = known == there_.end() ? 0 : std::min<std::size_t>(known->second, value.bytes.size());
        value.pieces_in_flight = 0;
        value.is_there = value.sent == value.bytes.size();
      }
    }
    for (auto position = l.under_way.size(); position-- > 0;)
      end_if_there(l, position);
  }
}

void value_transfers::abandon() {
  claims_.clear();
  has_done_ = false;
  queued_.clear();
  ready_.clear();
  lanes_ = {};
}

bool value_transfers::is_there(dot d, std::size_t size) const {
  const auto position = there_.find(d);
  return position != there_.end() && position->second >= size;
}

bool value_transfers::has_missing(const causal_register& value, const context& at) const {
  for (std::size_t i = 0; i < value.live_count(); ++i)
    if (is_missing(value.live(i), at))
      return true;
  return false;
}

// -- claims, and what is owed ----------------------------------------------------------------------------------------

value_transfers::claim_id value_transfers::begin_claim(replica_id origin, std::uint64_t counter) {
  for (auto position = claims_.rbegin(); position != claims_.rend(); ++position)
    if (auto& last = position->second; last.origin == origin) {
      if (last.is_sealed)
        break;
      last.is_closed = false;
      last.counter = std::max(last.counter, counter);
      return position->first;
    }
  claims_[++last_claim_] = {origin, counter, 0, false, false};
  return last_claim_;
}

void value_transfers::owe(std::string_view key, const causal_register& value, claim_id claim) {
  auto position = queued_.find(key);
  if (position == queued_.end()) {
    position = queued_.emplace(std::string{key}, queued_register{{}, lane_of(value)}).first;
    lanes_[position->second.lane].queue.push_back(position->first);
  }
  auto& ids = position->second.claims;
  if (claim == 0 || std::find(ids.begin(), ids.end(), claim) != ids.end())
    return;
  ids.push_back(claim);
  ++claims_[claim].owed;
}

bool value_transfers::end_claim(claim_id claim, replica_id origin, std::uint64_t counter) {
  if (claim == 0) {
    for (auto position = claims_.rbegin(); position != claims_.rend(); ++position)
      if (position->second.origin == origin) {
        // All that it has walked over has been sent: so it counts together with what is waited for.
        position->second.counter = std::max(position->second.counter, counter);
        return true;
      }
    return false;
  }
  claims_[claim].is_closed = true;
  look_for_done();
  return true;
}

std::uint64_t value_transfers::walked(replica_id origin) const {
  std::uint64_t result = 0;
  for (const auto& [id, c] : claims_)
    if (c.origin == origin && c.is_closed)
      result = std::max(result, c.counter);
  return result;
}

void value_transfers::settle(const claim_ids& claims) {
  for (auto id : claims)
    if (const auto position = claims_.find(id); position != claims_.end())
      --position->second.owed;
  look_for_done();
}

void value_transfers::look_for_done() {
  has_done_ = has_done_ || std::any_of(claims_.begin(), claims_.end(), [](const auto& item) {
                return item.second.is_closed && item.second.owed == 0;
              });
}

void value_transfers::take_done(version_vector& reached) {
  if (!std::exchange(has_done_, false))
    return;
  // A later claim of a replica id stands on the earlier ones.
  absl::btree_set<replica_id> waiting;
  for (auto position = claims_.begin(); position != claims_.end();) {
    const auto& c = position->second;
    if (c.is_closed && c.owed == 0 && !waiting.contains(c.origin)) {
      reached.raise({c.origin, c.counter});
      position = claims_.erase(position);
    } else {
      waiting.insert(c.origin);
      ++position;
    }
  }
}

// -- registers -------------------------------------------------------------------------------------------------------

value_transfers::ready_register value_transfers::take_ready(const context& at) {
  auto result = std::move(ready_.front());
  ready_.pop_front();
  settle(result.claims);
  const auto* owner = at.map.find(result.key);
  if (owner == nullptr)
    return result;
  auto now = at.map.value(*owner);
  if (has_missing(now, at))
    return result;
  result.value = std::move(now);
  sent(result.key);
  return result;
}

void value_transfers::settle_sent(std::string_view key) {
  // The name in the queue of its lane is passed by when its turn comes.
  if (const auto position = queued_.find(key); position != queued_.end()) {
    const auto claims = std::move(position->second.claims);
    queued_.erase(position);
    settle(claims);
  }
  for (auto& l : lanes_)
    for (auto position = l.under_way.begin(); position != l.under_way.end();)
      if (position->key == key) {
        const auto claims = std::move(position->claims);
        position = l.under_way.erase(position);
        settle(claims);
      } else {
        ++position;
      }
  for (auto position = ready_.begin(); position != ready_.end();)
    if (position->key == key) {
      const auto claims = std::move(position->claims);
      position = ready_.erase(position);
      settle(claims);
    } else {
      ++position;
    }
}

// -- pieces ----------------------------------------------------------------------------------------------------------

std::size_t value_transfers::lane_of(const causal_register& value) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < value.live_count(); ++i)
    bytes += value.live(i).value.size();
  return static_cast<std::size_t>(std::count_if(lane_bytes_max.begin(), lane_bytes_max.end(),
                                                [bytes](std::size_t bytes_max) { return bytes > bytes_max; }));
}

bool value_transfers::begin_next(lane& l, const context& at) {
  for (auto left = l.queue.size(); left > 0; --left) {
    auto key = std::move(l.queue.front());
    l.queue.pop_front();
    const auto position = queued_.find(key);
    if (position == queued_.end())
      continue;
    const auto* owner = at.map.find(key);
    if (owner != nullptr && is_under_way(at.map.value(*owner))) {
      l.queue.push_back(std::move(key));
      continue;
    }
    transfer t{std::move(key), {}, std::move(position->second.claims), {}, false, 0};
    queued_.erase(position);
    if (owner == nullptr) {
      // It has been forgotten, so the neighbour has had it, or gets a full state.
      settle(t.claims);
      continue;
    }
    t.value = at.map.value(*owner);
    for (auto id : t.claims)
      claims_[id].is_sealed = true;
    for (std::size_t i = 0; i < t.value.live_count(); ++i)
      if (const auto& e = t.value.live(i); is_missing(e, at)) {
        const auto known = there_.find(e.dot);
        t.values.push_back({e.dot, e.value, known == there_.end() ? 0 : known->second, 0, false});
      }
    l.under_way.push_back(std::move(t));
    if (!end_if_there(l, l.under_way.size() - 1))
      return true;
  }
  return false;
}

bool value_transfers::end_if_there(lane& l, std::size_t position) {
  auto& t = l.under_way[position];
  if (std::any_of(t.values.begin(), t.values.end(), [](const outgoing_value& value) { return !value.is_there; }))
    return false;
  ready_.push_back({std::move(t.key), std::move(t.value), std::move(t.claims)});
  l.under_way.erase(l.under_way.begin() + static_cast<std::ptrdiff_t>(position));
  return true;
}

bool value_transfers::is_paused(const transfer& t, std::uint64_t now_ms) {
  if (!t.is_left_to_others)
    return false;
  return (now_ms < t.paused_until_ms && t.paused_until_ms - now_ms <= left_to_others_ms)
         || std::any_of(t.values.begin(), t.values.end(), [](const auto& value) { return value.pieces_in_flight > 0; });
}

std::optional<piece> value_transfers::next_piece_of(lane& l, const context& at, std::uint64_t now_ms) {
  std::size_t paused = 0;
  for (std::size_t position = 0;; ++position) {
    if (position == l.under_way.size() && (paused >= paused_max || !begin_next(l, at)))
      return std::nullopt;
    auto& t = l.under_way[position];
    if (is_paused(t, now_ms)) {
      ++paused;
      continue;
    }
    for (auto& value : t.values) {
      if (value.sent == value.bytes.size())
        continue;
      const auto bytes = value.bytes.view().substr(value.sent, at.piece_bytes);
      const piece result{0, 0, value.dot, value.bytes.size(), value.sent, bytes};
      value.sent += bytes.size();
      ++value.pieces_in_flight;
      // The register may follow at once: links keep the order. If the neighbour has not taken a piece, the register has
      // come without its value, and the stream begins anew.
      if (value.sent == value.bytes.size() && !t.is_left_to_others) {
        value.is_there = true;
        there_[value.dot] = value.sent;
        end_if_there(l, position);
      }
      return result;
    }
  }
}

std::optional<piece> value_transfers::next_piece(const context& at, std::uint64_t now_ms) {
  for (std::size_t i = 0; i < lane_count; ++i) {
    auto& l = lanes_[next_lane_++ % lane_count];
    if (auto next = next_piece_of(l, at, now_ms))
      return next;
  }
  return std::nullopt;
}

void value_transfers::arrived(const value_progress& progress, bool has_added, std::uint64_t now_ms) {
  for (auto& l : lanes_)
    for (std::size_t position = 0; position < l.under_way.size(); ++position) {
      auto& t = l.under_way[position];
      const auto value =
        std::find_if(t.values.begin(), t.values.end(), [&](const outgoing_value& v) { return v.dot == progress.dot; });
      if (value == t.values.end())
        continue;
      const auto bytes = std::min<std::size_t>(progress.bytes, value->bytes.size());
      there_[value->dot] = bytes;
      value->pieces_in_flight -= std::min<std::size_t>(value->pieces_in_flight, 1);
      value->is_there = bytes == value->bytes.size();
      t.is_left_to_others = !has_added && !value->is_there;
      if (t.is_left_to_others)
        t.paused_until_ms = now_ms + left_to_others_ms;
      // Others are ahead; or it has been given up there, or there is no room for it.
      if (bytes > value->sent || value->pieces_in_flight == 0)
        value->sent = bytes;
      if (end_if_there(l, position))
        --position;
    }
}

void value_transfers::forget_known(const version_vector& known) {
  if (there_.size() < forget_there_at_)
    return;
  absl::erase_if(there_, [&](const auto& item) { return known.covers(item.first); });
  forget_there_at_ = std::max<std::size_t>(64, 2 * there_.size());
}

bool value_transfers::is_under_way(const causal_register& value) const {
  const auto has_one = [&](const transfer& t) {
    return std::any_of(t.values.begin(), t.values.end(), [&](const auto& v) { return value.has_live(v.dot); });
  };
  return std::any_of(lanes_.begin(), lanes_.end(),
                     [&](const lane& l) { return std::any_of(l.under_way.begin(), l.under_way.end(), has_one); });
}

bool value_transfers::is_under_way(dot d) const {
  for (const auto& l : lanes_)
    for (const auto& t : l.under_way)
      for (const auto& value : t.values)
        if (value.dot == d && !value.is_there)
          return true;
  return false;
}

bool value_transfers::is_under_way() const {
  return std::any_of(lanes_.begin(), lanes_.end(), [](const lane& l) { return !l.under_way.empty(); });
}

} // namespace ariadne::crdt
