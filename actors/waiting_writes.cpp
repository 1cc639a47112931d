#include "actors/waiting_writes.hpp"

#include "actors/error.hpp"

#include <fmt/format.h>

namespace ariadne {

receipt make_receipt(const event_id& event, const concern_view& view) {
  receipt result{event, {event.replica}};
  for (const auto& member : view.members)
    if (member.acknowledged >= event.counter)
      result.holders.push_back(member.replica);
  return result;
}

void waiting_writes::add(event_id event, const write_options& options, waiting_place place,
                         kept_promise<receipt> answer) {
  by_concern_[{options.concern.level, options.concern.count}].push_back(
    {event, deadline_in(options.timeout_ms), std::move(place), std::move(answer)});
}

void waiting_writes::settle(const concern_view& view) {
  for (auto& [concern, writes] : by_concern_) {
    const auto met = met_up_to({concern.first, concern.second}, view);
    for (; !writes.empty() && writes.front().event.counter <= met; writes.pop_front())
      writes.front().answer.deliver(make_receipt(writes.front().event, view));
  }
  drop_idle();
}

void waiting_writes::give_up_hopeless(const concern_view& view) {
  const auto now = steady_clock::now();
  for (auto& [concern, writes] : by_concern_) {
    const auto wanted = nodes_wanted({concern.first, concern.second}, view);
    std::erase_if(writes, [&, wanted](waiting& write) {
      if (write.place.is_abandoned())
        return true;
      if (now < write.deadline && wanted <= view.known_nodes)
        return false;
      const auto held = make_receipt(write.event, view).holders.size();
      const auto why = wanted <= view.known_nodes
                         ? fmt::format("it was to be on {} nodes, and is on {}", wanted, held)
                         : fmt::format("it was to be on {} nodes, of which only {} are known, and is on {}", wanted,
                                       view.known_nodes, held);
      write.answer.deliver(make_error(ec::too_few_holders, why + "; it stays stashed, and goes on replicating"));
      return true;
    });
  }
  drop_idle();
}

void waiting_writes::drop_idle() {
  std::erase_if(by_concern_, [](const auto& entry) { return entry.second.empty(); });
}

std::size_t waiting_writes::size() const {
  std::size_t result = 0;
  for (const auto& [concern, writes] : by_concern_)
    result += writes.size();
  return result;
}

} // namespace ariadne
