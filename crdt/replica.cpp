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

/// What it costs to build a part, in registers: those that it has, and what it takes to copy its bytes.
std::size_t cost_of_part(std::size_t registers, std::size_t bytes) {
  return registers + bytes / 256;
}

/// What is kept of a neighbour's reason.
constexpr std::size_t reason_bytes_max = 256;

/// To take a register away costs about three times as much as to look at one.
std::size_t swept_per_call_max(const replica_options& options) {
  return std::max<std::size_t>(options.work_registers_max / 3, 1);
}

} // namespace

replica::replica(replica_options options)
  : options_(std::move(options)), guard_({options_.drift_max_ms, options_.clock_patience_ms}),
    stragglers_(options_.straggler_patience_ms), state_(options_, *this) {
  options_.limits.key_bytes_max = std::min(options_.limits.key_bytes_max, key_bytes_limit);
  options_.part_bytes_min = std::min(options_.part_bytes_min, options_.part_bytes);
}

// -- the map ---------------------------------------------------------------------------------------------------------

tl::expected<dot, write_error> replica::put(std::string_view key, shared_bytes value, std::uint64_t now_ms,
                                            std::uint64_t expires_at_ms) {
  auto written = state_.put(key, std::move(value), now_ms, expires_at_ms);
  if (written) {
    ++counters_.puts;
    pump_all(now_ms);
  }
  return written;
}

std::optional<dot> replica::erase(std::string_view key, std::uint64_t now_ms) {
  return note_erased(state_.erase(key, now_ms), now_ms);
}

std::optional<dot> replica::erase(std::string_view key, dot target, std::uint64_t now_ms) {
  return note_erased(state_.erase(key, target, now_ms), now_ms);
}

std::optional<dot> replica::note_erased(std::optional<dot> erased, std::uint64_t now_ms) {
  if (erased) {
    ++counters_.erases;
    pump_all(now_ms);
  }
  return erased;
}

void replica::raised(replica_id origin) {
  for (auto& [id, link] : links_) {
    link.untold.insert(origin);
    if (link.out)
      link.out->note_raised(origin);
  }
}

void replica::reinstated(dot last) {
  for (auto& [id, link] : links_) {
    if (link.introduced) {
      link.known.raise(last);
      link.forgotten.raise(last);
    }
    if (link.out)
      link.out->note_raised(last.replica);
  }
}

// -- neighbours ------------------------------------------------------------------------------------------------------

void replica::open(link_id id, bool push, std::uint64_t now_ms, std::uint32_t version) {
  auto& link = links_[id];
  link.id = id;
  congestion_limits limits;
  limits.window_bytes_max = options_.window_bytes;
  limits.window_bytes_min = std::min(limits.window_bytes_min, limits.window_bytes_max);
  limits.piece_bytes_max = options_.part_bytes;
  limits.piece_bytes_min = options_.part_bytes_min;
  link.window = congestion_window{limits};
  link.version = version;
  link.push = push;
  link.progress_ms = now_ms;
  if (push)
    send_hello(link, want::answer, now_ms);
}

void replica::greet(link_id id, std::uint64_t now_ms) {
  if (auto position = links_.find(id); position != links_.end() && !position->second.introduced)
    send_hello(position->second, want::answer, now_ms);
}

void replica::set_push(link_id id, bool push, std::uint64_t now_ms) {
  auto position = links_.find(id);
  if (position == links_.end() || position->second.push == push)
    return;
  auto& link = position->second;
  link.push = push;
  // A stream that has begun only pauses: its numbers must not be used twice.
  if (push && !link.out && link.introduced)
    start_outbound(link);
  send_hello(link, link.neighbour.value == 0 ? want::answer : want::nothing, now_ms);
  pump(link, now_ms);
}

void replica::close(link_id id, std::uint64_t now_ms) {
  auto position = links_.find(id);
  if (position == links_.end())
    return;
  void_stream(position->second);
  auto is_orphaned = position->second.in.changed_registers;
  guard_.forget(position->second.neighbour);
  if (auto& link = position->second; link.neighbour.value != 0 && link.values.is_under_way())
    parted_.insert_or_assign(link.neighbour, parted_transfers{std::move(link.values), now_ms});
  links_.erase(position);
  announce_sources();
  if (is_orphaned)
    forward_ahead(id);
  resume_streams(now_ms);
  pump_all(now_ms);
}

void replica::set_members(std::set<replica_id> members) {
  members_ = std::move(members);
  members_.erase(options_.id);
}

