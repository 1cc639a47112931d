#include "crdt/replica.hpp"

#include "crdt/codec.hpp"
#include "crdt/passed_time.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace ariadne::crdt {

namespace {

/// How many parts one call builds for one neighbour, at most. Those that it acknowledges let the next ones follow, so
/// the window fills all the same, but no call takes long because it is wide.
constexpr int parts_per_call_max = 2;
/// The same for pieces.
constexpr int pieces_per_call_max = 4;

/// For how long changes gather while a part is on its way: many round trips of a fast link, and a small part of one of
/// a slow link.
constexpr std::uint64_t gather_ms_max = 10;

/// For how long what was under way over a link that has closed is kept for the next one.
constexpr std::uint64_t parted_ms_max = 60'000;

/// A neighbour takes in a large value if something of what is on its way to it has arrived so lately.
constexpr std::uint64_t taking_ms_max = 60'000;

/// It gets on if it has taken something in so lately.
constexpr std::uint64_t moving_ms_max = 2'000;

/// What it costs to build a part, in registers: those that it has, and what it takes to copy its bytes.
std::size_t cost_of_part(std::size_t registers, std::size_t bytes) {
  return registers + bytes / 256;
}

/// What is kept of a neighbour's reason.
constexpr std::size_t reason_bytes_max = 256;

/// What a register says beyond its live entries, and those of them that it would say to be dead without naming them: an
/// event that has superseded one entry leaves what its own replica has written before and that stands beside it.
causal_register context_of(const causal_register& value) {
  std::vector<entry> spared;
  for (std::size_t i = 0; i < value.live_count(); ++i)
    if (value.superseded().covers(value.live(i).dot))
      spared.push_back(value.live(i));
  return {std::move(spared), value.superseded()};
}

/// To take a register away costs about three times as much as to look at one.
std::size_t swept_per_call_max(const replica_options& options) {
  return std::max<std::size_t>(options.work_registers_max / 3, 1);
}

} // namespace

std::string_view to_string(write_error error) {
  switch (error) {
    case write_error::empty_key:
      return "the key is empty";
    case write_error::key_too_long:
      return "the key is longer than the limit";
    case write_error::value_too_long:
      return "the value is longer than the limit";
    case write_error::map_full:
      return "the map has reached its limit";
  }
  return "unknown write error";
}

replica::replica(replica_options options)
  : options_(std::move(options)), guard_({options_.drift_max_ms, options_.clock_patience_ms}),
    clock_(options_.drift_max_ms), stragglers_(options_.straggler_patience_ms) {
  options_.limits.key_bytes_max = std::min(options_.limits.key_bytes_max, key_bytes_limit);
  options_.part_bytes_min = std::min(options_.part_bytes_min, options_.part_bytes);
  key_page_limits pages;
  pages.hidden_prefix = options_.hidden_prefix;
  key_pages_ = key_pages{std::move(pages)};
}

// -- the map ---------------------------------------------------------------------------------------------------------

tl::expected<dot, write_error> replica::put(std::string_view key, shared_bytes value, std::uint64_t now_ms,
                                            std::uint64_t expires_at_ms) {
  const auto& limits = options_.limits;
  if (const auto problem = check_key(key))
    return tl::unexpected{*problem};
  if (value.size() > limits.value_bytes_max)
    return tl::unexpected{write_error::value_too_long};
  auto map_bytes = map_.live_byte_count() + key.size() + value.size();
  if (map_bytes > limits.map_bytes_max) {
    const auto* replaced = map_.find(key);
    if (replaced == nullptr || map_bytes - aw_lww_map::live_bytes(*replaced) > limits.map_bytes_max)
      return tl::unexpected{write_error::map_full};
  }
  if (clock_.is_astray(now_ms))
    mend_stamps(now_ms, options_.work_registers_max);
  if (clock_.may_have_lost_sight())
    observe_live(key, now_ms);
  const auto written = next_dot(value.size() > options_.large_value_bytes ? twin_of(options_.id) : options_.id);
  ++counters_.puts;
  note(map_.put(key, entry{written, clock_.issue(now_ms), expires_at_ms, std::move(value)}));
  raise_vector(written);
  pump_all(now_ms);
  return written;
}

std::optional<dot> replica::erase(std::string_view key, std::uint64_t now_ms) {
  if (!get(key, now_ms))
    return std::nullopt;
  const auto erased = next_dot(options_.id);
  ++counters_.erases;
  note(map_.erase(key, erased));
  raise_vector(erased);
  pump_all(now_ms);
  return erased;
}

std::optional<dot> replica::erase(std::string_view key, dot target, std::uint64_t now_ms) {
  const auto* owner = map_.find(key);
  if (owner == nullptr)
    return std::nullopt;
  const auto value = map_.value(*owner);
  auto stands = false;
  for (std::size_t i = 0; i < value.live_count(); ++i)
    stands |= value.live(i).dot == target && !value.live(i).expired(now_ms);
  if (!stands)
    return std::nullopt;
  const auto erased = next_dot(options_.id);
  ++counters_.erases;
  note(map_.erase(key, target, erased));
  raise_vector(erased);
  pump_all(now_ms);
  return erased;
}

std::optional<entry_view> replica::get(std::string_view key, std::uint64_t now_ms) const {
  const auto* owner = map_.find(key);
  return owner == nullptr ? std::nullopt : map_.winner(*owner, now_ms);
}

void replica::note(const aw_lww_map::effect& effect, key_change::kind loss) {
  if (!effect.changed)
    return;
  const auto& owner = *effect.owner;
  changed_bytes_ += owner.key().size() + owner.value_bytes();
  if (key_pages_.is_watching())
    key_pages_.changed(owner.key(), owner.is_live());
  if (!collects_changes_)
    return;
  if (owner.is_live())
    // Expired entries count as well here: their expiry is told when they are dropped.
    changes_.push_back({std::string{owner.key()}, key_change::kind::written, map_.winner(owner, 0)->dot});
  else if (effect.was_live)
    changes_.push_back({std::string{owner.key()}, loss, {}});
}

void replica::raise_vector(dot d) {
  if (retired_.covers(d))
    return;
  note_mentioned(d.replica);
  if (!vector_.raise(d))
    return;
  for (auto& [link, session] : sessions_) {
    session.untold.insert(d.replica);
    if (session.out)
      session.out->note_raised(d.replica);
  }
}

// -- neighbours ------------------------------------------------------------------------------------------------------

