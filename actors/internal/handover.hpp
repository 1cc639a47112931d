#pragma once

#include "actors/internal/deadline.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/known_nodes.hpp"
#include "actors/internal/waiting_places.hpp"
#include "crdt/replica.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

/// What of this node's state others have: who waits for them to have all of it, and what they lack.
///
/// Not thread-safe.
class handover {
public:
  /// How many a page of leftovers has at most.
  static constexpr std::size_t leftovers_max = 512;

  /// Both have to outlive this.
  handover(const crdt::replica& core, const known_nodes& nodes) : core_(core), nodes_(nodes) {}

  /// To be called before members are lost: nobody may have what they have not acknowledged.
  void note_acknowledged();

  /// A drain is to be answered once all members have acknowledged all events of this node, and its own disk has what
  /// there is now; or at the deadline, with what is left over.
  void add(kept_promise<drain_report> promise, steady_clock::time_point deadline, waiting_place place) {
    drains_.push_back({std::move(promise), deadline, std::move(place), core_.vector()});
  }
  /// Answers the drains that are over. To be called after whatever may have changed what others have.
  void settle(steady_clock::time_point now);
  /// Drops those that nobody waits for any more.
  void drop_abandoned() {
    std::erase_if(drains_, [](const drain& d) { return d.place.is_abandoned(); });
  }

  /// A page of the keys whose last write here not all members have acknowledged; `after`: 0, or `next` of the page
  /// before.
  leftovers_page leftovers(std::uint64_t after) const;

private:
  struct drain {
    kept_promise<drain_report> promise;
    steady_clock::time_point deadline;
    waiting_place place;
    /// The events that there were when it began.
    crdt::version_vector to_be_kept;
  };

  bool has_leftovers() const;
  /// The last event of an id up to which all has been handed over, or the one after which a page of leftovers begins.
  crdt::dot last_handed_over(crdt::replica_id id, std::uint64_t after = 0) const;
  std::string why_not(const crdt::dot& event) const;

  const crdt::replica& core_;
  const known_nodes& nodes_;
  std::vector<drain> drains_;
  /// All members that were present at one time had acknowledged the events of this node up to these.
  crdt::version_vector handed_over_;
};

} // namespace ariadne