std::optional<refusal> replica::receive(link_id id, std::string_view frame, std::uint64_t now_ms) {
  auto position = links_.find(id);
  if (position == links_.end())
    return std::nullopt;
  auto& link = position->second;
  ++counters_.frames_received;
  counters_.bytes_received += frame.size();
  auto decoded = decode(frame);
  if (!decoded)
    return refuse(link, decoded.error().code, to_string(decoded.error()));
  link.version = codec_version_of(frame);
  return std::visit([&](const auto& message) { return handle(link, message, now_ms); }, *decoded);
}

std::optional<refusal> replica::handle(neighbour_link& link, const hello& message, std::uint64_t now_ms) {
  if (message.cluster != options_.cluster)
    return refuse(link, refusal_code::other_cluster,
                  "cluster '" + message.cluster + "' is not cluster '" + options_.cluster + "'");
  if (is_own(message.id))
    return refuse(link, refusal_code::same_replica, "replica id " + to_string(message.id) + " is taken");
  if (link.neighbour.value != 0 && link.neighbour != message.id)
    return refuse(link, refusal_code::malformed, "the replica id of an open link has changed");
  if (known().is_forged(message.vector) || known().is_forged(message.forgotten)
      || (message.retired && known().is_forged(*message.retired)))
    return refuse_forged(link);
  // Streams are named in ascending order: a later hello has overtaken this one.
  if (message.stream < link.stream)
    return std::nullopt;
  auto is_first = !link.introduced;
  guard_.hear(message.id, message.clock);
  link.progress_ms = now_ms;
  link.neighbour = message.id;
  link.node = message.node;
  link.pushes = message.push;
  link.stream = message.stream;
  link.staged_values = message.values;
  link.retired_digest = message.retired_digest;
  if (is_first)
    link.target.join(message.vector);
  announce_sources();
  // Whoever asks again has missed something: it shall start anew.
  if (message.answer_wanted && !is_first)
    void_stream(link);
  if (!message.retired && message.retired_digest != retired().digest()) {
    // What it has retired may be what it lacks. Our hello says what we have retired, and it will do the same.
    send_hello(link, want::answer, now_ms);
    return std::nullopt;
  }
  introduce(link, message);
  link.forgotten_answered = link.forgotten_asked;
  known().join_forgotten(message.forgotten);
  if (message.answer_wanted)
    send_hello(link, want::nothing, now_ms);
  if (link.out ? link.out->id() != message.stream : link.push)
    start_outbound(link);
  if (link.out && message.full_state_wanted)
    link.out->begin_full_state(source(), link.values);
  pump_all(now_ms);
  return std::nullopt;
}

void replica::introduce(neighbour_link& link, const hello& message) {
  auto has = message.vector;
  if (message.retired) {
    has.join(*message.retired);
    for (const auto& d : version_vector{retired()})
      if (has[d.replica] != d.counter)
        known().reinstate(d.replica);
  }
  learn(link, has);
  link.forgotten.join(message.forgotten);
  if (message.retired && !link.introduced)
    link.target.join(*message.retired);
  link.introduced = true;
  link.caught_up = link.caught_up || covers(link.target);
}

void replica::learn(neighbour_link& link, const version_vector& has) {
  for (const auto& d : has)
    if (known().is_news(d))
      link.known.raise(d);
  link.values.forget_known(link.known);
  if (!has.empty() && link.known.covers(vector()))
    link.changed_bytes_at_level = state_.changed_bytes();
}

