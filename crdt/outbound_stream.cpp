#include "crdt/outbound_stream.hpp"

#include "crdt/invariant.hpp"

namespace ariadne::crdt {

outbound_stream::outbound_stream(std::uint64_t id, const version_vector& has, const version_vector& forgotten,
                                 const stream_source& source)
  : id_(id), sent_(has), forgotten_told_(forgotten) {
  for (const auto& d : source.vector)
    if (!has.covers(d))
      pending_.insert(d.replica);
  note_ahead(source);
}

void outbound_stream::note_ahead(const stream_source& source) {
  source.map.index().for_each_replica([&](replica_id origin, std::uint64_t highest) {
    if (highest > source.vector[origin])
      ahead_.insert(origin);
  });
}

void outbound_stream::abandon_batch() {
  if (walk_ && walk_->claim != 0)
    pending_.insert(walk_->origin);
  for (const auto& d : reached_)
    pending_.insert(d.replica);
  walk_.reset();
  reached_.clear();
  in_batch_ = false;
  parts_in_batch_ = 0;
  end_full_state();
}

void outbound_stream::end_full_state() {
  full_state_ = false;
  base_.clear();
  pending_.insert(after_full_state_.begin(), after_full_state_.end());
  after_full_state_.clear();
}

void outbound_stream::begin_full_state(const stream_source& source, value_transfers& values) {
  abandon_batch();
  values.abandon();
  full_state_ = true;
  sent_ahead_.clear();
  for (const auto& d : source.vector)
    pending_.insert(d.replica);
  note_ahead(source);
}

delta_writer outbound_stream::begin_part(const stream_source& source, std::uint32_t version) {
  delta_header header{id_, ++number_, full_state_, {}};
  if (is_first_of_full_state()) {
    base_ = source.vector;
    base_.join(source.retired);
    header.base = base_;
  }
  in_batch_ = true;
  return delta_writer{header, version};
}

void outbound_stream::walk(delta_writer& out, const stream_source& source, const stream_target& target, part_end end) {
  // What has been written since the walk began lies ahead of it, unless it has gone beyond its claim; so it need not be
  // walked over twice.
  if (walk_->claim != 0 && walk_->counter <= walk_->claim)
    walk_->claim = std::max(walk_->claim, end_of(walk_->origin, source));
  while (!is_full(out, end)) {
    auto [counter, owner] = source.map.index().next(walk_->origin, walk_->counter);
    if (owner == nullptr) {
      const auto has_to_wait =
        walk_->claim != 0 && target.values.end_claim(walk_->waiting, walk_->origin, walk_->claim);
      if (!has_to_wait)
        reached_.raise({walk_->origin, walk_->claim});
      walk_.reset();
      return;
    }
    walk_->counter = counter;
    if (walk_->claim == 0 && !sent_ahead_.insert({walk_->origin, counter}).second) {
      ++registers_visited_;
      continue;
    }
    visit(out, *owner, source, target);
  }
}

void outbound_stream::visit(delta_writer& out, const keyed_register& owner, const stream_source& source,
                            const stream_target& target) {
  ++registers_visited_;
  const auto value = source.map.value(owner);
  if (owner.value_bytes() <= target.whole_bytes || !target.values.has_missing(value, target.at(source))) {
    add(out, owner.key(), value, source, target);
    return target.values.sent(owner.key());
  }
  if (walk_->claim != 0 && walk_->waiting == 0)
    walk_->waiting = target.values.begin_claim(walk_->origin, walk_->claim);
  target.values.owe(owner.key(), value, walk_->waiting);
}

void outbound_stream::add(delta_writer& out, std::string_view key, const causal_register& value,
                          const stream_source& source, const stream_target& target) {
  out.add(key, value, [&](const entry& e) {
    return e.value.size() > target.whole_bytes && !target.values.is_missing(e, target.at(source));
  });
  ++registers_sent_;
}

void outbound_stream::add_ready(delta_writer& out, const stream_source& source, const stream_target& target) {
  ++registers_visited_;
  const auto ready = target.values.take_ready(target.at(source));
  if (ready.value.live_count() > 0 || !ready.value.is_forgotten())
    add(out, ready.key, ready.value, source, target);
}

std::string outbound_stream::end_part(delta_writer out, const stream_source& source, bool last) {
  delta_trailer trailer;
  trailer.last = last;
  trailer.forgotten = difference(source.forgotten, forgotten_told_);
  forgotten_told_.join(trailer.forgotten);
  if (last) {
    trailer.cut = std::move(reached_);
    for (const auto& d : trailer.cut)
      require(source.vector.covers(d) || source.retired.covers(d), "no cut claims more than is known here (I2)");
    sent_.join(trailer.cut);
    reached_.clear();
    in_batch_ = false;
    end_full_state();
  }
  parts_in_batch_ = last ? 0 : parts_in_batch_ + 1;
  return out.finish(trailer);
}

} // namespace ariadne::crdt
