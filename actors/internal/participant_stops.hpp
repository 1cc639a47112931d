#pragma once

#include "actors/error.hpp"
#include "actors/handoff_messages.hpp"
#include "actors/internal/stop_ledger.hpp"

#include <caf/actor_addr.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

/// Has actors stash and stop while a node drains, and keeps the books on it.
///
/// `Self` is a pointer to the actor that asks. It monitors those that it asks, and calls `ended` for each that ends: an
/// answer that was given before comes before.
template <class Self>
class participant_stops {
public:
  /// There may be as many as there are sessions, so they are shared, and not copied.
  using shared_leftovers = std::shared_ptr<const std::vector<leftover>>;
  using over_function = std::function<void(const shared_leftovers&)>;

  explicit participant_stops(Self self) : self_(self) {}

  /// Somebody has been asked, or found dead.
  bool has_begun() const {
    return has_begun_;
  }

  void begin() {
    has_begun_ = true;
  }

  /// Sends `request`, which is answered by leftovers. Nobody is asked twice.
  template <class Handle, class Timeout, class... Request>
  void ask(std::string name, const Handle& whom, Timeout timeout, Request... request) {
    if (asked_.contains(whom.address()))
      return;
    const auto number = ledger_.ask(std::move(name));
    asked_[whom.address()] = number;
    const auto asked_at = self_->clock().now();
    mail(self_, std::move(request)...)
      .request(whom, timeout)
      .then(
        [this, number](std::vector<leftover>& not_stashed) {
          ledger_.answered(number, std::move(not_stashed));
          settle();
        },
        [=, this](const caf::error& error) {
          const auto fail = [=, this] {
            ledger_.failed(number, describe(error));
            settle();
          };
          // If it has ended, how is about to be told.
          if (error != caf::sec::request_receiver_down && !is_dropped(self_, error, asked_at, timeout, fail))
            fail();
        });
  }

  void note_death(std::string name, const std::string& reason) {
    ledger_.note_death(std::move(name), reason);
  }

  void ended(const caf::down_msg& down) {
    const auto found = asked_.find(down.source);
    if (found == asked_.end())
      return;
    ledger_.ended(found->second, death_of(down.reason));
    settle();
  }

  /// Calls `over` once nobody is waited for any more; at once, if nobody is.
  void when_over(over_function over) {
    waiting_.push_back(std::move(over));
    settle();
  }

  /// In words, what has killed an actor that ended for this reason; nothing if it has ended of its own accord.
  static std::optional<std::string> death_of(const caf::error& reason) {
    if (!reason || reason == caf::exit_reason::normal)
      return std::nullopt;
    return describe(reason);
  }

private:
  void settle() {
    if (!ledger_.is_settled())
      return;
    if (auto more = ledger_.take_leftovers(); !leftovers_ || !more.empty()) {
      if (leftovers_)
        more.insert(more.begin(), leftovers_->begin(), leftovers_->end());
      leftovers_ = std::make_shared<const std::vector<leftover>>(std::move(more));
    }
    for (auto& over : std::exchange(waiting_, {}))
      over(leftovers_);
  }

  Self self_;
  bool has_begun_ = false;
  stop_ledger ledger_;
  std::map<caf::actor_addr, stop_ledger::number> asked_;
  std::vector<over_function> waiting_;
  shared_leftovers leftovers_;
};

} // namespace ariadne
