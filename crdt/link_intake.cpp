#include "crdt/link_intake.hpp"

#include "crdt/codec_versions.hpp"
#include "crdt/invariant.hpp"
#include "crdt/passed_time.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace ariadne::crdt {

namespace {

/// To take a register away costs about three times as much as to look at one.
std::size_t swept_per_call_max(const replica_options& options) {
  return std::max<std::size_t>(options.work_registers_max / 3, 1);
}

} // namespace

std::optional<refusal> link_intake::take(neighbour_link& link, const delta_view& message, std::uint64_t now_ms) {
  auto& in = link.in;
  // Its hello has been lost, or comes later.
  if (!link.has_said_hello())
    return std::nullopt;
  if (known().is_forged(message.header.base) || known().is_forged(message.trailer.cut)
      || known().is_forged(message.trailer.forgotten))
    return outbox_.refuse_forged(link);
  if (!take_turn(link, message.header, now_ms)) {
    // Out of its turn, a register may lack what its sender has forgotten in the belief that we know it.
    resume_streams(now_ms);
    return std::nullopt;
  }
  const auto in_full_state = message.header.full_state && full_state_.is_coming_in(in.id);
  if (!join_registers(link, in_full_state, message, now_ms))
    return outbox_.refuse_forged(link);
  known().join_forgotten(message.trailer.forgotten);
  if (in.lacks_value) {
    void_stream(link);
    resume_streams(now_ms);
    return std::nullopt;
  }
  if (message.trailer.last)
    take_cut(link, in_full_state, message);
  if (!full_state_.is_swept(in.id)) {
    in.acknowledged = message.header.number;
    outbox_.send_ack(link);
  } else if (link.version >= codec_version_with_pieces) {
    outbox_.send_arrival(link);
  }
  tell_refused(link, message.trailer.last, now_ms);
  resume_streams(now_ms);
  pump_.pump_all(links_, now_ms);
  return std::nullopt;
}

bool link_intake::take_turn(neighbour_link& link, const delta_header& header, std::uint64_t now_ms) {
  auto& in = link.in;
  if (in.has_lost_delta_before(header.stream, header.number))
    void_stream(link);
  if (header.stream == in.id && !header.base.empty() && !full_state_.may_begin(in.id))
    void_stream(link);
  if (!in.take_delta(header.stream, header.number, now_ms))
    return false;
  if (!header.base.empty())
    full_state_.begin(in.id, header.base);
  return true;
}

bool link_intake::join_registers(neighbour_link& link, bool in_full_state, const delta_view& message,
                                 std::uint64_t now_ms) {
  auto& in = link.in;
  auto has_forged_register = false;
  const auto may_object = !state_.admits_all(message.key_bytes_max, message.value_bytes_max, message.stamp_max, now_ms);
  message.for_each_register([&](std::string_view key, causal_register&& value,
                                const std::vector<value_reference>& references) {
    ++counters_.registers_received;
    if (known().is_forged(value)) {
      has_forged_register = true;
      return;
    }
    if (may_object)
      if (auto why = state_.object_to(key, value, references, now_ms)) {
        ++counters_.refusals;
        return link.refuse(key, value, known().vector(), std::move(*why), now_ms);
      }
    if (!supply(key, value, references)) {
      in.lacks_value = true;
      return;
    }
    if (in.refused.any())
      in.refused.accept(key);
    const auto has_changed = full_state_.is_under_way() ? full_state_.join(state_, in_full_state, key, std::move(value))
                                                        : state_.join(key, std::move(value)).changed;
    in.changed_registers |= has_changed;
    if (has_changed)
      note_changed(key);
    for (const auto& reference : references)
      staged_.erase(reference.dot);
  });
  return !has_forged_register;
}