void replica::open(link_id link, bool push, std::uint64_t now_ms, std::uint32_t version) {
  auto& session = sessions_[link];
  congestion_limits limits;
  limits.window_bytes_max = options_.window_bytes;
  limits.window_bytes_min = std::min(limits.window_bytes_min, limits.window_bytes_max);
  limits.piece_bytes_max = options_.part_bytes;
  limits.piece_bytes_min = options_.part_bytes_min;
  session.window = congestion_window{limits};
  session.version = version;
  session.push = push;
  session.progress_ms = now_ms;
  if (push)
    send_hello(link, session, want::answer, now_ms);
}

void replica::greet(link_id link, std::uint64_t now_ms) {
  if (auto position = sessions_.find(link); position != sessions_.end() && !position->second.introduced)
    send_hello(link, position->second, want::answer, now_ms);
}

void replica::set_push(link_id link, bool push, std::uint64_t now_ms) {
  auto position = sessions_.find(link);
  if (position == sessions_.end() || position->second.push == push)
    return;
  auto& session = position->second;
  session.push = push;
  // A stream that has begun only pauses: its numbers must not be used twice.
  if (push && !session.out && session.introduced)
    start_outbound(session);
  send_hello(link, session, session.id.value == 0 ? want::answer : want::nothing, now_ms);
  pump(link, session, now_ms);
}

void replica::close(link_id link, std::uint64_t now_ms) {
  auto position = sessions_.find(link);
  if (position == sessions_.end())
    return;
  void_stream(position->second);
  auto is_orphaned = position->second.in.changed_registers;
  guard_.forget(position->second.id);
  if (auto& session = position->second; session.id.value != 0 && session.values.is_under_way())
    parted_.insert_or_assign(session.id, parted_transfers{std::move(session.values), now_ms});
  sessions_.erase(position);
  announce_sources();
  if (is_orphaned)
    forward_ahead(link);
  resume_streams(now_ms);
  pump_all(now_ms);
}

void replica::set_members(std::set<replica_id> members) {
  members_ = std::move(members);
  members_.erase(options_.id);
}

std::optional<refusal> replica::receive(link_id link, std::string_view frame, std::uint64_t now_ms) {
  auto position = sessions_.find(link);
  if (position == sessions_.end())
    return std::nullopt;
  ++counters_.frames_received;
  counters_.bytes_received += frame.size();
  auto decoded = decode(frame);
  if (!decoded)
    return refuse(link, decoded.error().code, to_string(decoded.error()));
  position->second.version = codec_version_of(frame);
  return std::visit([&](const auto& message) { return handle(position, message, now_ms); }, *decoded);
}

std::optional<refusal> replica::handle(session_map::iterator position, const hello& message, std::uint64_t now_ms) {
  auto& [link, session] = *position;
  if (message.cluster != options_.cluster)
    return refuse(link, refusal_code::other_cluster,
                  "cluster '" + message.cluster + "' is not cluster '" + options_.cluster + "'");
  if (is_own(message.id))
    return refuse(link, refusal_code::same_replica, "replica id " + to_string(message.id) + " is taken");
  if (session.id.value != 0 && session.id != message.id)
    return refuse(link, refusal_code::malformed, "the replica id of an open link has changed");
  if (is_forged(message.vector) || is_forged(message.forgotten) || (message.retired && is_forged(*message.retired)))
    return refuse_forged(link);
  // Streams are named in ascending order: a later hello has overtaken this one.
  if (message.stream < session.stream)
    return std::nullopt;
  auto is_first = !session.introduced;
  guard_.hear(message.id, message.clock);
  session.progress_ms = now_ms;
  session.id = message.id;
  session.node = message.node;
  session.pushes = message.push;
  session.stream = message.stream;
  session.staged_values = message.values;
  session.retired_digest = message.retired_digest;
  if (is_first)
    session.target.join(message.vector);
  announce_sources();
  // Whoever asks again has missed something: it shall start anew.
  if (message.answer_wanted && !is_first)
    void_stream(session);
  if (!message.retired && message.retired_digest != retired_.digest()) {
    // What it has retired may be what it lacks. Our hello says what we have retired, and it will do the same.
    send_hello(link, session, want::answer, now_ms);
    return std::nullopt;
  }
  introduce(session, message);
  session.forgotten_answered = session.forgotten_asked;
  join_forgotten(message.forgotten);
  if (message.answer_wanted)
    send_hello(link, session, want::nothing, now_ms);
  if (session.out ? session.out->id() != message.stream : session.push)
    start_outbound(session);
  if (session.out && message.full_state_wanted)
    session.out->begin_full_state(source(), session.values);
  pump_all(now_ms);
  return std::nullopt;
}

void replica::introduce(neighbour_session& session, const hello& message) {
  auto has = message.vector;
  if (message.retired) {
    has.join(*message.retired);
    for (const auto& d : version_vector{retired_})
      if (has[d.replica] != d.counter)
        reinstate(d.replica);
  }
  learn(session, has);
  session.forgotten.join(message.forgotten);
  if (message.retired && !session.introduced)
    session.target.join(*message.retired);
  session.introduced = true;
  session.caught_up = session.caught_up || covers(session.target);
}

void replica::learn(neighbour_session& session, const version_vector& has) {
  for (const auto& d : has) {
    if (retired_.covers(d))
      continue;
    note_mentioned(d.replica);
    session.known.raise(d);
  }
  session.values.forget_known(session.known);
  if (!has.empty() && session.known.covers(vector_))
    session.changed_bytes_at_level = changed_bytes_;
}