std::optional<refusal> replica::handle(neighbour_link& link, const delta_view& message, std::uint64_t now_ms) {
  auto& in = link.in;
  // Its hello has been lost, or comes later.
  if (link.neighbour.value == 0)
    return std::nullopt;
  if (known().is_forged(message.header.base) || known().is_forged(message.trailer.cut)
      || known().is_forged(message.trailer.forgotten))
    return refuse_forged(link);
  if (message.header.stream == in.id && message.header.number > in.next_number)
    void_stream(link);
  if (message.header.stream == in.id && !message.header.base.empty() && !full_state_.may_begin(in.id))
    void_stream(link);
  if (message.header.stream != in.id || message.header.number != in.next_number) {
    // Out of its turn, a register may lack what its sender has forgotten in the belief that we know it.
    resume_streams(now_ms);
    return std::nullopt;
  }
  ++in.next_number;
  ++in.arrived;
  in.progress_ms = now_ms;
  if (!message.header.base.empty())
    full_state_.begin(in.id, message.header.base);
  const auto in_full_state = message.header.full_state && full_state_.is_coming_in(in.id);
  if (!join_registers(link, in_full_state, message, now_ms))
    return refuse_forged(link);
  known().join_forgotten(message.trailer.forgotten);
  if (in.lacks_value) {
    void_stream(link);
    resume_streams(now_ms);
    return std::nullopt;
  }

  if (message.trailer.last) {
    if (in_full_state)
      end_full_state(in);
    in.cut.join(in.refused.taken_of(message.trailer.cut));
    for (const auto& d : message.trailer.cut)
      if (vector()[d.replica] != 0)
        link.untold.insert(d.replica);
    if (full_state_.is_swept(in.id))
      sweep(swept_per_call_max(options_) - std::min(message.register_count, swept_per_call_max(options_)));
    else
      end_batch(link);
  }
  if (!full_state_.is_swept(in.id)) {
    in.acknowledged = message.header.number;
    send_ack(link);
  } else if (link.version >= codec_version_with_pieces) {
    send(link, encode(arrival{in.id, in.arrived, {}, false}, link.version));
  }
  tell_refused(link, message.trailer.last, now_ms);
  resume_streams(now_ms);
  pump_all(now_ms);
  return std::nullopt;
}

bool replica::join_registers(neighbour_link& link, bool in_full_state, const delta_view& message,
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
      if (auto why = state_.object_to(key, value, references, now_ms))
        return refuse_register(link, key, value, std::move(*why), now_ms);
    if (!supply(key, value, references)) {
      in.lacks_value = true;
      return;
    }
    if (in.refused.any())
      in.refused.accept(key);
    in.changed_registers |= full_state_.is_under_way() ? full_state_.join(state_, in_full_state, key, std::move(value))
                                                       : state_.join(key, std::move(value)).changed;
    for (const auto& reference : references)
      staged_.erase(reference.dot);
  });
  return !has_forged_register;
}

bool replica::supply(std::string_view key, causal_register& value,
                     const std::vector<value_reference>& references) const {
  if (references.empty())
    return true;
  const auto* owner = map().find(key);
  const auto mine = owner == nullptr ? causal_register{} : map().value(*owner);
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
  return map().index().find(message.dot) == nullptr;
}

std::optional<refusal> replica::handle(neighbour_link& link, const piece& message, std::uint64_t now_ms) {
  auto& in = link.in;
  if (link.neighbour.value == 0)
    return std::nullopt;
  if (known().is_forged(version_vector{message.dot}))
    return refuse_forged(link);
  if (message.stream == in.id && message.number > in.next_piece)
    void_stream(link);
  if (message.stream != in.id || message.number != in.next_piece) {
    resume_streams(now_ms);
    return std::nullopt;
  }
  ++in.next_piece;
  ++in.arrived;
  in.progress_ms = now_ms;
  // Of one that is of no use here, the neighbour shall send no more.
  const auto bytes_max = (4 + 2 * links_.size()) * options_.limits.value_bytes_max;
  const auto here = needs_value(message) ? staged_.add(message, bytes_max, now_ms)
                                         : std::optional{staged_values::addition{message.length, false}};
  if (!here)
    return refuse(link, refusal_code::malformed, "a piece says another size of its value than the one before");
  send(link, encode(arrival{in.id, in.arrived, {message.dot, here->bytes}, here->has_added}, link.version));
  return std::nullopt;
}

std::optional<refusal> replica::handle(neighbour_link& link, const arrival& message, std::uint64_t now_ms) {
  if (!link.out || link.out->id() != message.stream)
    return std::nullopt;
  link.window.arrived(message.arrived, now_ms);
  link.acknowledged_ms = now_ms;
  link.progress_ms = now_ms;
  if (message.value.dot.counter != 0)
    link.values.arrived(message.value, message.has_added, now_ms);
  pump(link, now_ms);
  return std::nullopt;
}

std::optional<refusal> replica::handle(neighbour_link& link, const ack& message, std::uint64_t now_ms) {
  if (known().is_forged(message.vector))
    return refuse_forged(link);
  learn(link, message.vector);
  if (link.out && link.out->id() == message.stream) {
    link.out->acknowledge(message.number);
    // Before pieces, parts were all that there is to count.
    link.window.arrived(link.version >= codec_version_with_pieces ? message.arrived : message.number, now_ms);
    link.acknowledged_ms = now_ms;
    link.progress_ms = now_ms;
  }
  pump(link, now_ms);
  return std::nullopt;
}

