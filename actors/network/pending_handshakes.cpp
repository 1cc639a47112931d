#include "actors/network/pending_handshakes.hpp"

#include <algorithm>

namespace ariadne {

std::vector<pending_handshakes::connection_id> pending_handshakes::add(connection_id id, const std::string& address) {
  const auto is_of_address = [&](const connection& other) { return other.address == address; };
  std::vector<connection_id> result;
  if (std::count_if(waiting_.begin(), waiting_.end(), is_of_address)
      >= static_cast<std::ptrdiff_t>(connections_per_address_max)) {
    const auto oldest = std::find_if(waiting_.begin(), waiting_.end(), is_of_address);
    result.push_back(oldest->id);
    waiting_.erase(oldest);
  } else if (waiting_.size() >= connections_max) {
    result = drop_oldest();
  }
  waiting_.push_back({id, address, 0});
  return result;
}

void pending_handshakes::remove(connection_id id) {
  std::erase_if(waiting_, [&](const connection& other) { return other.id == id; });
}

std::vector<pending_handshakes::connection_id> pending_handshakes::tick() {
  std::vector<connection_id> result;
  for (auto& waiting : waiting_)
    if (++waiting.ticks > ticks_max_)
      result.push_back(waiting.id);
  std::erase_if(waiting_, [&](const connection& other) { return other.ticks > ticks_max_; });
  return result;
}

std::vector<pending_handshakes::connection_id> pending_handshakes::drop_oldest() {
  if (waiting_.empty())
    return {};
  const auto oldest = waiting_.front().id;
  waiting_.pop_front();
  return {oldest};
}

} // namespace ariadne
