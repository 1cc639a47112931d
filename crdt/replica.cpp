#include "crdt/replica.hpp"

#include "crdt/codec.hpp"
#include "crdt/invariant.hpp"
#include "crdt/passed_time.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace ariadne::crdt {

namespace {

/// A neighbour gets on if it has taken something in so lately.
constexpr std::uint64_t moving_ms_max = 2'000;

/// What is kept of a neighbour's reason.
constexpr std::size_t reason_bytes_max = 256;

} // namespace

replica::replica(replica_options options)
  : options_(std::move(options)), guard_({options_.drift_max_ms, options_.clock_patience_ms}),
    links_(options_.patience_with_disks), state_(options_, links_), members_(options_.straggler_patience_ms),
    intake_(options_, state_, links_, outbox_, pump_, counters_),
    outbox_(options_, state_, guard_, intake_.staged(), links_.disks(), counters_),
    pump_(options_, state_, intake_.full_state(), outbox_, counters_) {
  options_.limits.key_bytes_max = std::min(options_.limits.key_bytes_max, key_bytes_limit);
  options_.part_bytes_min = std::min(options_.part_bytes_min, options_.part_bytes);
}

// -- the map ---------------------------------------------------------------------------------------------------------

tl::expected<dot, write_error> replica::put(std::string_view key, shared_bytes value, std::uint64_t now_ms,
                                            std::uint64_t expires_at_ms) {
  auto written = state_.put(key, std::move(value), now_ms, expires_at_ms);
  if (written) {
    ++counters_.puts;
    pump_.pump_all(links_, now_ms);
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
    pump_.pump_all(links_, now_ms);
  }
  return erased;
}

// -- a journal -------------------------------------------------------------------------------------------------------

void replica::restore(restored_state state, std::uint64_t now_ms) {
  require(map().size() == 0 && links_.size() == 0 && !journal_, "only a replica that has not begun is restored");
  former_ids_ = state.former_ids();
  links_.disks().restore(state.claim.disks);
  if (!state.is_in_doubt) {
    restored_ = state.claim.vector;
    restored_.join(*state.claim.retired);
  }
  state_.restore(std::move(state), now_ms);
}

void replica::begin_journal() {
  state_.mark_changes();
  journal_.emplace(former_ids_);
  links_.disks().introduce(options_.node, options_.id, restored_, [](replica_id) { return false; });
  restored_.clear();
}

void replica::note_durable(const version_vector& kept) {
  require(journal_.has_value(), "only who keeps a journal has anything durable");
  require(covers(kept), "only what is known is durable");
  const auto risen = difference(kept, *durable());
  links_.disks().learn(options_.node, options_.id, risen);
  for (auto& [id, link] : links_)
    if (link.note_durable(risen))
      outbox_.send_ack(link);
}

std::uint64_t replica::events_not_durable() const {
  std::uint64_t result = 0;
  if (const auto* kept = durable())
    for (const auto& d : vector())
      result += d.counter - std::min(d.counter, (*kept)[d.replica]);
  return result;
}

// -- neighbours ------------------------------------------------------------------------------------------------------

void replica::open(link_id id, bool push, std::uint64_t now_ms, std::uint32_t version) {
  auto& link = links_.open(id, options_, push, version, now_ms);
  if (push)
    outbox_.send_hello(link, want::answer, now_ms);
}

void replica::greet(link_id id, std::uint64_t now_ms) {
  if (auto* link = links_.find(id); link != nullptr && !link->introduced)
    outbox_.send_hello(*link, want::answer, now_ms);
}

void replica::set_push(link_id id, bool push, std::uint64_t now_ms) {
  auto* link = links_.find(id);
  if (link == nullptr || link->push == push)
    return;
  link->push = push;
  // A stream that has begun only pauses: its numbers must not be used twice.
  if (push && !link->out && link->introduced)
    pump_.restart(*link);
  outbox_.send_hello(*link, link->has_said_hello() ? want::nothing : want::answer, now_ms);
  pump_.pump(*link, now_ms);
}

