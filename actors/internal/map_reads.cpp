#include "actors/internal/map_reads.hpp"

#include "actors/internal/replica_messages.hpp"
#include "actors/snapshot.hpp"

#include <iterator>
#include <optional>
#include <utility>

namespace ariadne {

namespace {

/// What an answer takes besides the value, at least.
constexpr std::size_t entry_overhead = 256;

bool is_same(const event_id& left, const event_id& right) {
  return left.replica == right.replica && left.counter == right.counter;
}

} // namespace

caf::expected<pickup_result> to_pickup_result(const map_entry& entry) {
  if (!entry.found)
    return pickup_result{entry.caught_up ? pickup_outcome::absent : pickup_outcome::pending, {}, {}};
  auto state = decode_snapshot(entry.value.view());
  if (!state)
    return std::move(state.error());
  return pickup_result{pickup_outcome::found, std::move(*state), entry.event};
}

bool map_reads::needs_place(std::string_view key, read_purpose purpose, const wait_options& options) const {
  return purpose != read_purpose::look || (options.wait_ms > 0 && !map_.peek(key).found);
}

void map_reads::add(std::string key, map_read read, const wait_options& options) {
  if (try_answer(key, read))
    return;
  auto entry = map_.peek(key);
  if (entry.found) {
    // Somebody else takes it. That ends soon, and if it comes to nothing, this is the next one.
    read.is_impatient = options.wait_ms == 0;
    const auto wait_ms = std::max(options.wait_ms, static_cast<std::uint64_t>(2 * hold_max_.count()));
    return waiting_.add(std::move(key), {wait_end::arrival, deadline_in(wait_ms), std::move(read)});
  }
  if (options.wait_ms == 0 || (entry.caught_up && options.until == wait_end::certainty))
    return deliver(key, read, std::move(entry));
  waiting_.add(std::move(key), {options.until, deadline_in(options.wait_ms), std::move(read)});
}

bool map_reads::answer_changed() {
  return waiting_.answer_arrived([this](const std::string& k, map_read& read) { return try_answer(k, read); });
}

void map_reads::release(std::string_view key, const event_id& event) {
  const auto found = holds_.find(key);
  if (found == holds_.end() || !is_same(found->second.event, event))
    return;
  holds_.erase(found);
  changed(key);
}

void map_reads::settle(bool is_caught_up) {
  ending_.look_at(holds_.size(), holds_.size());
  waiting_.look_at_all();
  go_on(is_caught_up);
}

void map_reads::go_on(bool is_caught_up) {
  end_holds();
  waiting_.end_overdue(steady_clock::now(), is_caught_up,
                       [this](const std::string& key, map_read& read) { answer(key, read); });
}

void map_reads::end_holds() {
  const auto now = steady_clock::now();
  ending_.go_on(holds_, waiting_reads<map_read>::step_looks_max, [&](auto position) {
    const auto& [key, held] = *position;
    if (now < held.deadline && !held.place.is_abandoned())
      return std::optional{std::next(position)};
    const auto next = std::next(position);
    const auto ended = holds_.extract(position);
    changed(ended.key());
    return std::optional{next};
  });
}

bool map_reads::is_held(std::string_view key, const event_id& event, const map_read& read) const {
  if (read.purpose == read_purpose::look)
    return false;
  const auto found = holds_.find(key);
  return found != holds_.end() && is_same(found->second.event, event) && !found->second.place.is_abandoned()
         && !found->second.place.is_shared_with(read.place) && steady_clock::now() < found->second.deadline;
}

bool map_reads::try_answer(const std::string& key, map_read& read) {
  auto entry = map_.peek(key);
  if (entry.found ? is_held(key, entry.event, read) : !read.is_impatient)
    return false;
  deliver(key, read, entry.found ? map_.find(key) : std::move(entry));
  return true;
}

void map_reads::answer(const std::string& key, map_read& read) {
  auto entry = map_.peek(key);
  if (entry.found && is_held(key, entry.event, read))
    entry.found = false;
  deliver(key, read, entry.found ? map_.find(key) : std::move(entry));
}

void map_reads::deliver(const std::string& key, map_read& read, map_entry entry) {
  const auto event = entry.event;
  const auto bytes = entry.value.size() + entry_overhead;
  if (!map_.admits(read.asker, bytes))
    return std::visit([](auto& answer) { answer.deliver(make_error(ec::too_many_answers)); }, read.answer);
  auto is_served = entry.found && std::visit([](const auto& answer) { return answer.is_wanted(); }, read.answer);
  if (auto* answer = std::get_if<kept_promise<map_entry>>(&read.answer)) {
    answer->deliver(std::move(entry));
  } else {
    auto state = to_pickup_result(entry);
    is_served &= bool{state};
    if (state)
      map_.picked_up(state->outcome);
    std::get<kept_promise<pickup_result>>(read.answer).deliver(std::move(state));
  }
  map_.answered(read.asker, bytes);
  if (!is_served)
    return;
  if (read.purpose == read_purpose::take)
    map_.erase(key, event);
  else if (read.purpose == read_purpose::hold)
    holds_[key] = {event, steady_clock::now() + hold_max_, std::move(read.place)};
}

} // namespace ariadne
