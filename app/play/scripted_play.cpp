#include "app/play/scripted_play.hpp"

#include "actors/error.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/monitored_actors.hpp"
#include "app/client/node_connection.hpp"
#include "app/minotaur/game_kind.hpp"
#include "app/play/scripted_game.hpp"

#include <caf/after.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

namespace ariadne::minotaur {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto kind = "minotaur";
constexpr auto connect_timeout = 1s;
constexpr auto connect_interval = 50ms;
/// How soon another node is asked when one could not help.
constexpr auto retry_interval = 5ms;
/// What a node may take beyond the patience.
constexpr auto answer_grace = 1s;

/// All players of all games. Requests for all games are answered once each of them has done its part, or could not in
/// time; then with how many have.
using players_actor = caf::typed_actor<
  // The host of the node of this number can be reached.
  takes<connect_atom, std::uint64_t, caf::strong_actor_ptr>,
  // Starts all games.
  answers<std::uint64_t, start_atom>,
  // Stops playing, and looks at all games.
  answers<std::uint64_t, status_atom>,
  // Plays, or does so again.
  answers<bool, work_atom>,
  // Ends all games.
  answers<std::uint64_t, stop_atom>,
  // The game of this number is due.
  takes<tick_atom, std::uint64_t>>;

/// What all games are to do. Each game has done its part, or goes on.
enum class task { nothing, start, look, play, end };

struct table {
  scripted_game game;
  bool is_done = false;
  /// Counts the requests; what comes back of an earlier one is too late.
  std::uint64_t request = 0;
  bool is_waiting = false;
  /// The node that has been asked.
  std::uint64_t node = 0;
  bool is_scheduled = false;
};

/// What the players leave to the thread that waits for them, before they answer it.
struct outcome {
  std::vector<game_tally> tallies;
  /// Why a game has not done its part, if one has not.
  std::string failure;
};

class players_state {
public:
  static inline const char* name = "players";

  explicit players_state(players_actor::pointer self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { lose(down); }) {}

  void start(std::shared_ptr<outcome> left, const scripted_play_options& options) {
    tables_.resize(options.games);
    outcome_ = std::move(left);
    pause_ = options.pause;
    patience_ = options.patience;
  }

  void connect(std::uint64_t node, const caf::strong_actor_ptr& host) {
    hosts_[node] = caf::actor_cast<session_host_actor>(host);
    monitored_.add(hosts_[node]);
  }

  /// CAF does not answer what was sent to an actor that is gone.
  void lose(const caf::down_msg& down) {
    const auto lost =
      std::find_if(hosts_.begin(), hosts_.end(), [&](const auto& host) { return host.second == down.source; });
    if (lost == hosts_.end())
      return;
    const auto node = lost->first;
    hosts_.erase(lost);
    for (std::size_t i = 0; i < tables_.size(); ++i)
      if (auto& t = tables_[i]; t.is_waiting && t.node == node)
        fail(i, t.request, make_error(ec::session_unanswered, "the node is gone"));
  }

  caf::result<std::uint64_t> begin(task next) {
    finish();
    task_ = next;
    outcome_->failure.clear();
    deadline_ = clock::now() + 2 * patience_;
    promise_ = self_->make_response_promise<std::uint64_t>();
    is_promised_ = true;
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      tables_[i].is_done = false;
      step(i);
    }
    return promise_;
  }

  bool play() {
    finish();
    task_ = task::play;
    for (std::size_t i = 0; i < tables_.size(); ++i)
      // Not all at the same time.
      again(i, pause_ * static_cast<int>(i) / static_cast<int>(tables_.size()));
    return true;
  }

  void tick(std::size_t i) {
    tables_[i].is_scheduled = false;
    step(i);
  }

private:
  void step(std::size_t i) {
    auto& t = tables_[i];
    if (t.is_waiting || task_ == task::nothing || (task_ != task::play && t.is_done))
      return;
    if (task_ != task::play && clock::now() >= deadline_)
      return finish();
    if (hosts_.empty())
      return again(i, retry_interval);
    switch (task_) {
      case task::nothing:
        break;
      case task::start:
        return ask<session_place>(
          i, [this, i](const session_place&) { done(i); }, start_atom_v, kind_, id(i));
      case task::end:
        return ask<bool>(
          i, [this, i](bool) { done(i); }, stop_atom_v, kind_, id(i));
      case task::look:
        return say(i, t.game.next_question(clock::now()));
      case task::play:
        return say(i, t.game.next_message(clock::now()));
    }
  }