std::optional<refusal> replica::handle(session_map::iterator position, const delta_view& message,
                                       std::uint64_t now_ms) {
  const auto link = position->first;
  auto& session = position->second;
  auto& in = session.in;
  // Its hello has been lost, or comes later.
  if (session.id.value == 0)
    return std::nullopt;
  if (is_forged(message.header.base) || is_forged(message.trailer.cut) || is_forged(message.trailer.forgotten))
    return refuse_forged(link);
  if (message.header.stream == in.id && message.header.number > in.next_number)
    void_stream(session);
  if (message.header.stream == in.id && !message.header.base.empty() && full_state_
      && (full_state_->stream != in.id || full_state_->sweep))
    void_stream(session);
  if (message.header.stream != in.id || message.header.number != in.next_number) {
    // Out of its turn, a register may lack what its sender has forgotten in the belief that we know it.
    resume_streams(now_ms);
    return std::nullopt;
  }
  ++in.next_number;
  ++in.arrived;
  in.progress_ms = now_ms;
  if (!message.header.base.empty()) {
    give_up_full_state();
    full_state_ = {in.id, ++last_full_state_, message.header.base, {}, {}, {}, {}};
  }
  auto in_full_state = message.header.full_state && full_state_ && full_state_->stream == in.id && !full_state_->sweep;
  if (!join_registers(session, in_full_state, message, now_ms))
    return refuse_forged(link);
  join_forgotten(message.trailer.forgotten);
  if (in.lacks_value) {
    void_stream(session);
    resume_streams(now_ms);
    return std::nullopt;
  }

  if (message.trailer.last) {
    if (in_full_state)
      end_full_state(in);
    in.cut.join(in.refused.taken_of(message.trailer.cut));
    for (const auto& d : message.trailer.cut)
      if (vector_[d.replica] != 0)
        session.untold.insert(d.replica);
    if (is_sweeping(in))
      sweep(swept_per_call_max(options_) - std::min(message.register_count, swept_per_call_max(options_)));
    else
      end_batch(link, session);
  }
  if (!is_sweeping(in)) {
    in.acknowledged = message.header.number;
    send_ack(link, session);
  } else if (session.version >= codec_version_with_pieces) {
    send(link, encode(arrival{in.id, in.arrived, {}, false}, session.version));
  }
  tell_refused(link, session, message.trailer.last, now_ms);
  resume_streams(now_ms);
  pump_all(now_ms);
  return std::nullopt;
}

bool replica::join_registers(neighbour_session& session, bool in_full_state, const delta_view& message,
                             std::uint64_t now_ms) {
  auto& in = session.in;
  auto has_forged_register = false;
  const auto may_object = message.key_bytes_max > options_.limits.key_bytes_max
                          || message.value_bytes_max > options_.limits.value_bytes_max
                          || !clock_.accepts(message.stamp_max, now_ms);
  if (!may_object)
    clock_.observe(message.stamp_max);
  message.for_each_register(
    [&](std::string_view key, causal_register&& value, const std::vector<value_reference>& references) {
      ++counters_.registers_received;
      if (is_forged(value)) {
        has_forged_register = true;
        return;
      }
      if (may_object) {
        if (auto why = object_to(key, value, references, now_ms))
          return refuse_register(session, key, value, std::move(*why), now_ms);
        for (std::size_t i = 0; i < value.live_count(); ++i)
          clock_.observe(value.live(i).stamp);
      }
      if (!supply(key, value, references)) {
        in.lacks_value = true;
        return;
      }
      if (in.refused.any())
        in.refused.accept(key);
      join(in, in_full_state, key, std::move(value));
      for (const auto& reference : references)
        staged_.erase(reference.dot);
    });
  return !has_forged_register;
}

bool replica::supply(std::string_view key, causal_register& value,
                     const std::vector<value_reference>& references) const {
  if (references.empty())
    return true;
  const auto* owner = map_.find(key);
  const auto mine = owner == nullptr ? causal_register{} : map_.value(*owner);
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
    if (!is_here && !mine.covers(dot) && !covers(dot))
      return false;
  }
  return true;
}

bool replica::needs_value(const piece& message) const {
  if (message.length > options_.limits.value_bytes_max || covers(message.dot))
    return false;
  // What it names is here, or dead here.
  return map_.index().find(message.dot) == nullptr;
}

std::optional<refusal> replica::handle(session_map::iterator position, const piece& message, std::uint64_t now_ms) {
  auto& [link, session] = *position;
  auto& in = session.in;
  if (session.id.value == 0)
    return std::nullopt;
  if (is_forged(version_vector{message.dot}))
    return refuse_forged(link);
  if (message.stream == in.id && message.number > in.next_piece)
    void_stream(session);
  if (message.stream != in.id || message.number != in.next_piece) {
    resume_streams(now_ms);
    return std::nullopt;
  }
  ++in.next_piece;
  ++in.arrived;
  in.progress_ms = now_ms;
  // Of one that is of no use here, the neighbour shall send no more.
  const auto bytes_max = (4 + 2 * sessions_.size()) * options_.limits.value_bytes_max;
  const auto here = needs_value(message) ? staged_.add(message, bytes_max, now_ms)
                                         : std::optional{staged_values::addition{message.length, false}};
  if (!here)
    return refuse(link, refusal_code::malformed, "a piece says another size of its value than the one before");
  send(link, encode(arrival{in.id, in.arrived, {message.dot, here->bytes}, here->has_added}, session.version));
  return std::nullopt;
}

std::optional<refusal> replica::handle(session_map::iterator position, const arrival& message, std::uint64_t now_ms) {
  auto& [link, session] = *position;
  if (!session.out || session.out->id() != message.stream)
    return std::nullopt;
  session.window.arrived(message.arrived, now_ms);
  session.acknowledged_ms = now_ms;
  session.progress_ms = now_ms;
  if (message.value.dot.counter != 0)
    session.values.arrived(message.value, message.has_added, now_ms);
  pump(link, session, now_ms);
  return std::nullopt;
}

std::optional<refusal> replica::handle(session_map::iterator position, const ack& message, std::uint64_t now_ms) {
  auto& [link, session] = *position;
  if (is_forged(message.vector))
    return refuse_forged(link);
  learn(session, message.vector);
  if (session.out && session.out->id() == message.stream) {
    session.out->acknowledge(message.number);
    // Before pieces, parts were all that there is to count.
    session.window.arrived(session.version >= codec_version_with_pieces ? message.arrived : message.number, now_ms);
    session.acknowledged_ms = now_ms;
    session.progress_ms = now_ms;
  }
  pump(link, session, now_ms);
  return std::nullopt;
}

std::optional<refusal> replica::handle(session_map::iterator position, const sources& message, std::uint64_t now_ms) {
  auto& [link, session] = *position;
  session.sources = message.ids;
  std::sort(session.sources.begin(), session.sources.end());
  pump(link, session, now_ms);
  return std::nullopt;
}