bool link_intake::supply(std::string_view key, causal_register& value,
                         const std::vector<value_reference>& references) const {
  if (references.empty())
    return true;
  const auto* owner = state_.map().find(key);
  const auto mine = owner == nullptr ? causal_register{} : state_.map().value(*owner);
  for (const auto& [dot, length] : references) {
    if (const auto* staged = staged_.find(dot, length)) {
      value.supply(dot, *staged);
      continue;
    }
    auto is_here = false;
    for (std::size_t i = 0; i < mine.live_count(); ++i)
      if (mine.live(i).dot == dot) {
        value.supply(dot, mine.live(i).value);
        is_here = true;
      }
    // What is dead here needs no value.
    if (!is_here && !mine.covers(dot) && !known().covers(dot))
      return false;
  }
  return true;
}

void link_intake::take_cut(neighbour_link& link, bool in_full_state, const delta_view& message) {
  auto& in = link.in;
  if (in_full_state)
    end_full_state(in);
  in.cut.join(in.refused.taken_of(message.trailer.cut));
  for (const auto& d : message.trailer.cut)
    if (known().vector()[d.replica] != 0)
      link.untold.insert(d.replica);
  if (full_state_.is_swept(in.id))
    sweep(swept_per_call_max(options_) - std::min(message.register_count, swept_per_call_max(options_)));
  else
    end_batch(link);
}

void link_intake::end_full_state(inbound_stream& in) {
  if (!in.refused.any()) {
    full_state_.end();
    return;
  }
  // What it lacks may be what was refused; and of what it says to be dead, the reason may be missing.
  in.refused.tear();
  full_state_.give_up();
}

std::optional<refusal> link_intake::take(neighbour_link& link, const piece& message, std::uint64_t now_ms) {
  auto& in = link.in;
  if (!link.has_said_hello())
    return std::nullopt;
  if (known().is_forged(version_vector{message.dot}))
    return outbox_.refuse_forged(link);
  if (in.has_lost_piece_before(message.stream, message.number))
    void_stream(link);
  if (!in.take_piece(message.stream, message.number, now_ms)) {
    resume_streams(now_ms);
    return std::nullopt;
  }
  // Of one that is of no use here, the neighbour shall send no more.
  const auto bytes_max = (4 + 2 * links_.size()) * options_.limits.value_bytes_max;
  const auto here = needs_value(message) ? staged_.add(message, bytes_max, now_ms)
                                         : std::optional{staged_values::addition{message.length, false}};
  if (!here)
    return outbox_.refuse(link, refusal_code::malformed, "a piece says another size of its value than the one before");
  outbox_.send_arrival(link, {message.dot, here->bytes}, here->has_added);
  return std::nullopt;
}

bool link_intake::needs_value(const piece& message) const {
  if (message.length > options_.limits.value_bytes_max || known().covers(message.dot))
    return false;
  // What it names is here, or dead here.
  return state_.map().index().find(message.dot) == nullptr;
}

// -- batches and full states -----------------------------------------------------------------------------------------

void link_intake::work(std::uint64_t now_ms) {
  const auto swept = sweep(swept_per_call_max(options_));
  if (!swept)
    return;
  for (auto& [id, link] : links_)
    if (link.in.id == *swept)
      outbox_.send_ack(link);
  resume_streams(now_ms);
  pump_.pump_all(links_, now_ms);
}

std::optional<std::uint64_t> link_intake::sweep(std::size_t registers_max) {
  const auto done = full_state_.sweep(state_, registers_max);
  if (!done)
    return std::nullopt;
  // What has been swept away may have been sent already, and no walk meets it again.
  for (auto& [id, outward] : links_)
    if (outward.out && outward.out->in_full_state())
      outward.out->begin_full_state(pump_.source(), outward.values);
  raise_vector(done->cut);
  std::optional<link_id> from;
  for (auto& [id, link] : links_)
    if (link.in.id == done->stream) {
      from = id;
      end_batch(link);
      link.in.acknowledged = link.in.next_number - 1;
    }
  if (done->has_changed)
    for (auto& [id, outward] : links_)
      if (id != from && outward.out)
        outward.out->note_ahead_again(pump_.source());
  return done->stream;
}

