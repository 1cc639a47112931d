#include "actors/internal/waiting_writes.hpp"

#include "actors/error.hpp"
#include "crdt/counted.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

namespace ariadne {

namespace {

constexpr auto stays = "; it stays stashed, and goes on replicating";

std::string describe_durable(const event_id& event, const write_concern& concern, const concern_view& view) {
  const auto now = make_receipt(event, concern, view);
  const auto wanted = keepers_wanted(concern, view);
  const auto at_best = keepers_at_best(concern, view);
  return fmt::format("it was to be durable on {}{}, and is on {}, durably on {} of them", crdt::counted(wanted, "node"),
                     wanted > at_best ? fmt::format(", of which only {} may keep a journal", at_best) : std::string{},
                     now.holders.size(), now.durable_holders.size());
}

} // namespace

receipt make_receipt(const event_id& event, const write_concern& concern, const concern_view& view) {
  receipt result{event, {view.self}};
  if (concern.durable && view.durable >= event.counter)
    result.durable_holders.push_back(view.self);
  for (const auto& member : view.members) {
    if (member.acknowledged < event.counter)
      continue;
    result.holders.push_back(member.replica);
    if (concern.durable && member.durable >= event.counter)
      result.durable_holders.push_back(member.replica);
  }
  return result;
}

void waiting_writes::add(event_id event, const write_options& options, waiting_place place, write_answer answer,
                         bool counts_from_last_piece) {
  auto& parts = by_concern_[options.concern].parts;
  if (parts.empty() || parts.rbegin()->second.size() >= part_max)
    parts.emplace_hint(parts.end(), event.counter, std::deque<waiting>{});
  parts.rbegin()->second.push_back({event, options.timeout_ms, deadline_in(options.timeout_ms), std::move(place),
                                    std::move(answer), counts_from_last_piece});
  ++size_;
}

void waiting_writes::settle(const concern_view& view) {
  auto left = step_ends_max;
  const auto now = steady_clock::now();
  has_more_settled_ = false;
  for (auto& [concern, of_concern] : by_concern_) {
    auto& parts = of_concern.parts;
    const auto met = met_up_to(concern, view);
    while (!parts.empty()) {
      auto& writes = parts.begin()->second;
      for (; !writes.empty() && writes.front().event.counter <= met && left > 0; --left, --size_) {
        if (!writes.front().answer.is_patient())
          answered_(concern, now - writes.front().since, nullptr);
        writes.front().answer.deliver(make_receipt(writes.front().event, concern, view));
        writes.pop_front();
      }
      if (!writes.empty()) {
        has_more_settled_ |= writes.front().event.counter <= met;
        break;
      }
      parts.erase(parts.begin());
    }
  }
  drop_idle();
}

void waiting_writes::look_at_all() {
  for (auto& [concern, of_concern] : by_concern_)
    of_concern.hopeless.look_at(of_concern.parts.size(), of_concern.parts.size());
}

bool waiting_writes::is_giving_up() const {
  return std::any_of(by_concern_.begin(), by_concern_.end(), [](const auto& e) { return e.second.hopeless.is_due(); });
}

void waiting_writes::give_up_hopeless(const concern_view& view, const std::function<bool(const event_id&)>& is_moving) {
  const auto now = steady_clock::now();
  auto left = step_ends_max;
  auto parts_left = step_looks_max / part_max;
  for (auto& [concern, of_concern] : by_concern_) {
    const auto is_hopeless = nodes_wanted(concern, view) > view.known_nodes
                             || (concern.durable && keepers_wanted(concern, view) > keepers_at_best(concern, view));
    auto& parts = of_concern.parts;
    of_concern.hopeless.go_on(parts, parts_left,
                              [&, is_hopeless, asked = concern](auto position) -> std::optional<decltype(position)> {
                                if (left == 0)
                                  return std::nullopt;
                                --parts_left;
                                auto& writes = position->second;
                                size_ -= std::erase_if(writes, [&](waiting& write) {
                                  if (left > 0 && write.counts_from_last_piece && is_moving(write.event))
                                    write.deadline = deadline_in(write.timeout_ms);
                                  const auto is_over = write.place.is_abandoned() || now >= write.deadline
                                                       || (is_hopeless && !write.answer.is_patient());
                                  if (left == 0 || !is_over)
                                    return false;
                                  --left;
                                  give_up(write, asked, view);
                                  return true;
                                });
                                if (left == 0 && !writes.empty())
                                  return std::nullopt;
                                return writes.empty() ? parts.erase(position) : std::next(position);
                              });
  }
  drop_idle();
}

void waiting_writes::give_up(waiting& write, const write_concern& concern, const concern_view& view) {
  if (write.place.is_abandoned())
    return;
  const auto held = make_receipt(write.event, concern, view).holders.size();
  if (concern.durable)
    return refuse(write, concern, describe_durable(write.event, concern, view));
  const auto wanted = nodes_wanted(concern, view);
  const auto why = wanted <= view.known_nodes
                     ? fmt::format("it was to be on {}, and is on {}", crdt::counted(wanted, "node"), held)
                     : fmt::format("it was to be on {}, of which only {} are known, and is on {}",
                                   crdt::counted(wanted, "node"), view.known_nodes, held);
  refuse(write, concern, why);
}

void waiting_writes::refuse(waiting& write, const write_concern& concern, const std::string& why) {
  auto error = make_error(ec::too_few_holders, why + stays);
  if (!write.answer.is_patient())
    answered_(concern, steady_clock::now() - write.since, &error);
  write.answer.deliver(std::move(error));
}

void waiting_writes::drop_idle() {
  std::erase_if(by_concern_, [](const auto& entry) { return entry.second.parts.empty(); });
}

} // namespace ariadne
