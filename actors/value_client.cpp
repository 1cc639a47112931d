#include "actors/value_client.hpp"

#include "actors/caf_edition_unexpected.hpp"
#include "actors/error.hpp"
#include "actors/kept_promise.hpp"
#include "actors/monitored_actors.hpp"
#include "actors/staged_value.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

namespace ariadne {

namespace {

using ticking_client_actor = value_client_actor::extend<
  // The actor that this transfer depends on has ended a moment ago.
  takes<tick_atom, std::uint64_t>>;

/// How long an answer may be on its way within this process when the connection that it came by has ended.
constexpr std::chrono::milliseconds answer_overtaken{50};

std::uint64_t now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

/// One value on its way, in either direction.
struct transfer {
  explicit transfer(const crdt::congestion_limits& limits) : window(limits) {}
  virtual ~transfer() = default;
  virtual void fail(caf::error why) = 0;

  crdt::congestion_window window;
  /// Asked for, or sent.
  std::uint64_t begun_bytes = 0;
  std::uint64_t pieces = 0;
  /// The node's actor that it depends on, and why that has ended.
  caf::strong_actor_ptr other_side;
  caf::error end_of_other_side;
};

struct download : transfer {
  download(const crdt::congestion_limits& limits, kept_promise<pickup_result> promise)
    : transfer(limits), answer(std::move(promise)), staged(0) {}
  void fail(caf::error why) override {
    answer.deliver(std::move(why));
  }

  kept_promise<pickup_result> answer;
  pickup_result found;
  staged_value staged;
  value_reader_actor reader;
};

struct upload : transfer {
  upload(const crdt::congestion_limits& limits, kept_promise<receipt> promise)
    : transfer(limits), answer(std::move(promise)) {}
  void fail(caf::error why) override {
    answer.deliver(std::move(why));
  }

  kept_promise<receipt> answer;
  std::string bytes;
  std::uint64_t arrived_bytes = 0;
  write_options options;
  value_writer_actor writer;
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
    auto promise = self_->make_response_promise<pickup_result>();
    const auto d = std::make_shared<download>(options_.window, kept_promise<pickup_result>{promise});
    const auto number = begin(d);
    depend_on(*d, caf::actor_cast<caf::strong_actor_ptr>(options_.desk));
    mail(self_, operation, std::move(key), options)
      .request(options_.desk, options_.patience + std::chrono::milliseconds{options.wait_ms})
      .then([=, this](value_opening& opening) { opened(number, opening); }, failure_of(number));
    return promise;
  }

  caf::result<receipt> write(std::string&& key, snapshot&& state, const write_options& options) {
    auto promise = self_->make_response_promise<receipt>();
    const auto u = std::make_shared<upload>(options_.window, kept_promise<receipt>{promise});
    u->bytes = std::exchange(state.bytes, {});
    u->options = options;
    const auto number = begin(u);
    depend_on(*u, caf::actor_cast<caf::strong_actor_ptr>(options_.desk));
    mail(self_, stash_atom_v, std::move(key), std::move(state), std::uint64_t{u->bytes.size()})
      .request(options_.desk, options_.patience)
      .then([=, this](const caf::strong_actor_ptr& writer) { accepted(number, writer); }, failure_of(number));
    return promise;
  }

  void note_end(std::uint64_t number) {
    if (const auto t = find<transfer>(number); t && t->end_of_other_side)
      fail(number, std::move(t->end_of_other_side));
  }

private:
  template <class Transfer>
  std::uint64_t begin(const std::shared_ptr<Transfer>& t) {
    transfers_[++last_] = t;
    return last_;
  }

  /// Null, if it is over.
  template <class Transfer>
  std::shared_ptr<Transfer> find(std::uint64_t number) const {
    const auto found = transfers_.find(number);
    return found == transfers_.end() ? nullptr : std::static_pointer_cast<Transfer>(found->second);
  }

  std::function<void(caf::error&)> failure_of(std::uint64_t number) {
    return [=, this](caf::error& error) { fail(number, std::move(error)); };
  }

  void fail(std::uint64_t number, caf::error why) {
    if (const auto t = end(number))
      t->fail(std::move(why));
  }

