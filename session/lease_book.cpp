#include "session/lease_book.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::session {

lease_book::lease_book(lease_options options, std::string self, std::set<std::string> configured)
  : options_(options), self_(std::move(self)), configured_(std::move(configured)) {}

void lease_book::answered(const std::string& node, std::uint64_t asked_ms) {
  if (asked_ms < counts_since_ms_)
    return;
  auto& last = asked_ms_[node];
  last = std::max(last, asked_ms);
}

bool lease_book::has_majority(std::uint64_t now_ms) const {
  // A question counts as long as it is younger than the lease.
  return has_majority_since(now_ms + 1 - std::min(options_.lease_ms, now_ms + 1));
}

void lease_book::doubt(std::uint64_t now_ms, std::uint64_t unseen_ms) {
  for (auto& [node, asked_ms] : asked_ms_)
    asked_ms -= std::min(unseen_ms, asked_ms);
  sure_since_ms_ = now_ms;
  if (unseen_ms > 0)
    counts_since_ms_ = now_ms;
}

bool lease_book::is_sure() const {
  return sure_since_ms_ == 0 || has_majority_since(sure_since_ms_);
}

bool lease_book::has_majority_since(std::uint64_t since_ms) const {
  std::size_t count = configured_.contains(self_) ? 1 : 0;
  for (const auto& [node, asked_ms] : asked_ms_)
    count += node != self_ && configured_.contains(node) && asked_ms >= since_ms ? 1 : 0;
  return is_majority_count(count);
}

void lease_book::promise(const host_id& asker, std::uint64_t now_ms) {
  std::erase_if(promised_until_ms_, [&](const auto& entry) { return entry.second <= now_ms; });
  promised_until_ms_[asker.incarnation] = now_ms + options_.lease_ms + options_.guard_ms;
}

bool lease_book::is_promised(std::uint64_t incarnation, std::uint64_t now_ms) const {
  const auto promised = promised_until_ms_.find(incarnation);
  return promised != promised_until_ms_.end() && now_ms < promised->second;
}

} // namespace ariadne::session
