#include "crdt/neighbour_link.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::crdt {

namespace {

congestion_limits limits_of(const replica_options& options) {
  congestion_limits limits;
  limits.window_bytes_max = options.window_bytes;
  limits.window_bytes_min = std::min(limits.window_bytes_min, limits.window_bytes_max);
  limits.piece_bytes_max = options.part_bytes;
  limits.piece_bytes_min = options.part_bytes_min;
  return limits;
}

} // namespace

neighbour_link::neighbour_link(link_id link, const replica_options& options, bool pushes_to_it,
                               std::uint32_t spoken_version, std::uint64_t now_ms)
  : id(link), push(pushes_to_it), version(spoken_version), window(limits_of(options)), progress_ms(now_ms) {}

void neighbour_link::learn(knowledge& here, const version_vector& has, std::uint64_t changed_bytes) {
  for (const auto& d : has)
    if (here.is_news(d))
      known.raise(d);
  values.forget_known(known);
  if (!has.empty() && known.covers(here.vector()))
    changed_bytes_at_level = changed_bytes;
}

void neighbour_link::introduce(knowledge& here, const hello& message, std::uint64_t changed_bytes) {
  auto has = message.vector;
  if (message.retired) {
    has.join(*message.retired);
    for (const auto& d : version_vector{here.retired()})
      if (has[d.replica] != d.counter)
        here.reinstate(d.replica);
  }
  learn(here, has, changed_bytes);
  forgotten.join(message.forgotten);
  if (message.retired && !introduced)
    target.join(*message.retired);
  introduced = true;
  caught_up = caught_up || here.covers(target);
}

void neighbour_link::raised(replica_id origin) {
  untold.insert(origin);
  if (out)
    out->note_raised(origin);
}

void neighbour_link::reinstated(dot last) {
  if (introduced) {
    known.raise(last);
    forgotten.raise(last);
  }
  if (out)
    out->note_raised(last.replica);
}

void neighbour_link::retire(replica_id incarnation) {
  known.drop(incarnation);
  forgotten.drop(incarnation);
  if (out)
    out->retire(incarnation);
}

void neighbour_link::refuse(std::string_view key, const causal_register& value, const version_vector& here,
                            objection why, std::uint64_t now_ms) {
  if (!in.refused.any())
    back_off.begin(now_ms);
  in.refused.refuse(key, value, here, std::move(why));
}

bool neighbour_link::count_refused(bool at_end_of_batch) {
  const auto& refused = in.refused;
  if (!at_end_of_batch && refused.count() <= refused_here)
    return false;
  if (!refused.any())
    back_off.end();
  const auto was = std::exchange(refused_here, refused.any() ? std::max<std::uint64_t>(refused.count(), 1) : 0);
  refused_here_because = refused.any() ? refused.reason() : std::string{};
  return (was == 0) != (refused_here == 0);
}

} // namespace ariadne::crdt