  static std::string id(std::size_t i) {
    return std::to_string(i + 1);
  }

  void again(std::size_t i, std::chrono::milliseconds later) {
    if (!std::exchange(tables_[i].is_scheduled, true))
      mail(self_, tick_atom_v, std::uint64_t{i}).delay(later).send(self_);
  }

  void say(std::size_t i, std::string message) {
    ask<std::string>(
      i, [this, i](const std::string& answer) { hear(i, answer); }, deliver_atom_v, kind_, id(i), std::move(message),
      static_cast<std::uint64_t>(patience_.count()));
  }

  template <class Answer, class Then, class... Request>
  void ask(std::size_t i, Then then, Request... request) {
    auto& t = tables_[i];
    // The next node after the one that was asked last.
    auto host = hosts_.upper_bound(t.node);
    if (host == hosts_.end())
      host = hosts_.begin();
    t.node = host->first;
    t.is_waiting = true;
    const auto number = ++t.request;
    mail(self_, std::move(request)...)
      .request(host->second, patience_ + answer_grace)
      .then(
        [this, i, number, then](const Answer& answer) {
          if (auto& asking = tables_[i]; asking.request == number && std::exchange(asking.is_waiting, false))
            then(answer);
        },
        [this, i, number](const caf::error& error) { fail(i, number, error); });
  }

  void hear(std::size_t i, const std::string& answer) {
    auto& t = tables_[i];
    if (!t.game.is_asking()) {
      t.game.is_answered(answer, clock::now());
      return next(i);
    }
    auto state = decode_snapshot(answer);
    // Whatever version the node plays.
    if (state && state->schema_version == snapshot_traits<game_v1>::schema_version)
      show(i, restore<game_v1>(*state));
    else if (state)
      show(i, restore<game>(*state));
    else
      failed(i, state.error());
  }

  template <class Game>
  void show(std::size_t i, caf::expected<Game> state) {
    if (!state)
      return failed(i, state.error());
    tables_[i].game.is_shown(std::move(*state), clock::now());
    if (task_ == task::look)
      return done(i);
    next(i);
  }

  /// The last message was answered.
  void next(std::size_t i) {
    if (task_ == task::play)
      again(i, pause_);
    else
      step(i);
  }

  void fail(std::size_t i, std::uint64_t number, const caf::error& error) {
    auto& t = tables_[i];
    if (t.request != number || !std::exchange(t.is_waiting, false))
      return;
    // An earlier request may have ended it, and its answer was lost.
    if (task_ == task::end && error == ec::session_unknown)
      return done(i);
    if (error == ec::session_refused) {
      t.game.is_refused(clock::now());
      return next(i);
    }
    const auto is_undelivered = error == ec::session_unknown || error == ec::no_session_host
                                || error == ec::session_queue_full || error == ec::session_timed_out
                                || error == ec::draining || error == ec::session_hosts_draining
                                || error == ec::session_hosts_cordoned || error == ec::session_hosts_paused
                                || error == ec::session_hosts_not_ready || error == ec::session_claim_refused
                                || error == ec::session_failing || error == ec::session_not_recorded;
    if (is_undelivered)
      t.game.is_undelivered();
    else
      t.game.is_unanswered();
    failed(i, error);
  }

  void failed(std::size_t i, const caf::error& error) {
    outcome_->failure = ariadne::describe(error);
    again(i, retry_interval);
  }

  void done(std::size_t i) {
    tables_[i].is_done = true;
    if (std::all_of(tables_.begin(), tables_.end(), [](const table& t) { return t.is_done; }))
      finish();
  }

  void finish() {
    const auto finished = std::exchange(task_, task::nothing);
    if (!std::exchange(is_promised_, false))
      return;
    if (finished == task::look) {
      outcome_->tallies.clear();
      for (auto& t : tables_)
        outcome_->tallies.push_back(t.game.take_tally());
    }
    promise_.deliver(static_cast<std::uint64_t>(
      std::count_if(tables_.begin(), tables_.end(), [](const table& t) { return t.is_done; })));
  }

