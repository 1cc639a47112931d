#include "actors/write_concern.hpp"

#include <algorithm>
#include <functional>

namespace ariadne {

namespace {

/// The counter that `wanted` of the members have acknowledged.
std::uint64_t acknowledged_by(std::size_t wanted, const concern_view& view, bool only_counted) {
  if (wanted == 0)
    return every_event;
  std::vector<std::uint64_t> counters;
  for (const auto& member : view.members)
    if (member.is_counted || !only_counted)
      counters.push_back(member.acknowledged);
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
      return 2;
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

std::uint64_t met_up_to(const write_concern& concern, const concern_view& view) {
  const auto wanted = nodes_wanted(concern, view);
  switch (concern.level) {
    case concern_level::one:
      if (view.members.empty())
        return view.are_nodes_unknown ? 0 : every_event;
      return acknowledged_by(1, view, false);
    case concern_level::local:
    case concern_level::count:
      return acknowledged_by(wanted - 1, view, false);
    case concern_level::majority:
    case concern_level::all:
      return acknowledged_by(wanted - (view.is_self_counted ? 1 : 0), view, true);
  }
  return 0;
}

} // namespace ariadne