void link_intake::end_batch(neighbour_link& link) {
  auto& in = link.in;
  link.learn(known(), in.cut, state_.changed_bytes());
  raise_vector(std::exchange(in.cut, {}));
  if (std::exchange(in.changed_registers, false))
    forward_ahead(link.id);
}

void link_intake::raise_vector(const version_vector& cut) {
  for (const auto& d : cut)
    known().raise(d);
  // What one neighbour has promised may well come from another.
  for (auto& [id, waiting] : links_)
    waiting.caught_up = waiting.caught_up || (waiting.introduced && known().covers(waiting.target));
}

void link_intake::note_changed(std::string_view key) {
  const auto has_sent = [](const neighbour_link& link) { return link.out && link.out->has_sent_ahead(); };
  if (std::none_of(links_.begin(), links_.end(), [&](const auto& item) { return has_sent(item.second); }))
    return;
  const auto* owner = state_.map().find(key);
  if (owner == nullptr)
    return;
  const auto value = state_.map().value(*owner);
  for (auto& [id, link] : links_)
    if (has_sent(link))
      value.for_each_context([&out = *link.out](dot d) { out.note_changed(d); });
}

void link_intake::forward_ahead(link_id from) {
  for (auto& [id, link] : links_)
    if (id != from && link.out)
      link.out->note_ahead(pump_.source());
}

// -- streams that are void, and what is refused ----------------------------------------------------------------------

void link_intake::tick(std::uint64_t now_ms) {
  for (auto& [id, link] : links_)
    if (full_state_.is_coming_in(link.in.id) && has_passed(options_.answer_within_ms, link.in.progress_ms, now_ms))
      void_stream(link);
  for (auto& [id, link] : links_)
    ask_again_for_refused(link, now_ms);
  resume_streams(now_ms);
}

void link_intake::close(neighbour_link& link) {
  void_stream(link);
  if (link.in.changed_registers)
    forward_ahead(link.id);
}

void link_intake::void_stream(neighbour_link& link) {
  auto& in = link.in;
  full_state_.void_stream(in.id, in.cut);
  in.clear();
}

void link_intake::resume_streams(std::uint64_t now_ms) {
  if (full_state_.is_under_way())
    return;
  for (auto& [id, link] : links_)
    if (link.has_said_hello() && link.in.id == 0)
      outbox_.send_hello(link, want::nothing, now_ms);
}

void link_intake::tell_refused(neighbour_link& link, bool at_end_of_batch, std::uint64_t now_ms) {
  if (link.count_refused(at_end_of_batch))
    outbox_.send_heartbeat(link, is_ahead(), now_ms);
}

void link_intake::ask_again_for_refused(neighbour_link& link, std::uint64_t now_ms) {
  const auto& refused = link.in.refused;
  if (refused.any()) {
    if (link.back_off.is_over(refused.is_settled(now_ms), now_ms))
      void_stream(link);
  } else if (link.refused_here > 0 && known().covers(link.known)) {
    // Others have brought all of it.
    tell_refused(link, true, now_ms);
  } else if (link.refused_here > 0 && link.in.id != 0 && link.back_off.is_over(false, now_ms)) {
    // The hello that named the new stream may have been lost.
    link.back_off.begin(now_ms);
    outbox_.send_hello(link, want::nothing, now_ms);
  }
}

void link_intake::check_invariants() const {
  std::set<std::uint64_t> streams;
  for (const auto& [id, link] : links_)
    require(link.in.id == 0 || streams.insert(link.in.id).second, "no two links have one inbound stream");
  require(!full_state_.is_under_way() || has_sweep()
            || std::any_of(streams.begin(), streams.end(), [this](auto s) { return full_state_.is_coming_in(s); }),
          "a full state comes in over an open link");
}

} // namespace ariadne::crdt
