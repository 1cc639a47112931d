#include "actors/internal/write_concern.hpp"

#include <algorithm>
#include <functional>

namespace ariadne {

namespace {

bool counts_all(const write_concern& concern) {
  return concern.level != concern_level::majority && concern.level != concern_level::all;
}

std::uint64_t reached_by_member(const member_progress& member, const write_concern& concern) {
  const auto needs_disk = concern.durable && !(concern.where_kept && !member.may_keep);
  return needs_disk ? std::min(member.acknowledged, member.durable) : member.acknowledged;
}

/// Of this node itself, with a durable concern.
std::uint64_t reached_by_self(const write_concern& concern, const concern_view& view) {
  return concern.where_kept && !view.keeps ? every_event : view.durable;
}

/// The counter that `wanted` of the nodes that count have reached: of the others, with a durable concern this one as
/// well.
std::uint64_t reached_by(std::size_t wanted, const write_concern& concern, const concern_view& view) {
  if (wanted == 0)
    return every_event;
  const auto is_any = counts_all(concern);
  std::vector<std::uint64_t> counters;
  for (const auto& member : view.members)
    if (member.is_counted || is_any)
      counters.push_back(reached_by_member(member, concern));
  if (concern.durable && concern.level != concern_level::one && (view.is_self_counted || is_any))
    counters.push_back(reached_by_self(concern, view));
  if (counters.size() < wanted)
    return 0;
  const auto nth = counters.begin() + static_cast<std::ptrdiff_t>(wanted - 1);
  std::nth_element(counters.begin(), nth, counters.end(), std::greater<>{});
  return *nth;
}

} // namespace

std::size_t nodes_wanted(const write_concern& concern, const concern_view& view) {
  switch (concern.level) {
    case concern_level::one:
      return concern.durable && view.known_nodes == 1 ? 1 : 2;
    case concern_level::local:
      return 1;
    case concern_level::count:
      return std::max<std::size_t>(concern.count, 1);
    case concern_level::majority:
      return view.counted_nodes / 2 + 1;
    case concern_level::all:
      return view.counted_nodes;
  }
  return view.counted_nodes;
}

std::size_t keepers_wanted(const write_concern& concern, const concern_view& view) {
  return concern.level == concern_level::one ? 1 : nodes_wanted(concern, view);
}

std::size_t keepers_at_best(const write_concern& concern, const concern_view& view) {
  const std::size_t self = view.keeps ? 1 : 0;
  if (concern.level == concern_level::local)
    return self;
  const auto is_any = counts_all(concern);
  const auto is_self = concern.level == concern_level::one ? view.members.empty() : is_any || view.is_self_counted;
  auto nodes = is_any ? view.known_nodes - 1 : view.counted_nodes - (view.is_self_counted ? 1 : 0);
  for (const auto& member : view.members)
    nodes -= !member.may_keep && (member.is_counted || is_any) ? 1 : 0;
  return nodes + (is_self ? self : 0);
}

const char* label_of(const write_concern& concern) {
  switch (concern.level) {
    case concern_level::one:
      return concern.durable ? "one,durable" : "one";
    case concern_level::local:
      return concern.durable ? "local,durable" : "local";
    case concern_level::count:
      return concern.durable ? "count,durable" : "count";
    case concern_level::majority:
      return concern.durable ? "majority,durable" : "majority";
    case concern_level::all:
      return concern.durable ? "all,durable" : "all";
  }
  return "other";
}

std::uint64_t met_up_to(const write_concern& concern, const concern_view& view) {
  const auto wanted = nodes_wanted(concern, view);
  switch (concern.level) {
    case concern_level::one:
      if (!view.members.empty())
        return reached_by(1, concern, view);
      if (concern.durable)
        return reached_by_self(concern, view);
      return view.are_nodes_unknown ? 0 : every_event;
    case concern_level::local:
      return concern.durable ? reached_by_self(concern, view) : every_event;
    case concern_level::count:
      return reached_by(concern.durable ? wanted : wanted - 1, concern, view);
    case concern_level::majority:
    case concern_level::all:
      return reached_by(wanted - (view.is_self_counted && !concern.durable ? 1 : 0), concern, view);
  }
  return 0;
}

} // namespace ariadne
