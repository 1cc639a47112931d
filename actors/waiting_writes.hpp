#pragma once

#include "actors/deadline.hpp"
#include "actors/kept_promise.hpp"
#include "actors/waiting_places.hpp"
#include "actors/write_concern.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>

namespace ariadne {

/// The writes of one replica that wait until their concern is met. They are kept by concern, in the order in which they
/// were made: acknowledgements rise in that order, so that to settle a thousand of them costs no more than one look at
/// each.
class waiting_writes {
public:
  /// Events are added in ascending order.
  void add(event_id event, const write_options& options, waiting_place place, kept_promise<receipt> answer);

  /// Answers the writes whose concern is met.
  void settle(const concern_view& view);

  /// Answers the writes whose time is up, and those that want more nodes than are known, with an error that says how
  /// many hold them; and drops those that nobody waits for any more.
  void give_up_hopeless(const concern_view& view);

  bool empty() const {
    return by_concern_.empty();
  }
  std::size_t size() const;

private:
  struct waiting {
    event_id event;
    steady_clock::time_point deadline;
    waiting_place place;
    kept_promise<receipt> answer;
  };

  void drop_idle();

  std::map<std::pair<concern_level, std::uint32_t>, std::deque<waiting>> by_concern_;
};

/// The receipt of an event as things are.
receipt make_receipt(const event_id& event, const concern_view& view);

} // namespace ariadne
