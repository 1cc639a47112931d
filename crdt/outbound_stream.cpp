#include "crdt/outbound_stream.hpp"

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
  full_state_ = false;
  base_.clear();
}

void outbound_stream::begin_full_state(const stream_source& source) {
  abandon_batch();
  full_state_ = true;
  for (const auto& d : source.vector)
    pending_.insert(d.replica);
  note_ahead(source);
}

delta_writer outbound_stream::begin_part(const stream_source& source, std::uint32_t version) {
  delta_header header{id_, ++number_, full_state_, {}};
  if (full_state_ && !in_batch_) {
    base_ = source.vector;
    base_.join(source.retired);
    header.base = base_;
  }
  in_batch_ = true;
  return delta_writer{header, version};
}

void outbound_stream::walk(delta_writer& out, const stream_source& source, part_end end) {
  while (!is_full(out, end)) {
    auto [counter, owner] = source.map.index().next(walk_->origin, walk_->counter);
    if (owner == nullptr) {
      reached_.raise({walk_->origin, walk_->claim});
      walk_.reset();
      return;
    }
    walk_->counter = counter;
    out.add(owner->key(), source.map.value(*owner));
    ++registers_sent_;
  }
}

std::string outbound_stream::end_part(delta_writer out, const stream_source& source, bool last) {
  delta_trailer trailer;
  trailer.last = last;
  trailer.forgotten = difference(source.forgotten, forgotten_told_);
  forgotten_told_.join(trailer.forgotten);
  if (last) {
    trailer.cut = std::move(reached_);
    sent_.join(trailer.cut);
    reached_.clear();
    in_batch_ = false;
    full_state_ = false;
    base_.clear();
  }
  auto frame = out.finish(trailer);
  in_flight_bytes_ += frame.size();
  in_flight_.push_back({number_, frame.size()});
  return frame;
}

void outbound_stream::acknowledge(std::uint64_t number) {
  while (!in_flight_.empty() && in_flight_.front().number <= number) {
    in_flight_bytes_ -= in_flight_.front().bytes;
    in_flight_.pop_front();
  }
}

} // namespace ariadne::crdt
