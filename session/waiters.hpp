#pragma once

#include "session/rounds.hpp"
#include "session/session_record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace ariadne::session {

enum class request_type : std::uint8_t { start, stop, locate, deliver };

/// Somebody waits for a session to run, or to end.
struct waiter {
  host_id origin;
  /// Names the request for its origin for ever.
  std::uint64_t number = 0;
  request_type type = request_type::start;
  std::uint64_t deadline_ms = 0;
  snapshot state{};
  /// Where the request has been passed on to.
  std::optional<host_id> asked{};
  /// Over which connection it has come, or has been passed on; 0: neither.
  std::uint64_t connection = 0;
  /// When it may be passed on again.
  std::uint64_t not_before_ms = 0;
  /// The session is being ended.
  bool is_begun = false;
  /// The session has ended, and is not started again for this one.
  bool is_over = false;
};

/// All who wait for one session, in the order in which they have come. There may be tens of thousands.
class waiters {
  using id = std::pair<host_id, std::uint64_t>;
  /// By the order in which they have come.
  using map = std::map<std::uint64_t, waiter>;

public:
  using iterator = map::iterator;

  /// One that waits already keeps its place.
  iterator add(waiter w) {
    const auto [place, is_added] = places_.try_emplace(id{w.origin, w.number}, last_ + 1);
    if (!is_added)
      return waiting_.find(place->second);
    ++count(w.type);
    return waiting_.emplace_hint(waiting_.end(), ++last_, std::move(w));
  }

  iterator find(const host_id& origin, std::uint64_t number) {
    const auto place = places_.find({origin, number});
    return place == places_.end() ? waiting_.end() : waiting_.find(place->second);
  }

  /// Returns the next one.
  iterator erase(iterator position) {
    --count(position->second.type);
    places_.erase({position->second.origin, position->second.number});
    return waiting_.erase(position);
  }

  void erase(const host_id& origin, std::uint64_t number) {
    if (const auto found = find(origin, number); found != end())
      erase(found);
  }

  /// Each is to be looked at.
  void look_at_all() {
    round_.look_at_all();
  }

  /// Looks at some of them, up to `visits_max`; `look_at(waiter)` says whether it is done with, up to `done_max` times.
  /// Returns whether all have been looked at.
  template <class LookAt>
  bool go_on(std::size_t visits_max, std::size_t done_max, LookAt look_at) {
    round_.go_on(waiting_, visits_max, [&](iterator position) -> std::optional<iterator> {
      if (done_max == 0)
        return std::nullopt;
      if (!look_at(position->second))
        return std::next(position);
      --done_max;
      return erase(position);
    });
    return !round_.is_due();
  }

  /// Whether any waits for this.
  bool want(request_type type) const {
    return counts_[static_cast<std::size_t>(type)] > 0;
  }

  iterator begin() {
    return waiting_.begin();
  }
  iterator end() {
    return waiting_.end();
  }
  map::const_iterator begin() const {
    return waiting_.begin();
  }
  map::const_iterator end() const {
    return waiting_.end();
  }
  bool empty() const {
    return waiting_.empty();
  }

private:
  std::size_t& count(request_type type) {
    return counts_[static_cast<std::size_t>(type)];
  }

  map waiting_;
  std::map<id, std::uint64_t> places_;
  std::uint64_t last_ = 0;
  rounds<std::uint64_t> round_;
  std::array<std::size_t, 4> counts_{};
};

} // namespace ariadne::session
