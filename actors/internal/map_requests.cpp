#include "actors/internal/map_requests.hpp"

#include "actors/error.hpp"
#include "actors/internal/event_ids.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/write_errors.hpp"
#include "crdt/fenced_write.hpp"

#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace ariadne {

namespace {

/// No time to live is longer: a thousand years.
constexpr std::uint64_t forever_ms = std::uint64_t{1000} * 365 * 24 * 3600 * 1000;

/// 0, which is never, for a time to live of 0.
std::uint64_t expiry_of(std::uint64_t time_to_live_ms, std::uint64_t now_ms) {
  return time_to_live_ms == 0 ? 0 : now_ms + std::min(time_to_live_ms, forever_ms);
}

} // namespace

map_requests::map_requests(surroundings around, std::chrono::milliseconds hold_max)
  : around_(std::move(around)), tally_(tally_of(around_.self->system())), reads_(access(), hold_max) {
  for (auto& writes : writes_)
    writes.call_on_answer([this](const write_concern& concern, steady_clock::duration took, const caf::error* why) {
      if (why)
        tally_.stash_failures[reason_of(*why)].add();
      else
        durations_of(concern).add(took);
    });
}

caf::result<receipt> map_requests::put(std::string_view key, crdt::shared_bytes value, const write_options& options,
                                       bool counts_from_last_piece) {
  const auto refuse = [this](caf::error why) {
    tally_.stash_failures[reason_of(why)].add();
    return why;
  };
  if (auto refused = check_reserved(key))
    return refuse(std::move(refused));
  if (auto refused = around_.acknowledged.check(options.concern))
    return refuse(std::move(refused));
  // Nobody waits for the answer to what nobody has sent.
  const auto waits =
    (options.concern.level != concern_level::local || options.concern.durable) && around_.self->current_sender();
  auto place = waits ? around_.room.admit_write(options.timeout_ms) : waiting_place{};
  if (!place)
    return refuse(std::move(place.error()));
  const auto now = around_.core.now_ms();
  const auto written = around_.core->put(key, std::move(value), now, expiry_of(options.time_to_live_ms, now));
  if (!written)
    return refuse(to_error(written.error(), key, around_.limits));
  const auto event = to_event_id(*written);
  if (!waits) {
    durations_of(options.concern).add({});
    around_.flush();
    return receipt{event, {around_.core->id().value}};
  }
  auto promise = around_.self->make_response_promise<receipt>();
  writes_of(written->replica)
    .add(event, options, std::move(*place), kept_promise<receipt>{promise}, counts_from_last_piece);
  around_.flush();
  return promise;
}

caf::result<fenced_receipt> map_requests::put_fenced(const std::string& key, std::string_view value,
                                                     const write_fence& fence) {
  auto place = around_.room.admit_write(fence.hold_timeout_ms);
  if (!place)
    return std::move(place.error());
  const auto now = around_.core.now_ms();
  std::vector<crdt::dot> expected;
  for (const auto& event : fence.expected)
    expected.push_back(to_dot(event));
  const auto result =
    crdt::fenced_write(*around_.core, key, value, expected, now, expiry_of(fence.time_to_live_ms, now));
  if (!result)
    return to_error(result.error(), key, around_.limits);
  if (!result->written || (fence.holders == concern_level::local && !fence.durable)) {
    around_.flush();
    return fenced_receipt{result->written, result->written, read_live(key)};
  }
  auto promise = around_.self->make_response_promise<fenced_receipt>();
  const auto event = result->entries.front().dot;
  const auto timeout_ms = fence.hold_timeout_ms == 0 ? around_.room.wait_ms_max() : fence.hold_timeout_ms;
  writes_of(event.replica)
    .add(to_event_id(event),
         {.concern = {.level = fence.holders, .durable = fence.durable, .where_kept = fence.durable},
          .timeout_ms = timeout_ms},
         std::move(*place), {kept_promise<fenced_receipt>{promise}, [this, key] { return read_live(key); }});
  around_.flush();
  return promise;
}