std::optional<refusal> replica::handle(neighbour_link& link, const sources& message, std::uint64_t now_ms) {
  link.sources = message.ids;
  std::sort(link.sources.begin(), link.sources.end());
  pump(link, now_ms);
  return std::nullopt;
}

std::optional<refusal> replica::handle(neighbour_link& link, const heartbeat& message, std::uint64_t now_ms) {
  if (link.neighbour.value != 0)
    guard_.hear(link.neighbour, message.clock);
  link.refused_there = message.refused;
  link.refused_there_because = message.refused_because.substr(0, reason_bytes_max);
  if (message.vector_digest == known().digest(vector())) {
    // It has all that is known here: an acknowledgement of that has been lost.
    if (link.introduced && !link.known.covers(vector()))
      send_hello(link, want::answer, now_ms);
    if (message.ahead || is_ahead() || message.fingerprint == map().fingerprint())
      return std::nullopt;
    ++counters_.divergences;
    void_stream(link);
    send_hello(link, want::full_state, now_ms);
  } else if (link.neighbour.value != 0 && message.vector_digest != known().digest(link.known)) {
    // It has told us all of its version vector, but not all has arrived.
    send_hello(link, want::answer, now_ms);
  }
  return std::nullopt;
}

std::optional<refusal> replica::handle(neighbour_link&, const refusal& message, std::uint64_t) {
  ++counters_.refusals;
  return refusal{message.code, "refused by the neighbour: " + message.reason};
}

void replica::refuse_register(neighbour_link& link, std::string_view key, const causal_register& value, objection why,
                              std::uint64_t now_ms) {
  auto& refused = link.in.refused;
  if (!refused.any())
    link.back_off.begin(now_ms);
  refused.refuse(key, value, vector(), std::move(why));
  ++counters_.refusals;
}

void replica::end_full_state(inbound_stream& in) {
  if (!in.refused.any()) {
    full_state_.end();
    return;
  }
  // What it lacks may be what was refused; and of what it says to be dead, the reason may be missing.
  in.refused.tear();
  full_state_.give_up();
}

void replica::tell_refused(neighbour_link& link, bool at_end_of_batch, std::uint64_t now_ms) {
  const auto& refused = link.in.refused;
  if (!at_end_of_batch && refused.count() <= link.refused_here)
    return;
  if (!refused.any())
    link.back_off.end();
  const auto was = std::exchange(link.refused_here, refused.any() ? std::max<std::uint64_t>(refused.count(), 1) : 0);
  link.refused_here_because = refused.any() ? refused.reason() : std::string{};
  if ((was == 0) != (link.refused_here == 0))
    send_heartbeat(link, now_ms);
}

void replica::ask_again_for_refused(neighbour_link& link, std::uint64_t now_ms) {
  const auto& refused = link.in.refused;
  if (refused.any()) {
    if (link.back_off.is_over(refused.is_settled(now_ms), now_ms))
      void_stream(link);
  } else if (link.refused_here > 0 && covers(link.known)) {
    // Others have brought all of it.
    tell_refused(link, true, now_ms);
  } else if (link.refused_here > 0 && link.in.id != 0 && link.back_off.is_over(false, now_ms)) {
    // The hello that named the new stream may have been lost.
    link.back_off.begin(now_ms);
    send_hello(link, want::nothing, now_ms);
  }
}

std::optional<std::uint64_t> replica::sweep(std::size_t registers_max) {
  const auto done = full_state_.sweep(state_, registers_max);
  if (!done)
    return std::nullopt;
  // What has been swept away may have been sent already, and no walk meets it again.
  for (auto& [id, outward] : links_)
    if (outward.out && outward.out->in_full_state())
      outward.out->begin_full_state(source(), outward.values);
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
        outward.out->note_ahead_again(source());
  return done->stream;
}

void replica::end_batch(neighbour_link& link) {
  auto& in = link.in;
  learn(link, in.cut);
  raise_vector(std::exchange(in.cut, {}));
  if (std::exchange(in.changed_registers, false))
    forward_ahead(link.id);
}

void replica::raise_vector(const version_vector& cut) {
  for (const auto& d : cut)
    known().raise(d);
  // What one neighbour has promised may well come from another.
  for (auto& [id, waiting] : links_)
    waiting.caught_up = waiting.caught_up || (waiting.introduced && covers(waiting.target));
}

void replica::void_stream(neighbour_link& link) {
  auto& in = link.in;
  full_state_.void_stream(in.id, in.cut);
  auto is_orphaned = in.changed_registers;
  in = {};
  in.changed_registers = is_orphaned;
}

