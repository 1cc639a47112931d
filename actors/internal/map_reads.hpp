#pragma once

#include "actors/internal/deadline.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/replica_messages.hpp"
#include "actors/internal/waiting_places.hpp"
#include "actors/internal/waiting_reads.hpp"
#include "session/rounds.hpp"

#include <caf/actor_control_block.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace ariadne {

/// What a read does to what it has found.
enum class read_purpose : std::uint8_t {
  look,
  /// It is erased, that event alone, as the answer goes out.
  take,
  /// It is kept from others who take or hold, until it is erased by its event.
  hold,
};

/// A read, and who waits for its answer: an entry as it stands in the map, or the state that it holds.
struct map_read {
  read_purpose purpose = read_purpose::look;
  caf::strong_actor_ptr asker;
  waiting_place place;
  std::variant<kept_promise<map_entry>, kept_promise<pickup_result>> answer;
  /// It only waits to see what becomes of an event that somebody else holds.
  bool is_impatient = false;

  bool is_abandoned() const {
    return place.is_abandoned();
  }
};

/// What a pickup makes of an entry: an error, if that is no snapshot.
caf::expected<pickup_result> to_pickup_result(const map_entry& entry);

/// The reads of one replica: those that wait for their key, and the states that are held for whoever takes them.
/// Nothing is erased, and nothing held, for a requester that is known to have ended, or whose answer is an error.
class map_reads {
public:
  /// `peek(key)` answers what a reader sees, but for the value, and `find(key)` all of it; `erase(key, event)` erases
  /// the event. `admits(asker, bytes)` says whether an answer of so many bytes may be made; then `answered(asker,
  /// bytes)` follows. `picked_up(outcome)` is told what a pickup or a take answers.
  struct map_access {
    std::function<map_entry(std::string_view key)> peek;
    std::function<map_entry(std::string_view key)> find;
    std::function<void(std::string_view key, const event_id& event)> erase;
    std::function<bool(const caf::strong_actor_ptr& asker, std::size_t bytes)> admits;
    std::function<void(const caf::strong_actor_ptr& asker, std::size_t bytes)> answered;
    std::function<void(pickup_outcome)> picked_up;
  };

  map_reads(map_access map, std::chrono::milliseconds hold_max) : map_(std::move(map)), hold_max_(hold_max) {}

  /// Whether the read has to wait, or holds what it finds: then it needs a place.
  bool needs_place(std::string_view key, read_purpose purpose, const wait_options& options) const;

  /// Answers at once, or lets the read wait. The key is valid.
  void add(std::string key, map_read read, const wait_options& options);

  /// Something has been written under the key, or has been erased or released there.
  void changed(std::string_view key) {
    waiting_.arrived(key);
  }

  /// Answers reads whose key has changed: at most so many in each call. Returns whether any was answered.
  bool answer_changed();

  /// The event has been erased on the word of a requester.
  void release(std::string_view key, const event_id& event);

  /// Time has passed, requesters have ended, or this node has caught up with all others. Ends what is over, at most so
  /// many reads in each call.
  void settle(bool is_caught_up);

  /// Whether the last calls have left something to be done. Then `go_on` and `answer_changed` are to be called soon.
  bool has_work() const {
    return waiting_.has_work() || ending_.is_due();
  }
  void go_on(bool is_caught_up);

  /// Whether a change of keys has to be told.
  bool empty() const {
    return waiting_.empty() && holds_.empty();
  }
  std::size_t size() const {
    return waiting_.size();
  }

private:
  struct hold {
    event_id event;
    steady_clock::time_point deadline;
    waiting_place place;
  };

  /// Whether somebody else takes this event.
  bool is_held(std::string_view key, const event_id& event, const map_read& read) const;
  /// Answers if there is something, and nobody else takes it; or if there is nothing, and the read does not wait.
  bool try_answer(const std::string& key, map_read& read);
  /// Answers whatever there is.
  void answer(const std::string& key, map_read& read);
  void deliver(const std::string& key, map_read& read, map_entry entry);
  void end_holds();

  map_access map_;
  std::chrono::milliseconds hold_max_;
  waiting_reads<map_read> waiting_;
  std::map<std::string, hold, std::less<>> holds_;
  /// Looks which of them are over.
  session::rounds<std::string> ending_;
};

} // namespace ariadne
