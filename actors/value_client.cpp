#include "actors/value_client.hpp"

#include "actors/error.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/monitored_actors.hpp"
#include "actors/internal/piece_messages.hpp"
#include "crdt/shared_bytes.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne {

namespace {

using ticking_client_actor = value_client_actor::extend<
  // The actor that this transfer depends on has ended a moment ago.
  takes<tick_atom, std::uint64_t>,
  // It has been silent for a while, with all of so many bytes.
  takes<tick_atom, std::uint64_t, std::uint64_t>>;

/// How long an answer may be on its way within this process when the connection that it came by has ended.
constexpr std::chrono::milliseconds answer_overtaken{50};

std::uint64_t now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

/// One value on its way: out, or in, or a message that goes out and its answer that comes in.
struct transfer {
  explicit transfer(const crdt::congestion_limits& limits) : window(limits) {}

  std::function<void(caf::error)> fail;
  crdt::congestion_window window;
  /// Sent, or asked for.
  std::uint64_t begun_bytes = 0;
  std::uint64_t pieces = 0;
  /// The node's actor that it depends on, and why that has ended.
  caf::strong_actor_ptr other_side;
  caf::error end_of_other_side;

  /// What is sent, and who has it.
  std::string_view out;
  std::string own;
  crdt::shared_bytes shared;
  /// To be called once all of it is with `taker`.
  std::function<void(const caf::strong_actor_ptr& taker)> commit;

  /// What is read: its first bytes, of so many.
  pickup_result found;
  std::uint64_t total_bytes = 0;
  std::function<void(pickup_result&&)> done;
};

/// A transfer that has begun, and how it is answered.
template <class Answer>
struct begun_transfer {
  std::uint64_t number = 0;
  std::shared_ptr<transfer> data;
  caf::typed_response_promise<Answer> promise;
  std::function<void(Answer&&)> end;
};

class value_client_state {
public:
  static inline const char* name = "value_client";

  explicit value_client_state(ticking_client_actor::pointer self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { ended(down); }) {}

  void start(value_client_options options) {
    options_ = std::move(options);
  }

  template <class Atom>
  caf::result<pickup_result> read(Atom operation, std::string&& key, const wait_options& options) {
    auto t = begin<pickup_result>();
    t.data->done = std::move(t.end);
    open(t.number, besides(options.wait_ms), operation, std::move(key), options);
    return std::move(t.promise);
  }

  caf::result<receipt> write(std::string&& key, snapshot&& state, crdt::shared_bytes value,
                             const write_options& options) {
    auto t = begin<receipt>();
    send_from(*t.data, std::exchange(state.bytes, {}), std::move(value));
    t.data->commit = [this, number = t.number, end = std::move(t.end), options,
                      bytes = std::uint64_t{t.data->out.size()}](const caf::strong_actor_ptr& writer) {
      ask(number, caf::actor_cast<value_writer_actor>(writer), caf::infinite, end, stash_atom_v, options);
      look_after(number, bytes);
    };
    ask_for_taker(t.number, stash_atom_v, std::move(key), std::move(state), std::uint64_t{t.data->out.size()});
    return std::move(t.promise);
  }

  caf::result<std::string> deliver(std::string&& kind, std::string&& id, std::string&& message, std::uint64_t wait_ms) {
    auto t = begin<std::string>();
    t.data->done = [end = std::move(t.end)](pickup_result&& answer) { end(std::move(answer.state.bytes)); };
    if (message.size() <= value_piece_bytes_max) {
      open(t.number, within(wait_ms), deliver_atom_v, std::move(kind), std::move(id), std::move(message), wait_ms);
      return std::move(t.promise);
    }
    send_from(*t.data, std::move(message), {});
    t.data->commit = [this, number = t.number, wait_ms](const caf::strong_actor_ptr& courier) {
      const auto open = [=, this](value_opening&& opening) { opened(number, std::move(opening)); };
      ask(number, caf::actor_cast<session_courier_actor>(courier), within(wait_ms),
          std::function<void(value_opening &&)>{open}, deliver_atom_v, wait_ms);
    };
    ask_for_taker(t.number, deliver_atom_v, std::move(kind), std::move(id), std::uint64_t{t.data->out.size()});
    return std::move(t.promise);
  }

  caf::result<session_place> start_session(std::string&& kind, std::string&& id, snapshot&& state) {
    auto t = begin<session_place>();
    send_from(*t.data, std::exchange(state.bytes, {}), {});
    t.data->commit = [this, number = t.number, end = std::move(t.end)](const caf::strong_actor_ptr& courier) {
      // The host has a time of its own for that.
      ask(number, caf::actor_cast<session_courier_actor>(courier), 2 * options_.patience, end, start_atom_v);
    };
    ask_for_taker(t.number, start_atom_v, std::move(kind), std::move(id), std::move(state),
                  std::uint64_t{t.data->out.size()});
    return std::move(t.promise);
  }

  void note_end(std::uint64_t number) {
    if (const auto t = find(number); t && t->end_of_other_side)
      fail(number, std::move(t->end_of_other_side));
  }