void replica::close(link_id id, std::uint64_t now_ms) {
  auto* link = links_.find(id);
  if (link == nullptr)
    return;
  intake_.close(*link);
  guard_.forget(link->neighbour);
  pump_.part(*link, now_ms);
  links_.close(id);
  outbox_.announce_sources(links_);
  intake_.resume_streams(now_ms);
  pump_.pump_all(links_, now_ms);
}

void replica::set_members(std::set<replica_id> members) {
  members.erase(options_.id);
  members_.set(std::move(members));
}

std::optional<refusal> replica::receive(link_id id, std::string_view frame, std::uint64_t now_ms) {
  auto* link = links_.find(id);
  if (link == nullptr)
    return std::nullopt;
  ++counters_.frames_received;
  counters_.bytes_received += frame.size();
  auto decoded = decode(frame);
  if (!decoded)
    return outbox_.refuse(*link, decoded.error().code, to_string(decoded.error()));
  link->version = codec_version_of(frame);
  return std::visit([&](const auto& message) { return handle(*link, message, now_ms); }, *decoded);
}

std::optional<refusal> replica::refuse_hello(neighbour_link& link, const hello& message) {
  if (message.cluster != options_.cluster)
    return outbox_.refuse(link, refusal_code::other_cluster,
                          "cluster '" + message.cluster + "' is not cluster '" + options_.cluster + "'");
  if (is_own(message.id))
    return outbox_.refuse(link, refusal_code::same_replica, "replica id " + to_string(message.id) + " is taken");
  if (link.has_said_hello() && link.neighbour != message.id)
    return outbox_.refuse(link, refusal_code::malformed, "the replica id of an open link has changed");
  if (known().is_forged(message.vector) || known().is_forged(message.forgotten) || known().is_forged(message.durable)
      || (message.retired && known().is_forged(*message.retired)))
    return outbox_.refuse_forged(link);
  return std::nullopt;
}

std::optional<refusal> replica::handle(neighbour_link& link, const hello& message, std::uint64_t now_ms) {
  if (auto refused = refuse_hello(link, message))
    return refused;
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
  links_.note_disk(link, message);
  outbox_.announce_sources(links_);
  // Whoever asks again has missed something: it shall start anew.
  if (message.answer_wanted && !is_first)
    intake_.void_stream(link);
  if (!message.retired && message.retired_digest != retired().digest()) {
    // What it has retired may be what it lacks. Our hello says what we have retired, and it will do the same.
    outbox_.send_hello(link, want::answer, now_ms);
    return std::nullopt;
  }
  link.introduce(known(), message, state_.changed_bytes());
  link.forgotten_answered = link.forgotten_asked;
  known().join_forgotten(message.forgotten);
  if (message.answer_wanted)
    outbox_.send_hello(link, want::nothing, now_ms);
  if (link.out ? link.out->id() != message.stream : link.push)
    pump_.restart(link);
  if (link.out && message.full_state_wanted)
    link.out->begin_full_state(pump_.source(), link.values);
  pump_.pump_all(links_, now_ms);
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
  pump_.pump(link, now_ms);
  return std::nullopt;
}

std::optional<refusal> replica::handle(neighbour_link& link, const ack& message, std::uint64_t now_ms) {
  if (known().is_forged(message.vector) || known().is_forged(message.durable))
    return outbox_.refuse_forged(link);
  link.learn(known(), message.vector, state_.changed_bytes());
  if (!message.durable.empty())
    links_.disks().learn(link.node, link.neighbour, message.durable);
  if (link.out && link.out->id() == message.stream) {
    link.out->acknowledge(message.number);
    // Before pieces, parts were all that there is to count.
    link.window.arrived(link.version >= codec_version_with_pieces ? message.arrived : message.number, now_ms);
    link.acknowledged_ms = now_ms;
    link.progress_ms = now_ms;
  }
  pump_.pump(link, now_ms);
  return std::nullopt;
}

std::optional<refusal> replica::handle(neighbour_link& link, const sources& message, std::uint64_t now_ms) {
  link.left_to_origins.set_sources(message.ids);
  pump_.pump(link, now_ms);
  return std::nullopt;
}