void replica::resume_streams(std::uint64_t now_ms) {
  if (full_state_.is_under_way())
    return;
  for (auto& [id, link] : links_)
    if (link.neighbour.value != 0 && link.in.id == 0)
      send_hello(link, want::nothing, now_ms);
}

void replica::work(std::uint64_t now_ms) {
  if (full_state_.free_some(options_.work_registers_max) == options_.work_registers_max)
    return;
  if (!has_sweep() && !state_.pages().has_work())
    return pump_all(now_ms);
  const auto is_sweep = has_sweep() && (sweeps_next_ || !state_.pages().has_work());
  sweeps_next_ = !is_sweep;
  if (!is_sweep)
    // A key that is kept costs a few times as much as a register that is swept.
    return state_.list_keys(now_ms, std::max<std::size_t>(options_.work_registers_max / 4, 1));
  const auto swept = sweep(swept_per_call_max(options_));
  if (!swept)
    return;
  for (auto& [id, link] : links_)
    if (link.in.id == *swept)
      send_ack(link);
  resume_streams(now_ms);
  pump_all(now_ms);
}

void replica::forward_ahead(std::optional<link_id> from) {
  for (auto& [id, link] : links_)
    if (id != from && link.out)
      link.out->note_ahead(source());
}

void replica::retire_incarnations() {
  auto has_all = [](const neighbour_link& link, dot last) {
    return link.introduced && link.neighbour != last.replica && link.neighbour != twin_of(last.replica)
           && link.known[last.replica] == last.counter;
  };
  auto is_done_with = [&](dot last) {
    // What has been forgotten elsewhere must not be forgotten to be so before it has arrived here.
    return !is_own(last.replica) && !members_.contains(last.replica) && !members_.contains(twin_of(last.replica))
           && map().index().highest(last.replica) == 0 && known().forgotten()[last.replica] <= last.counter
           && std::all_of(links_.begin(), links_.end(), [&](const auto& item) { return has_all(item.second, last); });
  };
  auto is_present = [this](replica_id member) {
    return std::any_of(links_.begin(), links_.end(), [&](const auto& item) { return item.second.neighbour == member; });
  };
  if (!std::all_of(members_.begin(), members_.end(), is_present))
    return;
  for (const auto& last : version_vector{vector()}) {
    if (!is_done_with(last))
      continue;
    known().retire(last);
    for (auto& [id, link] : links_) {
      link.known.drop(last.replica);
      link.forgotten.drop(last.replica);
      if (link.out)
        link.out->retire(last.replica);
    }
  }
}

// -- sending ---------------------------------------------------------------------------------------------------------

void replica::send(const neighbour_link& link, std::string frame) {
  ++counters_.frames_sent;
  counters_.bytes_sent += frame.size();
  frames_.push_back({link.id, std::move(frame)});
}

void replica::send_hello(neighbour_link& link, want wanted, std::uint64_t now_ms) {
  if (link.in.id == 0) {
    link.in.id = ++last_stream_;
    link.in.progress_ms = now_ms;
  }
  link.untold.clear();
  link.progress_ms = now_ms;
  hello message{options_.cluster,
                options_.node,
                options_.id,
                link.in.id,
                link.push,
                wanted == want::answer,
                wanted == want::full_state,
                vector(),
                known().forgotten(),
                retired().digest(),
                std::nullopt,
                say_time(now_ms),
                {}};
  if (link.neighbour.value != 0 && link.retired_digest != message.retired_digest)
    message.retired = retired();
  if (link.version >= codec_version_with_pieces)
    message.values = staged_.progress(told_values_max);
  send(link, encode(message, link.version));
}

void replica::send_heartbeat(neighbour_link& link, std::uint64_t now_ms) {
  send(link, encode(heartbeat{known().digest(vector()), map().fingerprint(), is_ahead(), say_time(now_ms),
                              link.refused_here, link.refused_here_because},
                    link.version));
}

void replica::send_ack(neighbour_link& link) {
  ack message{link.in.id, link.in.acknowledged, {}, link.in.arrived};
  for (auto origin : link.untold)
    message.vector.raise({origin, vector()[origin]});
  link.untold.clear();
  send(link, encode(message, link.version));
}

void replica::announce_sources(std::size_t news_max) {
  sources now;
  for (const auto& [id, link] : links_)
    if (link.pushes)
      now.ids.push_back(link.neighbour);
  std::sort(now.ids.begin(), now.ids.end());
  if (now.ids == announced_sources_)
    return;
  // A source that is lost has to be stood in for at once.
  const auto has_only_grown =
    std::includes(now.ids.begin(), now.ids.end(), announced_sources_.begin(), announced_sources_.end());
  if (has_only_grown && now.ids.size() > news_max)
    return;
  announced_sources_ = now.ids;
  for (const auto& [id, link] : links_)
    if (link.neighbour.value != 0)
      send(link, encode(now, link.version));
}