std::optional<refusal> replica::handle(session_map::iterator position, const heartbeat& message, std::uint64_t now_ms) {
  auto& [link, session] = *position;
  if (session.id.value != 0)
    guard_.hear(session.id, message.clock);
  session.refused_there = message.refused;
  session.refused_there_because = message.refused_because.substr(0, reason_bytes_max);
  if (message.vector_digest == digest(vector_)) {
    // It has all that is known here: an acknowledgement of that has been lost.
    if (session.introduced && !session.known.covers(vector_))
      send_hello(link, session, want::answer, now_ms);
    if (message.ahead || is_ahead() || message.fingerprint == map_.fingerprint())
      return std::nullopt;
    ++counters_.divergences;
    void_stream(session);
    send_hello(link, session, want::full_state, now_ms);
  } else if (session.id.value != 0 && message.vector_digest != digest(session.known)) {
    // It has told us all of its version vector, but not all has arrived.
    send_hello(link, session, want::answer, now_ms);
  }
  return std::nullopt;
}

std::optional<refusal> replica::handle(session_map::iterator, const refusal& message, std::uint64_t) {
  ++counters_.refusals;
  return refusal{message.code, "refused by the neighbour: " + message.reason};
}

std::optional<objection> replica::object_to(std::string_view key, const causal_register& value,
                                            const std::vector<value_reference>& references,
                                            std::uint64_t now_ms) const {
  if (key.size() > options_.limits.key_bytes_max)
    return objection{"a key is longer than the limit"};
  for (const auto& reference : references)
    if (reference.length > options_.limits.value_bytes_max)
      return objection{"a value is longer than the limit"};
  stamp newest;
  for (std::size_t i = 0; i < value.live_count(); ++i) {
    if (value.live(i).value.size() > options_.limits.value_bytes_max)
      return objection{"a value is longer than the limit"};
    newest = std::max(newest, value.live(i).stamp);
  }
  if (clock_.accepts(newest, now_ms))
    return std::nullopt;
  return objection{"a stamp is " + std::to_string(newest.millis() - now_ms) + " ms ahead of the clock here",
                   newest.millis() - options_.drift_max_ms};
}

void replica::refuse_register(neighbour_session& session, std::string_view key, const causal_register& value,
                              objection why, std::uint64_t now_ms) {
  auto& refused = session.in.refused;
  if (!refused.any())
    session.back_off.begin(now_ms);
  refused.refuse(key, value, vector_, std::move(why));
  ++counters_.refusals;
}

void replica::end_full_state(inbound_stream& in) {
  if (!in.refused.any()) {
    full_state_->sweep = dot{};
    return;
  }
  // What it lacks may be what was refused; and of what it says to be dead, the reason may be missing.
  in.refused.tear();
  give_up_full_state();
}

void replica::tell_refused(link_id link, neighbour_session& session, bool at_end_of_batch, std::uint64_t now_ms) {
  const auto& refused = session.in.refused;
  if (!at_end_of_batch && refused.count() <= session.refused_here)
    return;
  if (!refused.any())
    session.back_off.end();
  const auto was = std::exchange(session.refused_here, refused.any() ? std::max<std::uint64_t>(refused.count(), 1) : 0);
  session.refused_here_because = refused.any() ? refused.reason() : std::string{};
  if ((was == 0) != (session.refused_here == 0))
    send_heartbeat(link, session, now_ms);
}

void replica::ask_again_for_refused(link_id link, neighbour_session& session, std::uint64_t now_ms) {
  const auto& refused = session.in.refused;
  if (refused.any()) {
    if (session.back_off.is_over(refused.is_settled(now_ms), now_ms))
      void_stream(session);
  } else if (session.refused_here > 0 && covers(session.known)) {
    // Others have brought all of it.
    tell_refused(link, session, true, now_ms);
  } else if (session.refused_here > 0 && session.in.id != 0 && session.back_off.is_over(false, now_ms)) {
    // The hello that named the new stream may have been lost.
    session.back_off.begin(now_ms);
    send_hello(link, session, want::nothing, now_ms);
  }
}

void replica::join(inbound_stream& in, bool in_full_state, std::string_view key, causal_register value) {
  auto* full = full_state_ ? &*full_state_ : nullptr;
  std::vector<dot> late;
  if (full != nullptr && !in_full_state) {
    const auto* owner = map_.find(key);
    if (full->sweep || (owner != nullptr && owner->full_state() == full->number)) {
      const auto mine = owner == nullptr ? causal_register{} : map_.value(*owner);
      for (std::size_t i = 0; i < value.live_count(); ++i)
        if (const auto& d = value.live(i).dot; full->base.covers(d) && !mine.has_live(d))
          late.push_back(d);
    }
  }
  version_vector superseded;
  if (in_full_state && !value.is_forgotten()) {
    superseded = value.superseded();
    full->contexts[std::string{key}].join(context_of(value), {});
    value.forget_context();
  }
  auto effect = in_full_state ? join_register(key, value) : join_register(key, std::move(value));
  in.changed_registers |= effect.changed;
  if (effect.owner == nullptr || (late.empty() && !in_full_state))
    return;
  const auto joined = map_.value(*effect.owner);
  for (const auto& d : late)
    if (joined.has_live(d))
      full->doomed.insert(d);
  if (!in_full_state)
    return;
  effect.owner->set_full_state(full->number);
  for (std::size_t i = 0; i < joined.live_count(); ++i)
    if (const auto& d = joined.live(i).dot; (full->base.covers(d) || superseded.covers(d)) && !value.has_live(d))
      full->doomed.insert(d);
}

aw_lww_map::effect replica::join_register(std::string_view key, causal_register value) {
  if (!retired_.empty())
    value.for_each_context([this](dot d) { note_mentioned(d.replica); });
  if (restamped_[0].empty() && restamped_[1].empty()) {
    auto effect = map_.join(key, std::move(value), vector_);
    note(effect);
    return effect;
  }
  auto effect = map_.join(key, value, vector_);
  note(effect);
  if (effect.owner != nullptr)
    follow(*effect.owner, value);
  return effect;
}

void replica::follow(keyed_register& owner, const causal_register& joined) {
  const auto value = map_.value(owner);
  for (std::size_t i = 0; i < value.live_count(); ++i) {
    const auto& mine = value.live(i).dot;
    if (!is_own(mine.replica) || joined.covers(mine))
      continue;
    const auto before = restamped_of(mine.replica).before(mine.counter);
    if (std::none_of(before.begin(), before.end(), [&](std::uint64_t counter) {
          return joined.covers({mine.replica, counter}) && !joined.has_live({mine.replica, counter});
        }))
      continue;
    const auto erased = next_dot(options_.id);
    note(map_.erase(owner, mine, erased));
    raise_vector(erased);
    rewritten_.push_back({std::string{owner.key()}, mine, true, entry{erased, {}, 0, {}}});
    return;
  }
}

