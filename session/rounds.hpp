#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

namespace ariadne::session {

/// Comes by all elements of an ordered container again and again, some in each call: for what has to be looked at, and
/// is too much to be looked at in one go. Elements may be added and removed in between. One that is there all the time
/// is passed over by no turn; one that is added may be left out by the turn that is under way.
///
/// `Key` is what the container, a std::map or std::set, is ordered by.
template <class Key>
class rounds {
public:
  /// Each element that is there now is to be looked at, from now on.
  void look_at_all() {
    ends_ahead_ = is_at_begin_ ? 1 : 2;
  }

  /// So many elements are to be looked at, or all, if there are no more than `count`. Those count that the turn under
  /// way has come by.
  void look_at(std::size_t wanted, std::size_t count) {
    if (wanted >= count)
      ends_ahead_ = std::max(ends_ahead_, 1);
    else
      visits_ahead_ = std::max(visits_ahead_, wanted);
  }

  bool is_due() const {
    return ends_ahead_ > 0 || visits_ahead_ > 0;
  }

  /// How often the last element has been passed.
  std::uint64_t turns() const {
    return turns_;
  }

  /// Looks at up to `visits_max` of the elements that are due. `visit(position)` answers the position that comes next,
  /// and may remove the element; if it answers nothing, the time of the element has not come, and the call ends.
  /// Returns whether it has ended for its number of visits, and some are still due.
  template <class Container, class Visit>
  bool go_on(Container& all, std::size_t visits_max, Visit visit) {
    if (!is_due() || visits_max == 0)
      return is_due();
    auto position = is_at_begin_ ? all.begin() : all.lower_bound(next_);
    auto is_held_up = false;
    for (; is_due() && visits_max > 0 && !is_held_up; --visits_max) {
      const auto is_last = position == all.end() || std::next(position) == all.end();
      if (position != all.end()) {
        const auto next = visit(position);
        is_held_up = !next;
        position = next.value_or(position);
      }
      if (is_held_up)
        continue;
      visits_ahead_ -= visits_ahead_ > 0 ? 1 : 0;
      if (is_last) {
        end_turn();
        position = all.begin();
      }
    }
    is_at_begin_ = position == all.begin();
    if (position != all.end())
      next_ = key_of(*position);
    return is_due() && !is_held_up;
  }

private:
  template <class Value>
  static const Key& key_of(const std::pair<const Key, Value>& element) {
    return element.first;
  }
  static const Key& key_of(const Key& element) {
    return element;
  }

  void end_turn() {
    ++turns_;
    ends_ahead_ -= ends_ahead_ > 0 ? 1 : 0;
  }

  /// The next one to be looked at, unless that is the first.
  Key next_{};
  bool is_at_begin_ = true;
  /// What is due: to pass the last element so often, and to look at so many.
  int ends_ahead_ = 0;
  std::size_t visits_ahead_ = 0;
  std::uint64_t turns_ = 0;
};

} // namespace ariadne::session