std::optional<refusal> replica::handle(neighbour_link& link, const heartbeat& message, std::uint64_t now_ms) {
  if (link.has_said_hello())
    guard_.hear(link.neighbour, message.clock);
  link.refused_there = message.refused;
  link.refused_there_because = message.refused_because.substr(0, reason_bytes_max);
  if (message.vector_digest == known().digest(vector())) {
    // It has all that is known here: an acknowledgement of that has been lost.
    if (link.introduced && !link.known.covers(vector()))
      outbox_.send_hello(link, want::answer, now_ms);
    if (message.ahead || intake_.is_ahead() || message.fingerprint == map().fingerprint())
      return std::nullopt;
    ++counters_.divergences;
    intake_.void_stream(link);
    outbox_.send_hello(link, want::full_state, now_ms);
  } else if (link.has_said_hello() && message.vector_digest != known().digest(link.known)) {
    // It has told us all of its version vector, but not all has arrived.
    outbox_.send_hello(link, want::answer, now_ms);
  }
  return std::nullopt;
}

std::optional<refusal> replica::handle(neighbour_link&, const refusal& message, std::uint64_t) {
  ++counters_.refusals;
  return refusal{message.code, "refused by the neighbour: " + message.reason};
}

void replica::work(std::uint64_t now_ms) {
  if (intake_.full_state().free_some(options_.work_registers_max) == options_.work_registers_max)
    return;
  if (is_writing_anew())
    return write_some_anew(now_ms);
  if (!has_sweep() && !state_.pages().has_work())
    return pump_.pump_all(links_, now_ms);
  const auto is_sweep = has_sweep() && (sweeps_next_ || !state_.pages().has_work());
  sweeps_next_ = !is_sweep;
  if (!is_sweep)
    // A key that is kept costs a few times as much as a register that is swept.
    return state_.list_keys(now_ms, std::max<std::size_t>(options_.work_registers_max / 4, 1));
  intake_.work(now_ms);
}

void replica::write_some_anew(std::uint64_t now_ms) {
  // To write costs a few times as much as to look.
  for (auto budget = std::max<std::size_t>(options_.work_registers_max / 4, 1); budget > 0 && is_writing_anew();
       --budget) {
    written_anew_ += state_.write_anew(salvaged_.back(), now_ms);
    salvaged_.pop_back();
  }
  if (!is_writing_anew())
    salvaged_.shrink_to_fit();
  pump_.pump_all(links_, now_ms);
}

void replica::retire_incarnations() {
  for (const auto& last : members_.over(map(), known(), links_)) {
    known().retire(last);
    for (auto& [id, link] : links_)
      link.retire(last.replica);
  }
}

// -- time ------------------------------------------------------------------------------------------------------------

void replica::tick(std::uint64_t now_ms) {
  tidy_up(now_ms);
  outbox_.announce_sources(links_, std::numeric_limits<std::size_t>::max());
  const auto is_heartbeat_due = has_passed(options_.heartbeat_every_ms, last_heartbeat_ms_, now_ms);
  if (is_heartbeat_due)
    last_heartbeat_ms_ = now_ms;
  intake_.tick(now_ms);
  for (auto& [id, link] : links_)
    tick(link, is_heartbeat_due, now_ms);
  pump_.pump_all(links_, now_ms);
}

