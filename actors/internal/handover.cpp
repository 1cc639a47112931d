#include "actors/internal/handover.hpp"

#include "session/reserved_keys.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ariadne {

namespace {

/// Where a page of leftovers begins: an event by its counter, and by the place of its id among those of the node.
constexpr unsigned place_shift = 48;
constexpr std::uint64_t counter_mask = (std::uint64_t{1} << place_shift) - 1;

} // namespace

void handover::note_acknowledged() {
  if (nodes_.member_count() == 0)
    return;
  for (auto own : core_.ids_of_node())
    handed_over_.raise({own, core_.acknowledged_by_members(own)});
}

void handover::settle(steady_clock::time_point now) {
  if (drains_.empty())
    return;
  note_acknowledged();
  const auto members = nodes_.member_count();
  const auto is_missing = !nodes_.is_alone() && has_leftovers();
  const auto complete = !is_missing && (members == 0 || core_.is_acknowledged());
  std::erase_if(drains_, [&](drain& d) {
    const auto* durable = core_.durable();
    const auto is_kept = durable == nullptr || durable->covers(d.to_be_kept);
    if (!(complete && is_kept) && now < d.deadline)
      return false;
    drain_report report{.complete = complete && is_kept, .members = members};
    if (is_missing) {
      auto page = leftovers(0);
      report.leftovers = std::move(page.leftovers);
      report.next_leftover = page.next;
    }
    if (!is_kept)
      report.leftovers.push_back({"journal", "the disk has not taken all of it"});
    d.promise.deliver(std::move(report));
    return true;
  });
}

// Pages begin after a counter: a key stands once there, at its last event. The events with large values, which have
// counters of their own, follow all others, and those of former incarnations of the node come last.
leftovers_page handover::leftovers(std::uint64_t after) const {
  leftovers_page page;
  std::size_t bytes = 0;
  const auto ids = core_.ids_of_node();
  for (auto place = after >> place_shift; place < ids.size(); ++place, after = place << place_shift) {
    auto beyond = last_handed_over(ids[place], after & counter_mask);
    for (auto& event : core_.own_events_beyond(beyond, leftovers_max - page.leftovers.size())) {
      page.leftovers.push_back({session::describe_key(event.key), why_not(event.dot)});
      const auto& added = page.leftovers.back();
      bytes += added.key.size() + added.reason.size() + 16;
      beyond = event.dot;
      if (bytes >= page_bytes)
        break;
    }
    if (core_.has_own_events_beyond(beyond)) {
      page.next = beyond.counter | place << place_shift;
      return page;
    }
  }
  return page;
}

bool handover::has_leftovers() const {
  const auto ids = core_.ids_of_node();
  return std::any_of(ids.begin(), ids.end(),
                     [this](auto id) { return core_.has_own_events_beyond(last_handed_over(id)); });
}

crdt::dot handover::last_handed_over(crdt::replica_id id, std::uint64_t after) const {
  return {id, std::max(after, handed_over_[id])};
}

std::string handover::why_not(const crdt::dot& event) const {
  std::vector<std::string> missing;
  const auto neighbours = core_.neighbours();
  for (const auto& [name, node] : nodes_.all()) {
    const crdt::replica_id id{node.replica.replica};
    if (!node.is_up() || core_.acknowledged_by(id, event.replica) >= event.counter)
      continue;
    const auto refusing = std::find_if(neighbours.begin(), neighbours.end(),
                                       [&](const auto& n) { return n.id == id && n.refused_there > 0; });
    missing.push_back(refusing == neighbours.end() ? name : name + ", which refuses it: " + refusing->refusal);
  }
  if (missing.empty())
    return nodes_.has_met_one() ? "no other node is up any more" : "no other node has been met";
  return fmt::format("not acknowledged by {}", fmt::join(missing, ", "));
}

} // namespace ariadne