void replica::observe_live(std::string_view key, std::uint64_t now_ms) {
  const auto* owner = map_.find(key);
  if (owner == nullptr)
    return;
  const auto value = map_.value(*owner);
  for (std::size_t i = 0; i < value.live_count(); ++i)
    if (clock_.accepts(value.live(i).stamp, now_ms))
      clock_.observe(value.live(i).stamp);
}

// -- wrong stamps ----------------------------------------------------------------------------------------------------

std::size_t replica::mend_stamps(std::uint64_t now_ms, std::size_t budget) {
  if (clock_.is_astray(now_ms)) {
    clock_.set_back(now_ms);
    to_restamp_.clear();
    for (auto own : own_ids())
      to_restamp_.push_back({{own, 0}, {own, vector_[own]}});
  }
  for (; !to_restamp_.empty() && budget > 0; --budget) {
    auto& [seen, last] = to_restamp_.back();
    auto [counter, owner] = map_.index().next(seen.replica, seen.counter);
    if (owner == nullptr || counter > last.counter) {
      to_restamp_.pop_back();
      continue;
    }
    seen.counter = counter;
    restamp(*owner, dot{seen}, now_ms);
  }
  return budget;
}

void replica::restamp(keyed_register& owner, dot old, std::uint64_t now_ms) {
  const auto value = map_.value(owner);
  for (std::size_t i = 0; i < value.live_count(); ++i) {
    auto again = value.live(i);
    if (again.dot != old || clock_.accepts(again.stamp, now_ms))
      continue;
    const auto wrong_ms = again.stamp.millis();
    again.dot = next_dot(old.replica);
    again.stamp = clock_.issue(now_ms);
    // What it was to live from then on, it lives from now on.
    if (again.expires_at_ms != 0)
      again.expires_at_ms = now_ms + (again.expires_at_ms - std::min(again.expires_at_ms, wrong_ms));
    note(map_.rewrite(owner, old, again));
    raise_vector(again.dot);
    restamped_of(old.replica).add(old.counter, again.dot.counter);
    rewritten_.push_back({std::string{owner.key()}, old, false, std::move(again)});
    return;
  }
}

std::vector<dot> replica::stands_for(dot d) const {
  std::vector<dot> result;
  if (is_own(d.replica))
    for (auto counter : restamped_of(d.replica).before(d.counter))
      result.push_back({d.replica, counter});
  return result;
}

template <class Predicate>
bool replica::drop_live(keyed_register& owner, Predicate dead) {
  const auto effect = map_.drop_live(owner, dead);
  note(effect);
  return effect.changed;
}

bool replica::sweep_step(incoming_full_state& full, std::size_t budget) {
  for (; !full.contexts.empty(); full.contexts.erase(full.contexts.begin())) {
    if (budget-- == 0)
      return false;
    const auto& [key, context] = *full.contexts.begin();
    full.has_swept |= join_register(key, context).changed;
  }
  for (; !full.doomed.empty(); full.doomed.erase(full.doomed.begin())) {
    if (budget-- == 0)
      return false;
    auto d = *full.doomed.begin();
    if (auto [counter, owner] = map_.index().next(d.replica, d.counter - 1); counter == d.counter)
      full.has_swept |= drop_live(*owner, [d](const entry& e) { return e.dot == d; });
  }
  for (auto position = full.base.lower_bound(full.sweep->replica); position != full.base.end(); ++position) {
    auto counter = position->replica == full.sweep->replica ? full.sweep->counter : 0;
    for (;;) {
      if (budget-- == 0) {
        full.sweep = dot{position->replica, counter};
        return false;
      }
      auto [next, owner] = map_.index().next(position->replica, counter);
      if (owner == nullptr || next > position->counter)
        break;
      counter = next;
      if (owner->full_state() != full.number)
        full.has_swept |= drop_live(*owner, [&](const entry& e) { return full.base.covers(e.dot); });
    }
  }
  return true;
}

void replica::give_up_full_state() {
  if (!full_state_)
    return;
  unneeded_contexts_.add(std::move(full_state_->contexts));
  unneeded_dots_.add(std::move(full_state_->doomed));
  full_state_.reset();
}

void replica::sweep(std::size_t registers_max) {
  if (!sweep_step(*full_state_, registers_max))
    return;
  const auto done = std::move(*full_state_);
  full_state_.reset();
  // What has been swept away may have been sent already, and no walk meets it again.
  for (auto& [link, outward] : sessions_)
    if (outward.out && outward.out->in_full_state())
      outward.out->begin_full_state(source(), outward.values);
  raise_vector(done.cut);
  std::optional<link_id> from;
  for (auto& [link, session] : sessions_)
    if (session.in.id == done.stream) {
      from = link;
      end_batch(link, session);
      session.in.acknowledged = session.in.next_number - 1;
    }
  if (done.has_swept)
    for (auto& [link, outward] : sessions_)
      if (link != from && outward.out)
        outward.out->note_ahead_again(source());
}

void replica::end_batch(link_id link, neighbour_session& session) {
  auto& in = session.in;
  learn(session, in.cut);
  raise_vector(std::exchange(in.cut, {}));
  if (std::exchange(in.changed_registers, false))
    forward_ahead(link);
}

void replica::raise_vector(const version_vector& cut) {
  for (const auto& d : cut)
    raise_vector(d);
  // What one neighbour has promised may well come from another.
  for (auto& [link, waiting] : sessions_)
    waiting.caught_up = waiting.caught_up || (waiting.introduced && covers(waiting.target));
}

void replica::void_stream(neighbour_session& session) {
  auto& in = session.in;
  if (is_sweeping(in))
    full_state_->cut.join(in.cut);
  else if (full_state_ && full_state_->stream == in.id)
    give_up_full_state();
  auto is_orphaned = in.changed_registers;
  in = {};
  in.changed_registers = is_orphaned;
}

void replica::resume_streams(std::uint64_t now_ms) {
  if (full_state_)
    return;
  for (auto& [link, session] : sessions_)
    if (session.id.value != 0 && session.in.id == 0)
      send_hello(link, session, want::nothing, now_ms);
}

