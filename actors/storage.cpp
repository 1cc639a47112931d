#include "actors/storage.hpp"

#include "actors/backup_reader.hpp"
#include "actors/caf_edition_unexpected.hpp"
#include "actors/clock_report.hpp"
#include "actors/error.hpp"
#include "actors/kept_promise.hpp"
#include "actors/storage_writer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace ariadne {

namespace {

using std::chrono_literals::operator""ms;

using ticking_storage_actor = journal_keeping_actor::extend<
  // Time has passed.
  takes<tick_atom>,
  // So much of it that nothing may have been written meanwhile: the number of batches then.
  takes<tick_atom, std::uint64_t>>;

/// How often it is looked at what is to be synced, and whether a fault is over.
constexpr auto tick_interval = 1'000ms;
/// What has been synced is noted when nothing is written for so long.
constexpr auto pause = 10ms;
/// A backup whose client does not ask for anything for so long is over.
constexpr std::chrono::milliseconds backup_idle_max{30'000};

ec to_code(journal::obstacle::kind what) {
  switch (what) {
    case journal::obstacle::kind::foreign:
      return ec::storage_foreign;
    case journal::obstacle::kind::in_use:
      return ec::storage_in_use;
    case journal::obstacle::kind::unknown_format:
      return ec::storage_format_unknown;
    case journal::obstacle::kind::damaged:
      return ec::storage_damaged;
    case journal::obstacle::kind::unusable:
      return ec::storage_unusable;
    case journal::obstacle::kind::clock_behind:
      return ec::storage_clock_behind;
  }
  return ec::storage_damaged;
}

class storage_state {
public:
  static inline const char* name = "storage";

  explicit storage_state(ticking_storage_actor::pointer self) : self_(self) {}

  void start(storage_options options, journal::owner owner, log_sink log) {
    log_ = log;
    writer_.emplace(std::move(options), std::move(owner), std::move(log));
    schedule();
  }

  caf::result<storage_opening> open() {
    // Of the pair before, nothing more is written.
    ++opening_;
    batch_.reset();
    replica_ = nullptr;
    auto promise = self_->make_response_promise<storage_opening>();
    waits_.emplace(promise, ec::not_in_service);
    waits_since_ = std::chrono::steady_clock::now();
    was_told_ = false;
    try_to_open();
    return promise;
  }

  caf::result<journal_answer> write(const journal_batch& batch) {
    if (batch.opening != opening_ || !batch.part || waits_)
      return make_error(ec::refused, "this replica is not the one that the journal is kept for");
    if (batch_)
      return make_error(ec::refused, "a batch is under way already");
    replica_ = caf::actor_cast<journal_answer_taker>(self_->current_sender());
    if (auto written = writer_->write(*batch.part, batch.at_ms)) {
      is_pause_noted_ = false;
      mail(self_, tick_atom_v, ++batches_).delay(pause).send(self_);
      return std::move(*written);
    }
    auto promise = self_->make_response_promise<journal_answer>();
    batch_.emplace(promise, ec::not_in_service);
    return promise;
  }

  void tick() {
    if (waits_)
      try_to_open();
    else if (writer_->is_at_fault())
      try_again();
    else
      sync();
    schedule();
  }

  void note_pause(std::uint64_t batches) {
    // What is only written may be synced later than that.
    if (batches == batches_ && writer_->options().mode == storage_mode::sync)
      note_pause();
  }

  storage_status status() const {
    auto result = writer_->status();
    result.lag_keys = backlog_->keys;
    return result;
  }

  caf::result<backup_opening> begin_backup() {
    const auto client = self_->current_sender();
    if (!client || waits_ || opening_ == 0)
      return make_error(ec::not_in_service, "the journal is being read");
    const auto files = writer_->files_to_back_up();
    if (!files)
      return make_error(ec::storage_unusable, files.error().text);
    auto source = backup_source::open(writer_->options().directory.string(), *files);
    if (!source)
      return std::move(source.error());
    const auto total_bytes = (*source)->total_bytes();
    const auto reader = spawn_backup_reader(self_->system(), std::move(*source), client, backup_idle_max);
    return backup_opening{total_bytes, caf::actor_cast<caf::strong_actor_ptr>(reader)};
  }

private:
  void sync() {
    writer_->sync();
    if (std::exchange(batches_synced_, batches_) == batches_)
      note_pause();
  }

  /// Once after the last batch: the note itself is no reason for another one.
  void note_pause() {
    if (!std::exchange(is_pause_noted_, true))
      writer_->note_pause();
  }

  void schedule() {
    mail(self_, tick_atom_v).delay(tick_interval).send(self_);
  }

  void try_to_open() {
    auto state = writer_->open(wall_clock_ms());
    if (state) {
      storage_opening opening{opening_, std::make_shared<crdt::restored_state>(std::move(*state)), backlog_};
      std::exchange(waits_, std::nullopt)->deliver(std::move(opening));
      return;
    }
    // A machine without a battery boots in 1970, and is told the time by others.
    const auto& obstacle = state.error();
    const auto has_waited = std::chrono::steady_clock::now() - waits_since_;
    if (obstacle.what == journal::obstacle::kind::clock_behind && has_waited < writer_->options().clock_wait) {
      if (!std::exchange(was_told_, true))
        log_(log_level::warning, log_event::journal_awaited, fmt::format("{}; the node waits for that", obstacle.text));
      return;
    }
    std::exchange(waits_, std::nullopt)->deliver(make_error(to_code(obstacle.what), obstacle.text));
  }

  void try_again() {
    auto answer = writer_->try_again();
    if (!answer)
      return;
    if (batch_)
      std::exchange(batch_, std::nullopt)->deliver(std::move(*answer));
    else if (replica_)
      mail(self_, std::move(*answer)).send(replica_);
  }

  ticking_storage_actor::pointer self_;
  log_sink log_;
  std::optional<storage_writer> writer_;
  std::shared_ptr<journal_backlog> backlog_ = std::make_shared<journal_backlog>();
  /// Of the last pair.
  std::uint64_t opening_ = 0;
  /// The supervisor waits for it to be done.
  std::optional<kept_promise<storage_opening>> waits_;
  std::chrono::steady_clock::time_point waits_since_;
  bool was_told_ = false;
  /// The batch that a fault has come in between of.
  std::optional<kept_promise<journal_answer>> batch_;
  /// Whoever has sent the last one.
  journal_answer_taker replica_;
  std::uint64_t batches_ = 0;
  /// How many there were when it was last time to sync.
  std::uint64_t batches_synced_ = 0;
  bool is_pause_noted_ = true;
};

ticking_storage_actor::behavior_type storage(ticking_storage_actor::stateful_pointer<storage_state> self,
                                             storage_options options, const std::string& cluster,
                                             const std::string& node, log_sink log) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  state.start(std::move(options), {cluster, node}, std::move(log));
  return {
    [&state](start_atom) { return state.open(); },
    [&state](const journal_batch& batch) { return state.write(batch); },
    [&state](backup_atom) { return state.begin_backup(); },
    [&state](status_atom) { return state.status(); },
    [&state](tick_atom) { state.tick(); },
    [&state](tick_atom, std::uint64_t batches) { state.note_pause(batches); },
  };
}

} // namespace

journal_keeping_actor spawn_storage(caf::actor_system& system, storage_options options, std::string cluster,
                                    std::string node, log_sink log) {
  return system.spawn<caf::detached>(storage, std::move(options), std::move(cluster), std::move(node), std::move(log));
}

} // namespace ariadne
