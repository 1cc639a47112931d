#include "actors/internal/session_courier.hpp"

#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/piece_source.hpp"
#include "actors/internal/value_transfer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne {

namespace {

using ticking_courier_actor = session_messenger_actor::extend<
  // Time has passed.
  takes<tick_atom>>;

class session_courier_state {
public:
  static inline const char* name = "session_courier";

  explicit session_courier_state(ticking_courier_actor::pointer self) : self_(self) {}

  void start(session_courier_options options, std::shared_ptr<budget_share> share) {
    options_ = std::move(options);
    share_ = std::move(share);
    pieces_.emplace(self_, options_.answers);
    come_.reserve(options_.total_bytes);
    term_.emplace(self_, options_.idle_max, [this] { self_->quit(); });
    term_->begin(options_.client);
  }

  caf::result<std::uint64_t> put(std::uint64_t offset, std::string_view piece) {
    if (!term_->is_from_client() || is_sent_)
      return make_error(ec::refused, "these bytes belong to no message that is on its way to a session");
    term_->note_use();
    if (auto problem = check_next_piece(offset, piece.size(), come_.size(), options_.total_bytes))
      return problem;
    come_.append(piece);
    return come_.size();
  }

  caf::result<value_opening> deliver(std::uint64_t wait_ms) {
    if (auto problem = check_whole())
      return problem;
    return deliver(std::move(come_), wait_ms);
  }

  caf::result<value_opening> deliver(std::string&& message, std::uint64_t wait_ms) {
    if (!term_->is_from_client())
      return make_error(ec::refused, "somebody else speaks to the session");
    if (!pieces_->has_room(options_.client)) {
      end();
      return make_error(ec::too_many_answers);
    }
    return ask<value_opening, std::string>([this](std::string& answer) { return open(std::move(answer)); },
                                           deliver_atom_v, options_.kind, options_.id, std::move(message), wait_ms);
  }

  caf::result<session_place> start_session() {
    if (auto problem = check_whole())
      return problem;
    options_.state.bytes = std::move(come_);
    return ask<session_place, session_place>(
      [this](session_place& place) {
        end();
        return caf::expected<session_place>{std::move(place)};
      },
      start_atom_v, options_.kind, options_.id, std::move(options_.state));
  }

  caf::result<std::string> read(std::uint64_t offset, std::uint64_t bytes) {
    if (!term_->is_from_client())
      return make_error(ec::refused, "these bytes are not to be had from here");
    term_->note_use();
    auto piece = pieces_->read(offset, bytes);
    if (pieces_->is_read())
      end();
    return piece;
  }

  void tick() {
    if (is_over_)
      pieces_->end();
    else
      term_->tick();
  }

private:
  /// An error unless all of the message has come, for the first time.
  caf::error check_whole() {
    if (term_->is_from_client() && come_.size() == options_.total_bytes && !std::exchange(is_sent_, true))
      return {};
    return make_error(ec::refused,
                      fmt::format("{} of {} bytes of the message have come", come_.size(), options_.total_bytes));
  }

  /// Asks the host, and answers with what `convert` makes of that. The host has its own time for it.
  template <class Answer, class Response, class Convert, class... Request>
  caf::result<Answer> ask(Convert convert, Request&&... request) {
    term_->suspend(true);
    auto promise = self_->make_response_promise<Answer>();
    const auto answer = std::make_shared<kept_promise<Answer>>(promise, ec::session_unanswered);
    mail(self_, std::forward<Request>(request)...)
      .request(options_.host, caf::infinite)
      .then([answer, convert](Response& response) { answer->deliver(convert(response)); },
            [=, this](caf::error& error) {
              answer->deliver(std::move(error));
              end();
            });
    return promise;
  }

  caf::expected<value_opening> open(std::string&& answer) {
    term_->suspend(false);
    share_.reset();
    answer_ = std::move(answer);
    auto opening = pieces_->open(options_.client, {pickup_outcome::found, {}, {}}, answer_, false);
    if (!opening)
      opening = make_error(ec::session_unanswered,
                           "it has been handled, but too many answers of this node have not been taken yet");
    if (!opening || !opening->reader)
      end();
    return opening;
  }

  /// Frees the answer, and ends once it has been handed over.
  void end() {
    is_over_ = true;
    pieces_->end();
    std::string{}.swap(answer_);
  }

  ticking_courier_actor::pointer self_;
  session_courier_options options_;
  /// For what comes.
  std::shared_ptr<budget_share> share_;
  std::string come_;
  bool is_sent_ = false;
  std::optional<transfer_term<ticking_courier_actor::pointer>> term_;
  std::string answer_;
  /// Of the answer.
  std::optional<piece_source<ticking_courier_actor::pointer>> pieces_;
  bool is_over_ = false;
};

ticking_courier_actor::behavior_type
session_courier(ticking_courier_actor::stateful_pointer<session_courier_state> self, session_courier_options options,
                std::shared_ptr<budget_share> share) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  state.start(std::move(options), std::move(share));
  return {
    [&state](put_atom, std::uint64_t offset, const std::string& piece) { return state.put(offset, piece); },
    [&state](deliver_atom, std::uint64_t wait_ms) { return state.deliver(wait_ms); },
    [&state](deliver_atom, std::string& message, std::uint64_t wait_ms) {
      return state.deliver(std::move(message), wait_ms);
    },
    [&state](start_atom) { return state.start_session(); },
    [&state](get_atom, std::uint64_t offset, std::uint64_t bytes) { return state.read(offset, bytes); },
    [&state](tick_atom) { state.tick(); },
  };
}

} // namespace

caf::expected<session_messenger_actor> spawn_session_courier(caf::actor_system& system,
                                                             session_courier_options options) {
  auto share = std::make_shared<budget_share>();
  if (!share->take(options.answers, system.node(), options.client->node(), options.total_bytes))
    return make_error(ec::too_many_answers);
  return caf::actor_cast<session_messenger_actor>(system.spawn(session_courier, std::move(options), std::move(share)));
}

} // namespace ariadne