  void ask_whether_there(std::uint64_t number, std::uint64_t bytes) {
    if (const auto t = find(number))
      mail(self_, put_atom_v, bytes, std::string{})
        .request(caf::actor_cast<piece_taker_actor>(t->other_side), options_.patience)
        .then([=, this](std::uint64_t) { look_after(number, bytes); }, failure_of(number));
  }

private:
  template <class Answer>
  begun_transfer<Answer> begin() {
    begun_transfer<Answer> t{
      ++last_, std::make_shared<transfer>(options_.window), self_->template make_response_promise<Answer>(), {}};
    const auto answer = std::make_shared<kept_promise<Answer>>(t.promise);
    t.data->fail = [answer](caf::error why) { answer->deliver(std::move(why)); };
    t.end = [this, answer, number = t.number](Answer&& found) {
      if (end(number))
        answer->deliver(std::move(found));
    };
    depend_on(*t.data, caf::actor_cast<caf::strong_actor_ptr>(options_.desk));
    transfers_[t.number] = t.data;
    return t;
  }

  /// Null, if it is over.
  std::shared_ptr<transfer> find(std::uint64_t number) const {
    const auto found = transfers_.find(number);
    return found == transfers_.end() ? nullptr : found->second;
  }

  std::function<void(caf::error&)> failure_of(std::uint64_t number) {
    return [=, this](caf::error& error) { fail(number, std::move(error)); };
  }

  void fail(std::uint64_t number, caf::error why) {
    if (const auto t = end(number))
      t->fail(std::move(why));
  }

  std::shared_ptr<transfer> end(std::uint64_t number) {
    const auto t = find(number);
    if (t) {
      depend_on(*t, nullptr);
      transfers_.erase(number);
    }
    return t;
  }

  void depend_on(transfer& t, caf::strong_actor_ptr other_side) {
    if (t.other_side)
      monitored_.remove(t.other_side);
    t.other_side = std::move(other_side);
    if (t.other_side)
      monitored_.add(t.other_side);
  }

  void ended(const caf::down_msg& down) {
    for (const auto& [number, t] : transfers_)
      if (t->other_side == down.source) {
        t->end_of_other_side = caf::sec::request_receiver_down;
        if (down.reason == caf::exit_reason::remote_link_unreachable)
          t->end_of_other_side = down.reason;
        mail(self_, tick_atom_v, std::uint64_t{number}).delay(answer_overtaken).send(self_);
      }
  }

  /// How long an answer may take that the node lets wait: besides its patience, or within it, if that is longer.
  std::chrono::milliseconds besides(std::uint64_t wait_ms) const {
    return options_.patience + std::chrono::milliseconds{wait_ms};
  }
  std::chrono::milliseconds within(std::uint64_t wait_ms) const {
    return std::max(options_.patience, std::chrono::milliseconds{wait_ms + wait_ms / 9});
  }

  template <class Actor, class Time, class Answer, class... Request>
  void ask(std::uint64_t number, const Actor& whom, Time time, std::function<void(Answer&&)> handle,
           Request&&... request) {
    mail(self_, std::forward<Request>(request)...)
      .request(whom, time)
      .then([handle = std::move(handle)](Answer& answer) { handle(std::move(answer)); }, failure_of(number));
  }

  /// The writer may be busy for as long as nodes hand the value on; but it has to be there.
  void look_after(std::uint64_t number, std::uint64_t bytes) {
    mail(self_, tick_atom_v, number, bytes).delay(options_.patience / 2).send(self_);
  }

  // -- reading -------------------------------------------------------------------------------------------------------

  template <class... Request>
  void open(std::uint64_t number, std::chrono::milliseconds time, Request&&... request) {
    ask(number, options_.desk, time, std::function<void(value_opening &&)>{[=, this](value_opening&& opening) {
          opened(number, std::move(opening));
        }},
        std::forward<Request>(request)...);
  }

  void opened(std::uint64_t number, value_opening&& opening) {
    const auto t = find(number);
    if (!t)
      return;
    t->found = std::move(opening.found);
    t->total_bytes = opening.total_bytes;
    auto& bytes = t->found.state.bytes;
    if (bytes.size() >= t->total_bytes || !opening.reader)
      return t->done(std::move(t->found));
    if (t->total_bytes > crdt::value_bytes_limit)
      return fail(number, make_error(ec::refused, "the node tells of a value that is longer than any may be"));
    // Memory that has not been written to is not taken.
    bytes.reserve(t->total_bytes);
    t->begun_bytes = bytes.size();
    depend_on(*t, opening.reader);
    ask_for_pieces(number, *t);
  }