void replica::work(std::uint64_t now_ms) {
  const auto freed = unneeded_contexts_.free_some(options_.work_registers_max);
  if (freed + unneeded_dots_.free_some(options_.work_registers_max - freed) == options_.work_registers_max)
    return;
  if (!has_sweep() && !key_pages_.has_work())
    return pump_all(now_ms);
  const auto is_sweep = has_sweep() && (sweeps_next_ || !key_pages_.has_work());
  sweeps_next_ = !is_sweep;
  if (!is_sweep)
    // A key that is kept costs a few times as much as a register that is swept.
    return key_pages_.work(map_, now_ms, std::max<std::size_t>(options_.work_registers_max / 4, 1));
  const auto stream = full_state_->stream;
  sweep(swept_per_call_max(options_));
  if (has_sweep())
    return;
  for (auto& [link, session] : sessions_)
    if (session.in.id == stream)
      send_ack(link, session);
  resume_streams(now_ms);
  pump_all(now_ms);
}

void replica::forward_ahead(std::optional<link_id> from) {
  for (auto& [link, session] : sessions_)
    if (link != from && session.out)
      session.out->note_ahead(source());
}

void replica::join_forgotten(const version_vector& forgotten) {
  auto has_risen = false;
  for (const auto& d : forgotten) {
    if (retired_.covers(d))
      continue;
    note_mentioned(d.replica);
    has_risen |= forgotten_.raise(d);
  }
  forgotten_rises_ += has_risen ? 1 : 0;
}

void replica::retire_incarnations() {
  auto has_all = [](const neighbour_session& session, dot last) {
    return session.introduced && session.id != last.replica && session.id != twin_of(last.replica)
           && session.known[last.replica] == last.counter;
  };
  auto is_done_with = [&](dot last) {
    // What has been forgotten elsewhere must not be forgotten to be so before it has arrived here.
    return !is_own(last.replica) && !members_.contains(last.replica) && !members_.contains(twin_of(last.replica))
           && map_.index().highest(last.replica) == 0 && forgotten_[last.replica] <= last.counter
           && std::all_of(sessions_.begin(), sessions_.end(),
                          [&](const auto& item) { return has_all(item.second, last); });
  };
  auto is_present = [this](replica_id member) {
    return std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& item) { return item.second.id == member; });
  };
  if (!std::all_of(members_.begin(), members_.end(), is_present))
    return;
  for (const auto& last : version_vector{vector_}) {
    if (!is_done_with(last))
      continue;
    vector_.drop(last.replica);
    forgotten_.drop(last.replica);
    retired_.raise(last);
    for (auto& [link, session] : sessions_) {
      session.known.drop(last.replica);
      session.forgotten.drop(last.replica);
      if (session.out)
        session.out->retire(last.replica);
    }
  }
}

void replica::reinstate(replica_id incarnation) {
  const dot last{incarnation, retired_[incarnation]};
  retired_.drop(incarnation);
  vector_.raise(last);
  // Nothing of it was left in the map, so whoever lacks it cannot be told what has become of its events.
  forgotten_.raise(last);
  for (auto& [link, session] : sessions_) {
    if (session.introduced) {
      session.known.raise(last);
      session.forgotten.raise(last);
    }
    if (session.out)
      session.out->note_raised(incarnation);
  }
}

// -- sending ---------------------------------------------------------------------------------------------------------

void replica::send(link_id link, std::string frame) {
  ++counters_.frames_sent;
  counters_.bytes_sent += frame.size();
  frames_.push_back({link, std::move(frame)});
}

void replica::send_hello(link_id link, neighbour_session& session, want wanted, std::uint64_t now_ms) {
  if (session.in.id == 0) {
    session.in.id = ++last_stream_;
    session.in.progress_ms = now_ms;
  }
  session.untold.clear();
  session.progress_ms = now_ms;
  hello message{options_.cluster,
                options_.node,
                options_.id,
                session.in.id,
                session.push,
                wanted == want::answer,
                wanted == want::full_state,
                vector_,
                forgotten_,
                retired_.digest(),
                std::nullopt,
                say_time(now_ms),
                {}};
  if (session.id.value != 0 && session.retired_digest != message.retired_digest)
    message.retired = retired_;
  if (session.version >= codec_version_with_pieces)
    message.values = staged_.progress(told_values_max);
  send(link, encode(message, session.version));
}

void replica::send_heartbeat(link_id link, neighbour_session& session, std::uint64_t now_ms) {
  send(link, encode(heartbeat{digest(vector_), map_.fingerprint(), is_ahead(), say_time(now_ms), session.refused_here,
                              session.refused_here_because},
                    session.version));
}

void replica::send_ack(link_id link, neighbour_session& session) {
  ack message{session.in.id, session.in.acknowledged, {}, session.in.arrived};
  for (auto origin : session.untold)
    message.vector.raise({origin, vector_[origin]});
  session.untold.clear();
  send(link, encode(message, session.version));
}

void replica::announce_sources(std::size_t news_max) {
  sources now;
  for (const auto& [link, session] : sessions_)
    if (session.pushes)
      now.ids.push_back(session.id);
  std::sort(now.ids.begin(), now.ids.end());
  if (now.ids == announced_sources_)
    return;
  // A source that is lost has to be stood in for at once.
  const auto has_only_grown =
    std::includes(now.ids.begin(), now.ids.end(), announced_sources_.begin(), announced_sources_.end());
  if (has_only_grown && now.ids.size() > news_max)
    return;
  announced_sources_ = now.ids;
  for (const auto& [link, session] : sessions_)
    if (session.id.value != 0)
      send(link, encode(now, session.version));
}

std::optional<refusal> replica::refuse(link_id link, refusal_code code, std::string reason) {
  ++counters_.refusals;
  refusal message{code, std::move(reason)};
  send(link, encode(message, sessions_.at(link).version));
  return message;
}

std::optional<refusal> replica::refuse_forged(link_id link) {
  return refuse(link, refusal_code::same_replica,
                "replica id " + to_string(options_.id) + " is taken: an event of it has never happened here");
}

void replica::start_outbound(neighbour_session& session) {
  session.out.emplace(session.stream, session.known, session.forgotten, source());
  session.window.restart();
  session.pieces_sent = 0;
  if (const auto parted = parted_.find(session.id); parted != parted_.end()) {
    if (!session.values.is_under_way())
      session.values = std::move(parted->second.values);
    parted_.erase(parted);
  }
  session.values.restart(session.staged_values);
}

