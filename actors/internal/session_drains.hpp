#pragma once

#include "actors/handoff_messages.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/waiting_places.hpp"
#include "session/session_record.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

/// What is left over when the time of a drain is up, as far as it has been put together.
struct leftover_report {
  std::vector<leftover> leftovers;
  /// How many of those that were known before are in it, and the last session that has been looked at since.
  std::size_t known = 0;
  session::session_key last;
};

/// Those who wait for all sessions of a host to be moved away, and what could not be: known before, or found out when
/// their time is up, some sessions at a time.
class session_drains {
public:
  /// In one go this many are put into a report at most.
  static constexpr std::size_t step_max = 512;

  void add(kept_promise<std::vector<leftover>> answer, std::uint64_t deadline_ms, waiting_place place) {
    drains_.push_back({std::move(answer), deadline_ms, std::move(place)});
  }
  bool is_waited_for() const {
    return !drains_.empty();
  }
  void note_leftover(std::string what, std::string why) {
    left_over_.push_back({std::move(what), std::move(why)});
  }

  /// All sessions have been moved: answers all who wait.
  void complete() {
    end([](const drain&) { return true; }, left_over_);
  }

  /// Begins the report of what is left, if the time of somebody is up; returns whether it does.
  bool begin_report(std::uint64_t now_ms) {
    const auto is_over = [&](const drain& d) { return now_ms >= d.deadline_ms; };
    if (report_ || std::none_of(drains_.begin(), drains_.end(), is_over))
      return false;
    report_.emplace();
    return true;
  }
  bool is_reporting() const {
    return report_.has_value();
  }
  /// Goes on with the report. `next_page(last)` names the sessions that are left after `last`, in words, and where it
  /// stopped, if that is not the end. Answers those whose time is up once it is done; returns whether it is, and empty.
  template <class NextPage>
  bool go_on_reporting(std::uint64_t now_ms, NextPage next_page) {
    for (auto left = step_max; report_->known < left_over_.size(); ++report_->known)
      if (left-- > 0)
        report_->leftovers.push_back(left_over_[report_->known]);
      else
        return false;
    auto [leftovers, last] = next_page(report_->last);
    std::move(leftovers.begin(), leftovers.end(), std::back_inserter(report_->leftovers));
    if (last) {
      report_->last = std::move(*last);
      return false;
    }
    auto all = std::move(report_->leftovers);
    report_.reset();
    const auto is_empty = all.empty();
    end([&](const drain& d) { return now_ms >= d.deadline_ms; }, std::move(all));
    return is_empty;
  }

private:
  struct drain {
    kept_promise<std::vector<leftover>> answer;
    std::uint64_t deadline_ms = 0;
    waiting_place place;
  };

  template <class IsOver>
  void end(IsOver is_over, std::vector<leftover> leftovers) {
    const auto over = std::stable_partition(drains_.begin(), drains_.end(), std::not_fn(is_over));
    // There is one, as a rule, and there may be as many leftovers as sessions.
    for (auto d = over; d != drains_.end(); ++d)
      d->answer.deliver(std::next(d) == drains_.end() ? std::move(leftovers) : leftovers);
    drains_.erase(over, drains_.end());
  }

  std::vector<drain> drains_;
  std::optional<leftover_report> report_;
  /// What was lost since the first drain, or could be moved to nobody.
  std::vector<leftover> left_over_;
};

} // namespace ariadne
