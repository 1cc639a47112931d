#include "crdt/neighbour_link.hpp"

#include "crdt/invariant.hpp"

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
  require(!here.is_forged(known), "nobody has an event of this replica that has not happened");
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

bool neighbour_link::note_durable(const version_vector& risen) {
  if (version < codec_version_with_journals)
    return false;
  auto is_awaited = false;
  for (const auto& d : risen) {
    untold_durable.insert(d.replica);
    is_awaited |= has_said_hello() && (d.replica == neighbour || d.replica == twin_of(neighbour));
  }
  return is_awaited;
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

void neighbour_link::check_invariants(const knowledge& here) const {
  for (const auto& d : known)
    require(here.retired()[d.replica] == 0, "a neighbour is not said to have what is retired");
  require(!here.is_forged(known), "nobody has an event of this replica that has not happened");
  require(!introduced || has_said_hello(), "only who has said hello is introduced");
  require(!out || introduced, "nothing is sent to a neighbour that is not introduced");
  require(!caught_up || here.covers(target), "a link is caught up when all that it promised has come");
  require(forgotten_answered <= forgotten_asked && forgotten_asked <= here.forgotten_rises(),
          "a neighbour answers what it was asked");
  require(in.acknowledged < in.next_number, "only what has come in is acknowledged");
  require(in.arrived == in.next_number + in.next_piece - 2, "deltas and pieces are taken in their turns");
  if (out)
    for (const auto& d : out->sent())
      require(here.covers(d) || known.covers(d) || here.retired()[d.replica] != 0,
              "no cut claims more than is known here (I2)");
}

} // namespace ariadne::crdt