  players_actor::pointer self_;
  monitored_actors<players_actor::pointer> monitored_;
  std::vector<table> tables_;
  std::shared_ptr<outcome> outcome_;
  std::chrono::milliseconds pause_{};
  std::chrono::milliseconds patience_{};
  const std::string kind_ = kind;
  std::map<std::uint64_t, session_host_actor> hosts_;
  task task_ = task::nothing;
  clock::time_point deadline_;
  caf::typed_response_promise<std::uint64_t> promise_;
  bool is_promised_ = false;
};

players_actor::behavior_type players(players_actor::stateful_pointer<players_state> self, std::shared_ptr<outcome> left,
                                     scripted_play_options options) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  state.start(std::move(left), options);
  return {
    [&state](connect_atom, std::uint64_t node, const caf::strong_actor_ptr& host) { state.connect(node, host); },
    [&state](start_atom) { return state.begin(task::start); },
    [&state](status_atom) { return state.begin(task::look); },
    [&state](work_atom) { return state.play(); },
    [&state](stop_atom) { return state.begin(task::end); },
    [&state](tick_atom, std::uint64_t i) { state.tick(i); },
  };
}

} // namespace

struct scripted_play::implementation {
  explicit implementation(scripted_play_options given)
    : options(std::move(given)), playing(system.spawn(players, left, options)),
      connector([this] { keep_connected(); }) {}

  ~implementation() {
    is_stopping = true;
    connector.join();
    caf::anon_send_exit(playing, caf::exit_reason::user_shutdown);
  }

  /// In a thread of its own, since looking for a node blocks.
  void keep_connected() {
    caf::scoped_actor self{system};
    std::map<caf::actor_addr, std::uint64_t> connected;
    while (!is_stopping) {
      for (std::uint64_t i = 0; i < options.nodes.size(); ++i) {
        const auto is_connected =
          std::any_of(connected.begin(), connected.end(), [i](const auto& node) { return node.second == i; });
        if (is_connected || is_stopping)
          continue;
        node_connection node{system, options.nodes[i], connect_timeout};
        const auto host = node.connect().and_then([&] { return node.session_host(); });
        if (!host)
          continue;
        self->monitor(*host);
        connected[host->address()] = i;
        anon_mail(connect_atom_v, i, caf::actor_cast<caf::strong_actor_ptr>(*host)).send(playing);
      }
      self->receive([&](const caf::down_msg& down) { connected.erase(down.source); },
                    caf::after(connect_interval) >> [] {});
    }
  }

  template <class Answer, class Request>
  Answer ask(Request request) {
    return ariadne::ask<Answer>(system, playing, caf::infinite, request).value();
  }

  /// Has all games do their part. Answers how many have not.
  template <class Request>
  std::uint64_t have_all(Request request) {
    return options.games - ask<std::uint64_t>(request);
  }

  scripted_play_options options;
  client_config config{options.security};
  caf::actor_system system{config};
  std::shared_ptr<outcome> left = std::make_shared<outcome>();
  players_actor playing;
  std::atomic<bool> is_stopping = false;
  std::thread connector;
};

scripted_play::scripted_play(scripted_play_options options)
  : implementation_(std::make_unique<implementation>(std::move(options))) {}

scripted_play::~scripted_play() = default;

tl::expected<void, std::string> scripted_play::begin() {
  auto& play = *implementation_;
  auto missing = play.have_all(start_atom_v);
  if (missing == 0)
    missing = play.have_all(status_atom_v);
  if (missing > 0)
    return tl::unexpected(fmt::format("{} of {} games do not run: {}", missing, play.options.games,
                                      play.left->failure.empty() ? "no node is reached" : play.left->failure));
  play.ask<bool>(work_atom_v);
  return {};
}

play_part scripted_play::end_part(std::string name, disturbance what) {
  auto& play = *implementation_;
  play_part result;
  result.name = std::move(name);
  result.what = what;
  result.games = play.options.games;
  result.games_lost = play.have_all(status_atom_v);
  for (const auto& tally : play.left->tallies)
    add(result, tally);
  play.ask<bool>(work_atom_v);
  return result;
}

std::size_t scripted_play::end_games() {
  return implementation_->ask<std::uint64_t>(stop_atom_v);
}

} // namespace ariadne::minotaur