std::optional<refusal> replica::refuse(neighbour_link& link, refusal_code code, std::string reason) {
  ++counters_.refusals;
  refusal message{code, std::move(reason)};
  send(link, encode(message, link.version));
  return message;
}

std::optional<refusal> replica::refuse_forged(neighbour_link& link) {
  return refuse(link, refusal_code::same_replica,
                "replica id " + to_string(options_.id) + " is taken: an event of it has never happened here");
}

void replica::start_outbound(neighbour_link& link) {
  link.out.emplace(link.stream, link.known, link.forgotten, source());
  link.window.restart();
  link.pieces_sent = 0;
  if (const auto parted = parted_.find(link.neighbour); parted != parted_.end()) {
    if (!link.values.is_under_way())
      link.values = std::move(parted->second.values);
    parted_.erase(parted);
  }
  link.values.restart(link.staged_values);
}

void replica::pump_all(std::uint64_t now_ms) {
  auto position = pump_from_ ? links_.lower_bound(*pump_from_) : links_.begin();
  pump_from_.reset();
  auto budget = options_.work_registers_max;
  for (auto left = links_.size(); left > 0; --left, ++position) {
    if (position == links_.end())
      position = links_.begin();
    if (budget == 0) {
      pump_from_ = position->first;
      return;
    }
    const auto cost = pump(position->second, now_ms);
    budget -= std::min(budget, cost);
    if (cost >= options_.work_registers_max) {
      // It may have more, but all others come first.
      pump_from_ = (std::next(position) == links_.end() ? links_.begin() : std::next(position))->first;
      return;
    }
  }
}

stream_target replica::target(neighbour_link& link) const {
  if (link.version < codec_version_with_pieces)
    return {link.known, link.version, link.values, std::numeric_limits<std::size_t>::max(), options_.part_bytes};
  const auto piece_bytes = link.window.piece_bytes();
  return {link.known, link.version, link.values, std::max(piece_bytes, options_.large_value_bytes), piece_bytes};
}

std::size_t replica::pump(neighbour_link& link, std::uint64_t now_ms) {
  // In the middle of a sweep, the map lacks what no version vector explains.
  if (!link.out || !link.push || has_sweep())
    return 0;
  if (link.values.owes_any() && waits_for_forgotten(link, now_ms))
    return 0;
  auto cost = send_parts(link, now_ms);
  cost += send_pieces(link, now_ms);
  return link.values.has_ready() ? cost + send_parts(link, now_ms) : cost;
}

std::size_t replica::send_parts(neighbour_link& link, std::uint64_t now_ms) {
  std::size_t cost = 0;
  auto& out = *link.out;
  const auto to = target(link);
  const auto part_bytes = std::min(options_.part_bytes, to.whole_bytes);
  auto deferred = [&](replica_id origin) { return is_deferred(link, origin); };
  for (auto parts_left = parts_per_call_max;
       parts_left > 0 && cost < options_.work_registers_max && out.has_work(source(), to, deferred);) {
    if (out.is_in_flight()) {
      auto is_worth_it = out.in_batch() || state_.changed_bytes() - link.changed_bytes_at_send >= part_bytes
                         || link.values.has_ready() || has_passed(gather_ms_max, link.part_sent_ms, now_ms);
      if (!is_worth_it || !link.window.has_room())
        break;
    }
    if (waits_for_forgotten(link, now_ms))
      break;
    const auto registers_before = out.registers_sent();
    const auto visited_before = out.registers_visited();
    auto part = out.next_part(source(), to, {part_bytes, options_.part_registers_max}, deferred);
    const auto visited = out.registers_visited() - visited_before;
    link.changed_bytes_at_send = state_.changed_bytes();
    if (!part) {
      cost += std::max<std::size_t>(visited, 1);
      continue;
    }
    cost += cost_of_part(visited, part->size());
    counters_.registers_sent += out.registers_sent() - registers_before;
    if (!link.window.is_in_flight())
      link.progress_ms = now_ms;
    link.window.sent(part->size(), now_ms);
    link.part_sent_ms = now_ms;
    send(link, std::move(*part));
    --parts_left;
  }
  return cost;
}