template <class Answer>
caf::result<Answer> map_requests::read(std::string& key, read_purpose purpose, const wait_options& options) {
  if (auto refused = check_key(key))
    return refused;
  auto place = reads_.needs_place(key, purpose, options) ? around_.room.admit(options.wait_ms) : waiting_place{};
  if (!place)
    return std::move(place.error());
  // The promise takes the sender over.
  auto asker = around_.self->current_sender();
  if (!asker)
    return make_error(ec::refused, "nobody waits for the answer");
  auto promise = around_.self->make_response_promise<Answer>();
  reads_.add(std::move(key), {purpose, std::move(asker), std::move(*place), kept_promise<Answer>{promise}}, options);
  around_.flush();
  return promise;
}

template caf::result<map_entry> map_requests::read(std::string&, read_purpose, const wait_options&);
template caf::result<pickup_result> map_requests::read(std::string&, read_purpose, const wait_options&);

caf::result<bool> map_requests::discard(const std::string& key) {
  if (auto refused = check_key(key))
    return refused;
  // What is not shown is not erased unseen either.
  const auto now = around_.core.now_ms();
  const auto erased = !around_.kept.hides(around_.core->get(key, now)) && around_.core->erase(key, now);
  around_.flush();
  return erased;
}

caf::result<discard_receipt> map_requests::discard(const std::string& key, const event_id& event) {
  if (auto refused = check_key(key))
    return refused;
  const auto done = crdt::fenced_erase(*around_.core, key, to_dot(event), around_.core.now_ms());
  reads_.release(key, event);
  around_.flush();
  return discard_receipt{done.erased, done.standing ? to_event_id(*done.standing) : event_id{}};
}

live_values map_requests::read_live(const std::string& key) {
  return {key, crdt::live_entries(*around_.core, key, around_.core.now_ms())};
}

void map_requests::settle_writes() {
  for (auto own : around_.core->own_ids()) {
    auto& writes = writes_of(own);
    if (writes.empty())
      continue;
    const auto view = around_.acknowledged.view(own);
    writes.settle(view);
    if (writes.is_giving_up())
      writes.give_up_hopeless(view, [&](const event_id& event) {
        return own != around_.core->id() && around_.core->is_moving({own, event.counter}, around_.core.now_ms());
      });
  }
}

void map_requests::look_at_all_writes() {
  for (auto& writes : writes_)
    writes.look_at_all();
}

caf::error map_requests::check_key(const std::string& key) const {
  if (auto refused = check_reserved(key))
    return refused;
  if (const auto problem = around_.core->check_key(key))
    return to_error(*problem, key, around_.limits);
  return {};
}

map_entry map_requests::look_at(std::string_view key, bool with_value) {
  map_entry result;
  result.caught_up = around_.is_caught_up();
  const auto entry = around_.core->get(key, around_.core.now_ms());
  if (around_.kept.hides(entry)) {
    result.caught_up = false;
  } else if (entry) {
    result.found = true;
    result.event = to_event_id(entry->dot);
    if (with_value)
      result.value = entry->value;
  }
  return result;
}

map_reads::map_access map_requests::access() {
  return {.peek = [this](std::string_view key) { return look_at(key, false); },
          .find = [this](std::string_view key) { return look_at(key, true); },
          .erase = [this](std::string_view key,
                          const event_id& event) { around_.core->erase(key, to_dot(event), around_.core.now_ms()); },
          .admits = [this](const auto& asker, std::size_t bytes) { return around_.gate.admits(asker, bytes); },
          .answered = [this](const auto& asker, std::size_t bytes) { around_.gate.answered(asker, bytes); },
          .picked_up = [this](pickup_outcome what) { note_pickup(what); }};
}

void map_requests::note_pickup(pickup_outcome what) {
  constexpr std::array<const char*, 3> outcomes{"found", "absent", "pending"};
  const auto i = static_cast<std::size_t>(what);
  if (pickups_.at(i) == nullptr)
    pickups_[i] = &tally_.pickups[outcomes.at(i)];
  pickups_[i]->add();
}

duration_histogram& map_requests::durations_of(const write_concern& concern) {
  auto& result = stash_durations_.at(2 * static_cast<std::size_t>(concern.level) + (concern.durable ? 1 : 0));
  if (result == nullptr)
    result = &tally_.stash_durations[label_of(concern)];
  return *result;
}

} // namespace ariadne