  void ask_for_pieces(std::uint64_t number, transfer& t) {
    const auto reader = caf::actor_cast<value_reader_actor>(t.other_side);
    while (t.window.has_room() && t.begun_bytes < t.total_bytes) {
      const auto offset = t.begun_bytes;
      const auto bytes =
        std::min({std::uint64_t{t.window.piece_bytes()}, std::uint64_t{value_piece_bytes_max}, t.total_bytes - offset});
      t.begun_bytes += bytes;
      t.window.sent(static_cast<std::size_t>(bytes), now_ms());
      mail(self_, get_atom_v, std::uint64_t{offset}, std::uint64_t{bytes})
        .request(reader, options_.patience)
        .then([=, this](const std::string& piece) { take(number, offset, bytes, piece); }, failure_of(number));
    }
  }

  void take(std::uint64_t number, std::uint64_t offset, std::uint64_t bytes, std::string_view piece) {
    const auto t = find(number);
    if (!t)
      return;
    auto& come = t->found.state.bytes;
    if (piece.size() != bytes || offset != come.size())
      return fail(number, make_error(ec::refused, "the node has sent other bytes of the value than it was asked for"));
    come.append(piece);
    t->window.arrived(++t->pieces, now_ms());
    options_.on_progress(come.size(), t->total_bytes);
    if (come.size() < t->total_bytes)
      ask_for_pieces(number, *t);
    else
      t->done(std::move(t->found));
  }

  // -- writing -------------------------------------------------------------------------------------------------------

  /// Of one that is not its own, the bytes are shared.
  static void send_from(transfer& t, std::string&& own, crdt::shared_bytes shared) {
    t.own.swap(own);
    t.shared = std::move(shared);
    t.out = t.own.empty() ? t.shared.view() : t.own;
  }

  template <class... Request>
  void ask_for_taker(std::uint64_t number, Request&&... request) {
    mail(self_, std::forward<Request>(request)...)
      .request(options_.desk, options_.patience)
      .then([=, this](const caf::strong_actor_ptr& taker) { accepted(number, taker); }, failure_of(number));
  }

  void accepted(std::uint64_t number, const caf::strong_actor_ptr& taker) {
    const auto t = find(number);
    if (!t)
      return;
    if (!taker)
      return fail(number, make_error(ec::refused, "the node takes no value in"));
    depend_on(*t, taker);
    if (t->out.empty())
      return t->commit(taker);
    send_pieces(number, *t);
  }

  void send_pieces(std::uint64_t number, transfer& t) {
    const auto taker = caf::actor_cast<piece_taker_actor>(t.other_side);
    while (t.window.has_room() && t.begun_bytes < t.out.size()) {
      const auto offset = t.begun_bytes;
      std::string piece{t.out.substr(offset, std::min(t.window.piece_bytes(), value_piece_bytes_max))};
      t.begun_bytes += piece.size();
      t.window.sent(piece.size(), now_ms());
      mail(self_, put_atom_v, std::uint64_t{offset}, std::move(piece))
        .request(taker, options_.patience)
        .then([=, this](std::uint64_t there) { note_there(number, there); }, failure_of(number));
    }
  }

  void note_there(std::uint64_t number, std::uint64_t there) {
    const auto t = find(number);
    if (!t)
      return;
    t->window.arrived(++t->pieces, now_ms());
    options_.on_progress(there, t->out.size());
    if (there < t->out.size())
      return send_pieces(number, *t);
    send_from(*t, {}, {});
    t->commit(t->other_side);
  }

  ticking_client_actor::pointer self_;
  monitored_actors<ticking_client_actor::pointer> monitored_;
  value_client_options options_;
  std::map<std::uint64_t, std::shared_ptr<transfer>> transfers_;
  std::uint64_t last_ = 0;
};

ticking_client_actor::behavior_type value_client(ticking_client_actor::stateful_pointer<value_client_state> self,
                                                 value_client_options options) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  state.start(std::move(options));
  return {
    [&state](stash_atom, std::string& key, snapshot& stashed, const write_options& options) {
      return state.write(std::move(key), std::move(stashed), {}, options);
    },
    [&state](stash_atom, std::string& key, snapshot& stashed, shared_value& value, const write_options& options) {
      stashed.bytes.clear();
      return state.write(std::move(key), std::move(stashed), std::move(value.bytes), options);
    },
    [&state](pickup_atom, std::string& key, const wait_options& options) {
      return state.read(pickup_atom_v, std::move(key), options);
    },
    [&state](hold_atom, std::string& key, const wait_options& options) {
      return state.read(hold_atom_v, std::move(key), options);
    },
    [&state](deliver_atom, std::string& kind, std::string& id, std::string& message, std::uint64_t wait_ms) {
      return state.deliver(std::move(kind), std::move(id), std::move(message), wait_ms);
    },
    [&state](start_atom, std::string& kind, std::string& id, snapshot& from) {
      return state.start_session(std::move(kind), std::move(id), std::move(from));
    },
    [&state](tick_atom, std::uint64_t number) { state.note_end(number); },
    [&state](tick_atom, std::uint64_t number, std::uint64_t bytes) { state.ask_whether_there(number, bytes); },
  };
}

} // namespace

value_client_actor spawn_value_client(caf::actor_system& system, value_client_options options) {
  return system.spawn(value_client, std::move(options));
}

} // namespace ariadne
