#include "membership/link_losses.hpp"

#include <algorithm>

namespace ariadne::membership {

namespace {

constexpr std::size_t kept_max = 1'000;
constexpr std::size_t doublings_max = 16;

} // namespace

void link_losses::lost(instant now) {
  forget_old(now);
  losses_.push_back(now);
  if (losses_.size() > kept_max)
    losses_.pop_front();
}

std::uint32_t link_losses::backoff_factor() const {
  const auto free = std::size_t{2};
  return std::uint32_t{1} << std::min(losses_.size() - std::min(losses_.size(), free), doublings_max);
}

std::optional<link_losses::report> link_losses::due_report(instant now) {
  if (!is_unsteady() || (reported_ && now - *reported_ < memory))
    return std::nullopt;
  reported_ = now;
  const auto within = std::chrono::ceil<std::chrono::seconds>(now - losses_.front());
  return report{losses_.size(), std::max(within, std::chrono::seconds{1})};
}

bool link_losses::settle(instant now) {
  // While one loss is left, the link has not held for long enough.
  if (losses_.empty() || now - losses_.back() < memory) {
    if (!is_unsteady())
      forget_old(now);
    return false;
  }
  const auto was_unsteady = is_unsteady();
  begin_anew();
  return was_unsteady;
}

void link_losses::forget_old(instant now) {
  while (!losses_.empty() && now - losses_.front() >= memory)
    losses_.pop_front();
}

} // namespace ariadne::membership
