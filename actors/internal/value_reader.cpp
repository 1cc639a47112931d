#include "actors/internal/value_reader.hpp"

#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/piece_messages.hpp"
#include "actors/internal/piece_source.hpp"
#include "actors/internal/snapshot_view.hpp"
#include "actors/internal/value_transfer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace ariadne {

namespace {

using ticking_reader_actor = value_opener_actor::extend<
  // Time has passed.
  takes<tick_atom>>;

/// How often a hold is prolonged: request_limits::hold_max is longer.
constexpr std::chrono::milliseconds hold_interval{500};

class value_reader_state {
public:
  static inline const char* name = "value_reader";

  explicit value_reader_state(ticking_reader_actor::pointer self) : self_(self) {}

  void start(crdt_replica_actor replica, std::shared_ptr<answer_budget> answers, std::chrono::milliseconds idle_max) {
    replica_ = caf::actor_cast<value_holding_actor>(replica);
    pieces_.emplace(self_, std::move(answers));
    term_.emplace(self_, idle_max, [this] { end(); });
  }

  template <class... Operation>
  caf::result<value_opening> open(bool holds, std::string key, const wait_options& options, Operation... operation) {
    client_ = self_->current_sender();
    key_ = key;
    if (!client_ || !pieces_->has_room(client_)) {
      end();
      return make_error(client_ ? ec::too_many_answers : ec::refused);
    }
    holds_ = holds;
    term_->begin(client_);
    term_->suspend(true);
    auto promise = self_->make_response_promise<value_opening>();
    const auto answer = std::make_shared<kept_promise<value_opening>>(promise);
    mail(self_, operation..., std::move(key), options)
      .request(replica_, caf::infinite)
      .then([this, answer](const map_entry& entry) { opened(entry, *answer); },
            [this, answer](caf::error& error) {
              answer->deliver(std::move(error));
              end();
            });
    return promise;
  }

  caf::result<std::string> read(std::uint64_t offset, std::uint64_t bytes) {
    if (!term_->is_from_client())
      return make_error(ec::refused, "these bytes are not to be had from here");
    term_->note_use();
    if (holds_)
      go_on_holding();
    auto piece = pieces_->read(offset, bytes);
    if (!holds_ && pieces_->is_read())
      end();
    return piece;
  }

  void tick() {
    if (is_over_)
      end();
    else
      term_->tick();
  }

private:
  /// What takes longer to be read than a hold lasts is held anew meanwhile, unless it has been replaced.
  void go_on_holding() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_hold_)
      return;
    next_hold_ = now + hold_interval;
    mail(self_, get_atom_v, hold_atom_v, key_, wait_options{})
      .request(replica_, caf::infinite)
      .then(
        [this](const map_entry& entry) {
          if (!entry.found || entry.event.replica != event_.replica || entry.event.counter != event_.counter)
            next_hold_ = std::chrono::steady_clock::time_point::max();
        },
        [](const caf::error&) {});
  }

  void opened(const map_entry& entry, kept_promise<value_opening>& answer) {
    term_->suspend(false);
    auto opening = begin(entry);
    const auto goes_on = opening && opening->reader;
    answer.deliver(std::move(opening));
    if (!goes_on)
      end();
  }

  caf::expected<value_opening> begin(const map_entry& entry) {
    pickup_result found;
    if (!entry.found) {
      found.outcome = entry.caught_up ? pickup_outcome::absent : pickup_outcome::pending;
      return pieces_->open(client_, std::move(found), {}, false);
    }
    const auto state = view_snapshot(entry.value.view());
    if (!state)
      return state.error();
    entry_ = entry.value;
    event_ = entry.event;
    next_hold_ = std::chrono::steady_clock::now() + hold_interval;
    found = {pickup_outcome::found, {std::string{state->type_name}, state->schema_version, {}}, event_};
    return pieces_->open(client_, std::move(found), state->bytes, holds_);
  }

  /// Frees the value, and ends once all answers have been handed over.
  void end() {
    is_over_ = true;
    pieces_->end();
    entry_ = {};
  }

  ticking_reader_actor::pointer self_;
  value_holding_actor replica_;
  std::optional<piece_source<ticking_reader_actor::pointer>> pieces_;
  std::optional<transfer_term<ticking_reader_actor::pointer>> term_;
  caf::strong_actor_ptr client_;
  std::string key_;
  event_id event_;
  bool holds_ = false;
  std::chrono::steady_clock::time_point next_hold_;
  bool is_over_ = false;
  crdt::shared_bytes entry_;
};

ticking_reader_actor::behavior_type value_reader(ticking_reader_actor::stateful_pointer<value_reader_state> self,
                                                 const crdt_replica_actor& replica,
                                                 std::shared_ptr<answer_budget> answers,
                                                 std::chrono::milliseconds idle_max) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  state.start(replica, std::move(answers), idle_max);
  return {
    [&state](pickup_atom, std::string& key, const wait_options& options) {
      return state.open(false, std::move(key), options, get_atom_v);
    },
    [&state](hold_atom, std::string& key, const wait_options& options) {
      return state.open(true, std::move(key), options, get_atom_v, hold_atom_v);
    },
    [&state](get_atom, std::uint64_t offset, std::uint64_t bytes) { return state.read(offset, bytes); },
    [&state](tick_atom) { state.tick(); },
  };
}

} // namespace

value_opener_actor spawn_value_reader(caf::actor_system& system, crdt_replica_actor replica,
                                      std::shared_ptr<answer_budget> answers, std::chrono::milliseconds idle_max) {
  return system.spawn(value_reader, std::move(replica), std::move(answers), idle_max);
}

} // namespace ariadne
