#include "crdt/refused_registers.hpp"

#include <utility>

namespace ariadne::crdt {

void refused_registers::refuse(std::string_view key, const causal_register& value, const version_vector& here,
                               objection why) {
  has_refused_ = true;
  value.for_each_context([&](dot d) {
    if (!here.covers(d))
      held_back_.insert(d.replica);
  });
  reason_ = std::move(why.reason);
  if (keys_.size() < keys_max)
    keys_.insert_or_assign(std::string{key}, why.acceptable_at_ms);
  else if (auto known = keys_.find(key); known != keys_.end())
    known->second = why.acceptable_at_ms;
  else
    ++uncounted_;
}

void refused_registers::accept(std::string_view key) {
  if (auto refused = keys_.find(key); refused != keys_.end())
    keys_.erase(refused);
}

version_vector refused_registers::taken_of(version_vector cut) const {
  if (is_torn_)
    return {};
  cut.erase_if([this](dot d) { return held_back_.contains(d.replica); });
  return cut;
}

bool refused_registers::is_settled(std::uint64_t now_ms) const {
  return uncounted_ == 0 && std::all_of(keys_.begin(), keys_.end(), [&](const auto& refused) {
           return refused.second != 0 && refused.second <= now_ms;
         });
}

} // namespace ariadne::crdt