void replica::tidy_up(std::uint64_t now_ms) {
  auto budget = state_.mend_stamps(now_ms, options_.work_registers_max);
  members_.look_for_stragglers(known(), links_, now_ms);
  // A full state that does not get on would keep the others from forgetting: it begins anew when there is room.
  for (auto& [id, link] : links_)
    if (link.out && link.out->holds_base() && has_passed(options_.straggler_patience_ms, link.acknowledged_ms, now_ms))
      link.out->begin_full_state(pump_.source(), link.values);
  // An entry outlives its expiry by the permitted drift, so that no clock of the cluster still lets it be read; and
  // while it is not clear which of the clocks is wrong, it outlives it by all of them.
  const auto certain_ms = guard_.reading() ? std::min(guard_.certain_ms(), now_ms) : now_ms;
  if (certain_ms > options_.drift_max_ms) {
    const auto left = state_.drop_expired(certain_ms - options_.drift_max_ms, budget);
    expired_ += budget - left;
    budget = left;
  }
  state_.pages().tick(now_ms);
  intake_.staged().give_up_old(now_ms);
  pump_.tick(now_ms);
  links_.disks().look(vector(), map().widened_count(), now_ms);
  // However much expires, what is erased must not be kept for ever.
  state_.forget(members_.stable_vector(known(), links_), std::max(budget, options_.work_registers_max / 4));
  retire_incarnations();
}

void replica::tick(neighbour_link& link, bool is_heartbeat_due, std::uint64_t now_ms) {
  link.left_to_origins.age(vector(), link.known, options_.forward_after_ms, now_ms);
  if (link.owes_answer() && has_passed(options_.answer_within_ms, link.progress_ms, now_ms))
    outbox_.send_hello(link, want::answer, now_ms);
  else if (link.has_said_hello() && (!link.untold.empty() || !link.untold_durable.empty()))
    outbox_.send_ack(link);
  if (link.has_said_hello() && is_heartbeat_due)
    outbox_.send_heartbeat(link, intake_.is_ahead(), now_ms);
}

// -- what is known ---------------------------------------------------------------------------------------------------

bool replica::is_moving(dot d, std::uint64_t now_ms) const {
  return std::any_of(links_.begin(), links_.end(), [&](const auto& item) {
    const auto& link = item.second;
    return link.values.is_under_way(d) && !has_passed(moving_ms_max, link.progress_ms, now_ms);
  });
}

std::vector<replica_id> replica::ids_of_node() const {
  const auto own = own_ids();
  std::vector<replica_id> result{own.begin(), own.end()};
  for (auto former : former_ids_)
    for (auto id : {former, twin_of(former)})
      if (vector()[id] != 0)
        result.push_back(id);
  return result;
}

std::vector<last_event> replica::own_events_beyond(dot beyond, std::size_t events_max) const {
  std::vector<last_event> result;
  const auto own = beyond.replica;
  for (auto [counter, owner] = map().index().next(own, beyond.counter);
       owner != nullptr && counter <= vector()[own] && result.size() < events_max;
       std::tie(counter, owner) = map().index().next(own, counter))
    result.push_back({std::string{owner->key()}, {own, counter}});
  return result;
}

void replica::check_invariants() const {
  state_.check_invariants();
  intake_.check_invariants();
  for (const auto& [id, link] : links_)
    link.check_invariants(known());
}

bool replica::caught_up() const {
  return std::all_of(links_.begin(), links_.end(), [](const auto& item) { return item.second.caught_up; });
}

bool replica::caught_up(link_id id) const {
  const auto* link = links_.find(id);
  return link != nullptr && link->caught_up;
}

std::vector<neighbour_status> replica::neighbours() const {
  std::vector<neighbour_status> result;
  for (const auto& [id, link] : links_)
    result.push_back(status_of(link));
  return result;
}

neighbour_status replica::status_of(const neighbour_link& link) const {
  neighbour_status status;
  status.link = link.id;
  status.id = link.neighbour;
  status.node = link.node;
  status.push = link.push;
  status.caught_up = link.caught_up;
  for (const auto& d : link.introduced ? vector() : whole_vector())
    status.lag_events += d.counter - std::min(d.counter, link.known[d.replica]);
  if (status.lag_events > 0)
    status.lag_bytes_max = state_.changed_bytes() - link.changed_bytes_at_level;
  status.in_flight_bytes = link.window.in_flight_bytes();
  status.refused_here = link.refused_here;
  status.refused_there = link.refused_there;
  status.refusal = link.refused_here > 0 ? link.refused_here_because : link.refused_there_because;
  status.clock_ahead_ms = guard_.ahead_ms(link.neighbour);
  return status;
}

} // namespace ariadne::crdt
