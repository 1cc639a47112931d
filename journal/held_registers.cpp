#include "journal/held_registers.hpp"

#include <absl/hash/hash.h>

#include <utility>

namespace ariadne::journal {

held_registers::hashed_key::hashed_key(std::string_view k) : key(k), hash(absl::Hash<std::string_view>{}(k)) {}

void held_registers::hold(read_register r) {
  const hashed_key key{r.found.key};
  const auto found = by_key_.find(key);
  auto* held = found == by_key_.end() ? nullptr : found->held;
  if (held != nullptr && !references_.empty())
    references_.erase(held);
  if (r.found.is_gone()) {
    if (held != nullptr)
      drop(*held);
    return;
  }
  if (held == nullptr) {
    if (vacant_.empty()) {
      held = &registers_.emplace_back();
    } else {
      held = vacant_.back();
      vacant_.pop_back();
    }
    held->key = std::move(r.found.key);
    by_key_.insert({key.hash, held});
  }
  held->value = std::move(r.found.value);
  if (!r.references.empty())
    references_[held] = std::move(r.references);
}

void held_registers::drop(crdt::journal_register& held) {
  by_key_.erase(by_key_.find(hashed_key{held.key}));
  held = {};
  vacant_.push_back(&held);
}

crdt::journal_registers held_registers::take() {
  by_key_ = {};
  if (!vacant_.empty())
    std::erase_if(registers_, [](const crdt::journal_register& r) { return r.is_gone(); });
  vacant_.clear();
  return std::exchange(registers_, {});
}

} // namespace ariadne::journal
