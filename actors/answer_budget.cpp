#include "actors/answer_budget.hpp"

#include <algorithm>

namespace ariadne {

const std::shared_ptr<answer_budget>& answer_budget::of_process() {
  static const auto instance = std::make_shared<answer_budget>();
  return instance;
}

void answer_budget::set_limits(const answer_limits& limits) {
  const std::lock_guard lock{mutex_};
  limits_ = limits;
}

bool answer_budget::charge(const caf::node_id& whom, std::size_t bytes) {
  const std::lock_guard lock{mutex_};
  forget_idle();
  const auto found = clients_.find(whom);
  const auto waits = found == clients_.end() ? 0 : waiting_for(found->second);
  if (waits + bytes > limits_.client_bytes_max || sum() + bytes > limits_.total_bytes_max)
    return false;
  clients_[whom].charged += bytes;
  return true;
}

bool answer_budget::has_room(const caf::node_id& whom) const {
  const std::lock_guard lock{mutex_};
  const auto found = clients_.find(whom);
  return (found == clients_.end() || waiting_for(found->second) < limits_.client_bytes_max)
         && sum() < limits_.total_bytes_max;
}

void answer_budget::handed_over(const caf::node_id& whom, std::size_t bytes, std::optional<std::int64_t> connection) {
  const std::lock_guard lock{mutex_};
  const auto found = clients_.find(whom);
  if (found == clients_.end())
    return;
  found->second.charged -= std::min(found->second.charged, bytes);
  // A descriptor is used again.
  for (auto& [other, c] : clients_)
    if (c.connection == connection)
      c.connection.reset();
  found->second.connection = connection;
}

void answer_budget::release(const caf::node_id& whom, std::size_t bytes) {
  const std::lock_guard lock{mutex_};
  if (const auto found = clients_.find(whom); found != clients_.end())
    found->second.charged -= std::min(found->second.charged, bytes);
}

std::size_t answer_budget::waiting_for(const caf::node_id& whom) const {
  const std::lock_guard lock{mutex_};
  const auto found = clients_.find(whom);
  return found == clients_.end() ? 0 : waiting_for(found->second);
}

std::size_t answer_budget::waiting() const {
  const std::lock_guard lock{mutex_};
  return sum();
}

std::size_t answer_budget::sum() const {
  std::size_t result = 0;
  for (const auto& [whom, c] : clients_)
    result += waiting_for(c);
  return result;
}

void answer_budget::forget_idle() {
  std::erase_if(clients_, [this](const auto& entry) { return waiting_for(entry.second) == 0; });
}

} // namespace ariadne