  std::shared_ptr<transfer> end(std::uint64_t number) {
    const auto t = find<transfer>(number);
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

  // -- reading -------------------------------------------------------------------------------------------------------

  void opened(std::uint64_t number, value_opening& opening) {
    const auto d = find<download>(number);
    if (!d)
      return;
    d->found = std::move(opening.found);
    if (d->found.state.bytes.size() >= opening.total_bytes || !opening.reader)
      return finish(number, *d);
    d->staged = staged_value{opening.total_bytes};
    d->staged.append(0, std::exchange(d->found.state.bytes, {}));
    d->begun_bytes = d->staged.size();
    d->reader = caf::actor_cast<value_reader_actor>(opening.reader);
    depend_on(*d, opening.reader);
    ask_for_pieces(number, *d);
  }

  void ask_for_pieces(std::uint64_t number, download& d) {
    while (d.window.has_room() && d.begun_bytes < d.staged.total_bytes()) {
      const auto offset = d.begun_bytes;
      const auto bytes = std::min(
        {std::uint64_t{d.window.piece_bytes()}, std::uint64_t{value_piece_bytes_max}, d.staged.total_bytes() - offset});
      d.begun_bytes += bytes;
      d.window.sent(static_cast<std::size_t>(bytes), now_ms());
      mail(self_, get_atom_v, std::uint64_t{offset}, std::uint64_t{bytes})
        .request(d.reader, options_.patience)
        .then([=, this](const std::string& piece) { take(number, offset, bytes, piece); }, failure_of(number));
    }
  }

  void take(std::uint64_t number, std::uint64_t offset, std::uint64_t bytes, std::string_view piece) {
    const auto d = find<download>(number);
    if (!d)
      return;
    if (piece.size() != bytes || !d->staged.append(offset, piece))
      return fail(number, make_error(ec::refused, "the node has sent other bytes of the value than it was asked for"));
    d->window.arrived(++d->pieces, now_ms());
    options_.on_progress(d->staged.size(), d->staged.total_bytes());
    if (!d->staged.is_whole())
      return ask_for_pieces(number, *d);
    d->found.state.bytes = d->staged.take();
    finish(number, *d);
  }

  void finish(std::uint64_t number, download& d) {
    const auto ended = end(number);
    d.answer.deliver(std::move(d.found));
  }

  // -- writing -------------------------------------------------------------------------------------------------------

  void accepted(std::uint64_t number, const caf::strong_actor_ptr& writer) {
    const auto u = find<upload>(number);
    if (!u)
      return;
    if (!writer)
      return fail(number, make_error(ec::refused, "the node takes no value in"));
    u->writer = caf::actor_cast<value_writer_actor>(writer);
    depend_on(*u, writer);
    if (u->bytes.empty())
      return commit(number, *u);
    send_pieces(number, *u);
  }

  void send_pieces(std::uint64_t number, upload& u) {
    while (u.window.has_room() && u.begun_bytes < u.bytes.size()) {
      const auto offset = u.begun_bytes;
      auto piece = u.bytes.substr(offset, std::min(u.window.piece_bytes(), value_piece_bytes_max));
      u.begun_bytes += piece.size();
      u.window.sent(piece.size(), now_ms());
      mail(self_, put_atom_v, std::uint64_t{offset}, std::move(piece))
        .request(u.writer, options_.patience)
        .then([=, this](std::uint64_t staged) { note_staged(number, staged); }, failure_of(number));
    }
  }

  void note_staged(std::uint64_t number, std::uint64_t staged) {
    const auto u = find<upload>(number);
    if (!u)
      return;
    u->arrived_bytes = staged;
    u->window.arrived(++u->pieces, now_ms());
    options_.on_progress(staged, u->bytes.size());
    if (staged < u->bytes.size())
      send_pieces(number, *u);
    else
      commit(number, *u);
  }

  void commit(std::uint64_t number, upload& u) {
    mail(self_, stash_atom_v, u.options)
      .request(u.writer, options_.patience + std::chrono::milliseconds{u.options.timeout_ms})
      .then(
        [=, this](receipt& done) {
          if (const auto ended = std::static_pointer_cast<upload>(end(number)))
            ended->answer.deliver(std::move(done));
        },
        failure_of(number));
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
      return state.write(std::move(key), std::move(stashed), options);
    },
    [&state](pickup_atom, std::string& key, const wait_options& options) {
      return state.read(pickup_atom_v, std::move(key), options);
    },
    [&state](hold_atom, std::string& key, const wait_options& options) {
      return state.read(hold_atom_v, std::move(key), options);
    },
    [&state](tick_atom, std::uint64_t number) { state.note_end(number); },
  };
}

} // namespace

value_client_actor spawn_value_client(caf::actor_system& system, value_client_options options) {
  return system.spawn(value_client, std::move(options));
}

} // namespace ariadne