void replica::pump_all(std::uint64_t now_ms) {
  auto position = pump_from_ ? sessions_.lower_bound(*pump_from_) : sessions_.begin();
  pump_from_.reset();
  auto budget = options_.work_registers_max;
  for (auto left = sessions_.size(); left > 0; --left, ++position) {
    if (position == sessions_.end())
      position = sessions_.begin();
    if (budget == 0) {
      pump_from_ = position->first;
      return;
    }
    const auto cost = pump(position->first, position->second, now_ms);
    budget -= std::min(budget, cost);
    if (cost >= options_.work_registers_max) {
      // It may have more, but all others come first.
      pump_from_ = (std::next(position) == sessions_.end() ? sessions_.begin() : std::next(position))->first;
      return;
    }
  }
}

stream_target replica::target(neighbour_session& session) const {
  if (session.version < codec_version_with_pieces)
    return {session.known, session.version, session.values, std::numeric_limits<std::size_t>::max(),
            options_.part_bytes};
  const auto piece_bytes = session.window.piece_bytes();
  return {session.known, session.version, session.values, std::max(piece_bytes, options_.large_value_bytes),
          piece_bytes};
}

std::size_t replica::pump(link_id link, neighbour_session& session, std::uint64_t now_ms) {
  // In the middle of a sweep, the map lacks what no version vector explains.
  if (!session.out || !session.push || has_sweep())
    return 0;
  if (session.values.owes_any() && waits_for_forgotten(link, session, now_ms))
    return 0;
  auto cost = send_parts(link, session, now_ms);
  cost += send_pieces(link, session, now_ms);
  return session.values.has_ready() ? cost + send_parts(link, session, now_ms) : cost;
}

std::size_t replica::send_parts(link_id link, neighbour_session& session, std::uint64_t now_ms) {
  std::size_t cost = 0;
  auto& out = *session.out;
  const auto to = target(session);
  const auto part_bytes = std::min(options_.part_bytes, to.whole_bytes);
  auto deferred = [&](replica_id origin) { return is_deferred(session, origin); };
  for (auto parts_left = parts_per_call_max;
       parts_left > 0 && cost < options_.work_registers_max && out.has_work(source(), to, deferred);) {
    if (out.is_in_flight()) {
      auto is_worth_it = out.in_batch() || changed_bytes_ - session.changed_bytes_at_send >= part_bytes
                         || session.values.has_ready() || has_passed(gather_ms_max, session.part_sent_ms, now_ms);
      if (!is_worth_it || !session.window.has_room())
        break;
    }
    if (waits_for_forgotten(link, session, now_ms))
      break;
    const auto registers_before = out.registers_sent();
    const auto visited_before = out.registers_visited();
    auto part = out.next_part(source(), to, {part_bytes, options_.part_registers_max}, deferred);
    const auto visited = out.registers_visited() - visited_before;
    session.changed_bytes_at_send = changed_bytes_;
    if (!part) {
      cost += std::max<std::size_t>(visited, 1);
      continue;
    }
    cost += cost_of_part(visited, part->size());
    counters_.registers_sent += out.registers_sent() - registers_before;
    if (!session.window.is_in_flight())
      session.progress_ms = now_ms;
    session.window.sent(part->size(), now_ms);
    session.part_sent_ms = now_ms;
    send(link, std::move(*part));
    --parts_left;
  }
  return cost;
}

std::size_t replica::send_pieces(link_id link, neighbour_session& session, std::uint64_t now_ms) {
  std::size_t cost = 0;
  for (auto left = pieces_per_call_max; left > 0 && session.window.has_room(); --left) {
    auto next = session.values.next_piece(target(session).at(source()), now_ms);
    if (!next)
      break;
    next->stream = session.out->id();
    next->number = ++session.pieces_sent;
    auto frame = encode(*next, session.version);
    if (!session.window.is_in_flight())
      session.progress_ms = now_ms;
    cost += cost_of_part(1, frame.size());
    session.window.sent(frame.size(), now_ms);
    send(link, std::move(frame));
  }
  return cost;
}

bool replica::waits_for_forgotten(link_id link, neighbour_session& session, std::uint64_t now_ms) {
  auto& out = *session.out;
  if (out.in_full_state() || !is_behind_forgotten(session))
    return false;
  // What we know of the neighbour may be old: ask before sending everything.
  if (session.forgotten_answered < forgotten_rises_) {
    if (session.forgotten_asked < forgotten_rises_) {
      session.forgotten_asked = forgotten_rises_;
      send_hello(link, session, want::answer, now_ms);
    }
    return true;
  }
  out.begin_full_state(source(), session.values);
  session.acknowledged_ms = now_ms;
  ++counters_.full_states_sent;
  return false;
}

bool replica::is_deferred(const neighbour_session& session, replica_id origin) const {
  const auto is_source = [&](replica_id id) {
    return std::binary_search(session.sources.begin(), session.sources.end(), id);
  };
  if (is_own(origin) || (!is_source(origin) && !is_source(twin_of(origin))))
    return false;
  auto position = session.deferrals.find(origin);
  return position == session.deferrals.end() || !position->second.overdue;
}

bool replica::is_behind_forgotten(const neighbour_session& session) const {
  // What we have not caught up with ourselves cannot be missing from what we send.
  return std::any_of(forgotten_.begin(), forgotten_.end(), [&](const dot& d) {
    auto needed = std::min(d.counter, vector_[d.replica]);
    return session.known[d.replica] < needed && session.out->sent()[d.replica] < needed;
  });
}

void replica::age_deferrals(neighbour_session& session, std::uint64_t now_ms) {
  const auto age = [&](replica_id origin) {
    auto lacks = vector_[origin] > session.known[origin];
    auto position = session.deferrals.find(origin);
    if (!lacks) {
      if (position != session.deferrals.end())
        session.deferrals.erase(position);
    } else if (position == session.deferrals.end() || session.known[origin] >= position->second.counter) {
      session.deferrals[origin] = {vector_[origin], now_ms, false};
    } else if (has_passed(options_.forward_after_ms, position->second.since_ms, now_ms)) {
      position->second.overdue = true;
    }
  };
  for (auto source : session.sources) {
    age(source);
    age(twin_of(source));
  }
}

