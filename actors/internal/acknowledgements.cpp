#include "actors/internal/acknowledgements.hpp"

#include "actors/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ariadne {

concern_view acknowledgements::view(crdt::replica_id own) const {
  concern_view result;
  const auto known = nodes_.all().size() + 1;
  result.self = core_.id().value;
  result.counted_nodes = counted_.empty() ? known : counted_.size();
  result.is_self_counted = is_counted(self_);
  result.known_nodes = std::max(known, result.counted_nodes);
  result.keeps = core_.durable() != nullptr;
  result.durable = core_.durable_at(core_.id(), own).value_or(0);
  for (const auto& [name, node] : nodes_.all()) {
    result.are_nodes_unknown |= node.presence == node_presence::unknown;
    if (node.is_up())
      result.members.push_back(progress_of(crdt::replica_id{node.replica.replica}, own, is_counted(name)));
  }
  return result;
}

bool acknowledgements::is_counted(const std::string& node) const {
  return counted_.empty() || std::find(counted_.begin(), counted_.end(), node) != counted_.end();
}

caf::error acknowledgements::check(const write_concern& concern) const {
  if (!concern.durable)
    return {};
  const auto now = view(core_.id());
  const auto wanted = keepers_wanted(concern, now);
  const auto at_best = keepers_at_best(concern, now);
  if (wanted <= at_best)
    return {};
  return make_error(ec::too_few_journals,
                    fmt::format("{} are wanted, and {} of the nodes that count keep one; nothing has been written. "
                                "[storage] in the cluster file makes nodes keep a journal",
                                wanted, at_best));
}

member_progress acknowledgements::progress_of(crdt::replica_id member, crdt::replica_id own, bool is_counted) const {
  const auto durable = core_.durable_at(member, own);
  return {.replica = member.value,
          .acknowledged = core_.acknowledged_by(member, own),
          .is_counted = is_counted,
          .durable = durable.value_or(0),
          .may_keep = durable || !core_.reaches(member)};
}

} // namespace ariadne