std::size_t replica::send_pieces(neighbour_link& link, std::uint64_t now_ms) {
  std::size_t cost = 0;
  for (auto left = pieces_per_call_max; left > 0 && link.window.has_room(); --left) {
    auto next = link.values.next_piece(target(link).at(source()), now_ms);
    if (!next)
      break;
    next->stream = link.out->id();
    next->number = ++link.pieces_sent;
    auto frame = encode(*next, link.version);
    if (!link.window.is_in_flight())
      link.progress_ms = now_ms;
    cost += cost_of_part(1, frame.size());
    link.window.sent(frame.size(), now_ms);
    send(link, std::move(frame));
  }
  return cost;
}

bool replica::waits_for_forgotten(neighbour_link& link, std::uint64_t now_ms) {
  auto& out = *link.out;
  if (out.in_full_state() || !is_behind_forgotten(link))
    return false;
  // What we know of the neighbour may be old: ask before sending everything.
  if (link.forgotten_answered < known().forgotten_rises()) {
    if (link.forgotten_asked < known().forgotten_rises()) {
      link.forgotten_asked = known().forgotten_rises();
      send_hello(link, want::answer, now_ms);
    }
    return true;
  }
  out.begin_full_state(source(), link.values);
  link.acknowledged_ms = now_ms;
  ++counters_.full_states_sent;
  return false;
}

bool replica::is_deferred(const neighbour_link& link, replica_id origin) const {
  const auto is_source = [&](replica_id id) {
    return std::binary_search(link.sources.begin(), link.sources.end(), id);
  };
  if (is_own(origin) || (!is_source(origin) && !is_source(twin_of(origin))))
    return false;
  auto position = link.deferrals.find(origin);
  return position == link.deferrals.end() || !position->second.overdue;
}

bool replica::is_behind_forgotten(const neighbour_link& link) const {
  // What we have not caught up with ourselves cannot be missing from what we send.
  return std::any_of(known().forgotten().begin(), known().forgotten().end(), [&](const dot& d) {
    auto needed = std::min(d.counter, vector()[d.replica]);
    return link.known[d.replica] < needed && link.out->sent()[d.replica] < needed;
  });
}

void replica::age_deferrals(neighbour_link& link, std::uint64_t now_ms) {
  const auto age = [&](replica_id origin) {
    auto lacks = vector()[origin] > link.known[origin];
    auto position = link.deferrals.find(origin);
    if (!lacks) {
      if (position != link.deferrals.end())
        link.deferrals.erase(position);
    } else if (position == link.deferrals.end() || link.known[origin] >= position->second.counter) {
      link.deferrals[origin] = {vector()[origin], now_ms, false};
    } else if (has_passed(options_.forward_after_ms, position->second.since_ms, now_ms)) {
      position->second.overdue = true;
    }
  };
  for (auto source : link.sources) {
    age(source);
    age(twin_of(source));
  }
}

void replica::tick(std::uint64_t now_ms) {
  auto budget = state_.mend_stamps(now_ms, options_.work_registers_max);
  look_for_stragglers(now_ms);
  // An entry outlives its expiry by the permitted drift, so that no clock of the cluster still lets it be read; and
  // while it is not clear which of the clocks is wrong, it outlives it by all of them.
  const auto certain_ms = guard_.reading() ? std::min(guard_.certain_ms(), now_ms) : now_ms;
  if (certain_ms > options_.drift_max_ms)
    budget = state_.drop_expired(certain_ms - options_.drift_max_ms, budget);
  state_.pages().tick(now_ms);
  staged_.give_up_old(now_ms);
  std::erase_if(parted_, [&](const auto& item) { return has_passed(parted_ms_max, item.second.since_ms, now_ms); });
  // However much expires, what is erased must not be kept for ever.
  state_.forget(stable_vector(), std::max(budget, options_.work_registers_max / 4));
  retire_incarnations();
  announce_sources(std::numeric_limits<std::size_t>::max());
  auto is_heartbeat_due = has_passed(options_.heartbeat_every_ms, last_heartbeat_ms_, now_ms);
  if (is_heartbeat_due)
    last_heartbeat_ms_ = now_ms;
  for (auto& [id, link] : links_)
    if (full_state_.is_coming_in(link.in.id) && has_passed(options_.answer_within_ms, link.in.progress_ms, now_ms))
      void_stream(link);
  for (auto& [id, link] : links_)
    ask_again_for_refused(link, now_ms);
  resume_streams(now_ms);
  for (auto& [id, link] : links_) {
    age_deferrals(link, now_ms);
    auto owes_answer = (!link.introduced && (link.push || link.neighbour.value != 0))
                       || link.forgotten_answered < link.forgotten_asked
                       || (link.out && (link.out->is_in_flight() || link.window.is_in_flight()));
    if (owes_answer && has_passed(options_.answer_within_ms, link.progress_ms, now_ms))
      send_hello(link, want::answer, now_ms);
    else if (link.neighbour.value != 0 && !link.untold.empty())
      send_ack(link);
    if (link.neighbour.value != 0 && is_heartbeat_due)
      send_heartbeat(link, now_ms);
  }
  pump_all(now_ms);
}