void replica::tick(std::uint64_t now_ms) {
  auto budget = mend_stamps(now_ms, options_.work_registers_max);
  look_for_stragglers(now_ms);
  // An entry outlives its expiry by the permitted drift, so that no clock of the cluster still lets it be read; and
  // while it is not clear which of the clocks is wrong, it outlives it by all of them.
  const auto certain_ms = guard_.reading() ? std::min(guard_.certain_ms(), now_ms) : now_ms;
  if (certain_ms > options_.drift_max_ms)
    budget = map_.drop_expired(certain_ms - options_.drift_max_ms, budget,
                               [this](const auto& effect) { note(effect, key_change::kind::expired); });
  key_pages_.tick(now_ms);
  staged_.give_up_old(now_ms);
  std::erase_if(parted_, [&](const auto& item) { return has_passed(parted_ms_max, item.second.since_ms, now_ms); });
  // However much expires, what is erased must not be kept for ever.
  map_.forget([stable = stable_vector()](dot d) { return stable.covers(d); }, forgotten_,
              std::max(budget, options_.work_registers_max / 4));
  retire_incarnations();
  announce_sources(std::numeric_limits<std::size_t>::max());
  auto is_heartbeat_due = has_passed(options_.heartbeat_every_ms, last_heartbeat_ms_, now_ms);
  if (is_heartbeat_due)
    last_heartbeat_ms_ = now_ms;
  for (auto& [link, session] : sessions_)
    if (full_state_ && full_state_->stream == session.in.id && !full_state_->sweep
        && has_passed(options_.answer_within_ms, session.in.progress_ms, now_ms))
      void_stream(session);
  for (auto& [link, session] : sessions_)
    ask_again_for_refused(link, session, now_ms);
  resume_streams(now_ms);
  for (auto& [link, session] : sessions_) {
    age_deferrals(session, now_ms);
    auto owes_answer = (!session.introduced && (session.push || session.id.value != 0))
                       || session.forgotten_answered < session.forgotten_asked
                       || (session.out && (session.out->is_in_flight() || session.window.is_in_flight()));
    if (owes_answer && has_passed(options_.answer_within_ms, session.progress_ms, now_ms))
      send_hello(link, session, want::answer, now_ms);
    else if (session.id.value != 0 && !session.untold.empty())
      send_ack(link, session);
    if (session.id.value != 0 && is_heartbeat_due)
      send_heartbeat(link, session, now_ms);
  }
  pump_all(now_ms);
}

std::vector<outgoing_frame> replica::take_frames() {
  return std::exchange(frames_, {});
}

std::vector<key_change> replica::take_changes() {
  return std::exchange(changes_, {});
}

void replica::take_changes(std::vector<key_change>& taken) {
  taken.clear();
  taken.swap(changes_);
}

// -- what is known ---------------------------------------------------------------------------------------------------

bool replica::is_ahead() const {
  if (has_sweep())
    return true;
  auto result = false;
  map_.index().for_each_replica(
    [&](replica_id origin, std::uint64_t highest) { result = result || highest > vector_[origin]; });
  return result;
}

version_vector replica::stable_vector() const {
  auto stable = vector_;
  std::map<replica_id, version_vector> acknowledged;
  for (const auto& [link, session] : sessions_) {
    if (session.out)
      stable = session.out->forgettable_of(std::move(stable));
    if (members_.contains(session.id))
      acknowledged[session.id].join(session.known);
  }
  for (auto member : members_)
    if (!stragglers_.contains(member))
      stable = meet(stable, acknowledged[member]);
  return stable;
}

void replica::look_for_stragglers(std::uint64_t now_ms) {
  stragglers_.look(
    members_, vector_, now_ms,
    [this](replica_id member) {
      version_vector has;
      for (const auto& [link, session] : sessions_)
        if (session.id == member)
          has.join(session.known);
      return has;
    },
    [&](replica_id member) {
      return std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& item) {
        const auto& session = item.second;
        return session.id == member && session.values.is_under_way() && session.window.is_in_flight()
               && !has_passed(taking_ms_max, session.progress_ms, now_ms);
      });
    });
  // A full state that does not get on would keep the others from forgetting: it begins anew when there is room.
  for (auto& [link, session] : sessions_)
    if (session.out && session.out->holds_base()
        && has_passed(options_.straggler_patience_ms, session.acknowledged_ms, now_ms))
      session.out->begin_full_state(source(), session.values);
}

bool replica::is_moving(dot d, std::uint64_t now_ms) const {
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& item) {
    const auto& session = item.second;
    return session.values.is_under_way(d) && !has_passed(moving_ms_max, session.progress_ms, now_ms);
  });
}

std::vector<replica_id> replica::holders(dot d) const {
  std::set<replica_id> found;
  for (const auto& [link, session] : sessions_)
    if (members_.contains(session.id) && session.known.covers(d))
      found.insert(session.id);
  return {found.begin(), found.end()};
}

std::uint64_t replica::acknowledged_by(replica_id member, replica_id own) const {
  std::uint64_t highest = 0;
  for (const auto& [link, session] : sessions_)
    if (session.id == member)
      highest = std::max(highest, session.known[own]);
  return highest;
}

std::uint64_t replica::acknowledged_by_members(replica_id own) const {
  auto lowest = vector_[own];
  for (auto member : members_)
    lowest = std::min(lowest, acknowledged_by(member, own));
  return lowest;
}

std::vector<last_event> replica::own_events_beyond(dot beyond, std::size_t events_max) const {
  std::vector<last_event> result;
  const auto own = beyond.replica;
  for (auto [counter, owner] = map_.index().next(own, beyond.counter); owner != nullptr && result.size() < events_max;
       std::tie(counter, owner) = map_.index().next(own, counter))
    result.push_back({std::string{owner->key()}, {own, counter}});
  return result;
}

bool replica::caught_up() const {
  return std::all_of(sessions_.begin(), sessions_.end(), [](const auto& item) { return item.second.caught_up; });
}

bool replica::caught_up(link_id link) const {
  const auto position = sessions_.find(link);
  return position != sessions_.end() && position->second.caught_up;
}

std::vector<neighbour_status> replica::neighbours() const {
  std::vector<neighbour_status> result;
  for (const auto& [link, session] : sessions_) {
    neighbour_status status{link, session.id, session.node, session.push, session.caught_up, 0, 0, 0, 0, 0, {}, 0};
    status.refused_here = session.refused_here;
    status.refused_there = session.refused_there;
    status.refusal = session.refused_here > 0 ? session.refused_here_because : session.refused_there_because;
    status.clock_ahead_ms = guard_.ahead_ms(session.id);
    for (const auto& d : session.introduced ? vector_ : whole_vector())
      status.lag_events += d.counter - std::min(d.counter, session.known[d.replica]);
    if (status.lag_events > 0)
      status.lag_bytes_max = changed_bytes_ - session.changed_bytes_at_level;
    status.in_flight_bytes = session.window.in_flight_bytes();
    result.push_back(std::move(status));
  }
  return result;
}

} // namespace ariadne::crdt
