#include "test/fuzz/loss_watch.hpp"

#include "crdt/codec.hpp"

#include "test/fuzz/finding.hpp"

#include <algorithm>
#include <variant>

namespace ariadne::fuzz {

using namespace crdt;

namespace {

bool supersedes(const std::multimap<std::string, causal_register, std::less<>>& registers, const std::string& key,
                dot lost) {
  const auto [first, last] = registers.equal_range(key);
  return std::any_of(first, last,
                     [&](const auto& item) { return item.second.covers(lost) && !item.second.has_live(lost); });
}

} // namespace

void loss_watch::note_rewritten(const rewritten_event& event) {
  const auto before = held_before_.find({event.key, event.before});
  require(event.is_erased || before == held_before_.end() || before->second.value == event.after.value.view(),
          "an event that is written again says something else: " + to_string(event.before));
  note_write(event.key);
}

void loss_watch::note_frame(std::string_view frame) {
  const auto decoded = decode(frame);
  if (!decoded)
    return;
  const auto* delta = std::get_if<delta_view>(&*decoded);
  if (delta == nullptr)
    return;
  delta->for_each_register(
    [&](std::string_view key, causal_register&& value, const auto&) { joined_.emplace(key, value); });
  if (!delta->header.full_state)
    return;
  auto& full = full_states_[delta->header.stream];
  full.base.join(delta->header.base);
  full.registers.insert(joined_.begin(), joined_.end());
  if (delta->trailer.last && !watched_.has_sweep())
    ending_ = delta->header.stream;
}

void loss_watch::check(std::uint64_t now_ms) {
  // Most steps change nothing; and to look at all entries takes longer than the step.
  if (holds_expiring_ || watched_.key_count() != keys_before_ || watched_.map().fingerprint() != fingerprint_before_)
    check_all(now_ms);
  written_.clear();
  joined_.clear();
  if (!watched_.has_sweep())
    ending_ = 0;
}

void loss_watch::check_all(std::uint64_t now_ms) {
  auto now_held = held();
  for (const auto& [where, entry] : held_before_) {
    const auto& [key, dot] = where;
    if (const auto kept = now_held.find(where); kept != now_held.end())
      require(kept->second == entry, "a live entry of '" + key + "' has changed: " + to_string(dot));
    else
      require(has_reason(key, dot, entry, now_ms), "a live entry of '" + key + "' is lost: " + to_string(dot));
  }
  held_before_ = std::move(now_held);
  holds_expiring_ = std::any_of(held_before_.begin(), held_before_.end(),
                                [](const auto& item) { return item.second.expires_at_ms != 0; });
  keys_before_ = watched_.key_count();
  fingerprint_before_ = watched_.map().fingerprint();
}

bool loss_watch::has_reason(const std::string& key, dot lost, const watched_entry& entry, std::uint64_t now_ms) const {
  if (written_.contains(key) || supersedes(joined_, key, lost))
    return true;
  if (entry.expires_at_ms != 0 && entry.expires_at_ms <= now_ms - watched_.options().drift_max_ms)
    return true;
  const auto full = full_states_.find(ending_);
  return full != full_states_.end()
         && (full->second.base.covers(lost) || supersedes(full->second.registers, key, lost));
}

loss_watch::entries loss_watch::held() const {
  entries result;
  watched_.map().for_each([&](const keyed_register& owner) {
    const auto value = watched_.map().value(owner);
    for (std::size_t i = 0; i < value.live_count(); ++i) {
      const auto& e = value.live(i);
      result.emplace(std::pair{std::string{owner.key()}, e.dot},
                     watched_entry{e.stamp, e.expires_at_ms, std::string{e.value.view()}});
    }
  });
  return result;
}

} // namespace ariadne::fuzz