// -- what is known ---------------------------------------------------------------------------------------------------

version_vector replica::stable_vector() const {
  auto stable = vector();
  std::map<replica_id, version_vector> acknowledged;
  for (const auto& [id, link] : links_) {
    if (link.out)
      stable = link.out->forgettable_of(std::move(stable));
    if (members_.contains(link.neighbour))
      acknowledged[link.neighbour].join(link.known);
  }
  for (auto member : members_)
    if (!stragglers_.contains(member))
      stable = meet(stable, acknowledged[member]);
  return stable;
}

void replica::look_for_stragglers(std::uint64_t now_ms) {
  stragglers_.look(
    members_, vector(), now_ms,
    [this](replica_id member) {
      version_vector has;
      for (const auto& [id, link] : links_)
        if (link.neighbour == member)
          has.join(link.known);
      return has;
    },
    [&](replica_id member) {
      return std::any_of(links_.begin(), links_.end(), [&](const auto& item) {
        const auto& link = item.second;
        return link.neighbour == member && link.values.is_under_way() && link.window.is_in_flight()
               && !has_passed(taking_ms_max, link.progress_ms, now_ms);
      });
    });
  // A full state that does not get on would keep the others from forgetting: it begins anew when there is room.
  for (auto& [id, link] : links_)
    if (link.out && link.out->holds_base() && has_passed(options_.straggler_patience_ms, link.acknowledged_ms, now_ms))
      link.out->begin_full_state(source(), link.values);
}

std::vector<replica_id> replica::holders(dot d) const {
  std::set<replica_id> found;
  for (const auto& [id, link] : links_)
    if (members_.contains(link.neighbour) && link.known.covers(d))
      found.insert(link.neighbour);
  return {found.begin(), found.end()};
}

std::uint64_t replica::acknowledged_by(replica_id member, replica_id own) const {
  std::uint64_t highest = 0;
  for (const auto& [id, link] : links_)
    if (link.neighbour == member)
      highest = std::max(highest, link.known[own]);
  return highest;
}

std::uint64_t replica::acknowledged_by_members(replica_id own) const {
  auto lowest = vector()[own];
  for (auto member : members_)
    lowest = std::min(lowest, acknowledged_by(member, own));
  return lowest;
}

std::vector<last_event> replica::own_events_beyond(dot beyond, std::size_t events_max) const {
  std::vector<last_event> result;
  const auto own = beyond.replica;
  for (auto [counter, owner] = map().index().next(own, beyond.counter); owner != nullptr && result.size() < events_max;
       std::tie(counter, owner) = map().index().next(own, counter))
    result.push_back({std::string{owner->key()}, {own, counter}});
  return result;
}

bool replica::caught_up() const {
  return std::all_of(links_.begin(), links_.end(), [](const auto& item) { return item.second.caught_up; });
}

bool replica::caught_up(link_id id) const {
  const auto position = links_.find(id);
  return position != links_.end() && position->second.caught_up;
}

std::vector<neighbour_status> replica::neighbours() const {
  std::vector<neighbour_status> result;
  for (const auto& [id, link] : links_) {
    neighbour_status status{id, link.neighbour, link.node, link.push, link.caught_up, 0, 0, 0, 0, 0, {}, 0};
    status.refused_here = link.refused_here;
    status.refused_there = link.refused_there;
    status.refusal = link.refused_here > 0 ? link.refused_here_because : link.refused_there_because;
    status.clock_ahead_ms = guard_.ahead_ms(link.neighbour);
    for (const auto& d : link.introduced ? vector() : whole_vector())
      status.lag_events += d.counter - std::min(d.counter, link.known[d.replica]);
    if (status.lag_events > 0)
      status.lag_bytes_max = state_.changed_bytes() - link.changed_bytes_at_level;
    status.in_flight_bytes = link.window.in_flight_bytes();
    result.push_back(std::move(status));
  }
  return result;
}

} // namespace ariadne::crdt
