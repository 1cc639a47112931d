#include "actors/internal/storage.hpp"

#include "actors/error.hpp"
#include "actors/internal/backup_reader.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/clock_report.hpp"
#include "actors/internal/deadline.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/monitored_actors.hpp"
#include "actors/internal/piece_messages.hpp"
#include "actors/internal/storage_writer.hpp"
#include "actors/internal/worker_thread.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

namespace {

using std::chrono_literals::operator""ms;

using ticking_storage_actor = journal_keeping_actor::extend<
  // From its thread.
  takes<work_done>,
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
/// So many are under way at a time.
constexpr std::size_t backups_max = 4;

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

  explicit storage_state(ticking_storage_actor::pointer self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { backups_.erase(down.source); }) {}

  /// Backups that are under way end with it.
  ~storage_state() {
    for (const auto& [address, reader] : backups_)
      caf::anon_send_exit(reader, caf::exit_reason::user_shutdown);
  }

  void start(storage_options options, journal::owner owner, log_sink log) {
    options_ = options;
    log_ = log;
    status_.directory = options.directory.string();
    status_.mode = options.mode;
    writer_.emplace(std::move(options), std::move(owner), std::move(log), tally_of(self_->system()).journal_syncs);
    work_.emplace(self_);
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
    auto promise = self_->make_response_promise<journal_answer>();
    batch_.emplace(promise, ec::not_in_service);
    do_work([this, part = batch.part, at_ms = batch.at_ms] { return writer_->write(part, at_ms); },
            [this, opening = opening_](std::optional<journal_answer>&& written) {
              // After a fault, the answer is that of the attempt that succeeds.
              if (written && opening == opening_)
                answer(std::move(*written));
              is_pause_noted_ = false;
              mail(self_, tick_atom_v, ++batches_).delay(pause).send(self_);
            });
    return promise;
  }

  void tick() {
    schedule();
    // One at a time, however long it takes.
    if (std::exchange(is_at_work_, true))
      return;
    if (waits_)
      try_to_open();
    else if (!status_.problem.empty())
      try_again();
    else if (salvaged_ && salvaged_->is_used)
      remove_salvaged();
    else
      sync();
  }

  void note_pause(std::uint64_t batches) {
    // What is only written may be synced later than that.
    if (batches == batches_ && options_.mode == storage_mode::sync)
      note_pause();
  }

  storage_status status() const {
    auto result = status_;
    const auto passed_ms = milliseconds_since(status_at_);
    result.synced_ago_ms += passed_ms;
    if (result.faults > 0)
      result.last_fault_ago_ms += passed_ms;
    result.lag_keys = backlog_->keys;
    result.lag_events = backlog_->events;
    result.lag_bytes_max = backlog_->bytes_max;
    return result;
  }

  caf::result<bool> keep_id(const membership::cluster_id& id) {
    auto promise = self_->make_response_promise<bool>();
    // CAF copies functions.
    const auto answer = std::make_shared<kept_promise<bool>>(promise, ec::not_in_service);
    do_work(
      [this, id] {
        return writer_->set_id({id.number, static_cast<std::uint8_t>(id.is)});
      },
      [this, answer](bool is_kept) {
        id_->set(status_.cluster_id);
        answer->deliver(is_kept);
      });
    return promise;
  }

  caf::result<backup_opening> begin_backup() {
    const auto client = self_->current_sender();
    if (!client || waits_ || opening_ == 0)
      return make_error(ec::not_in_service, "the journal is being read");
    if (backups_.size() >= backups_max)
      return make_error(ec::too_many_requests, "so many backups are under way");
    auto promise = self_->make_response_promise<backup_opening>();
    // CAF copies functions.
    const auto answer = std::make_shared<kept_promise<backup_opening>>(promise, ec::not_in_service);
    do_work([this] { return open_backup(*writer_); },
            [this, answer, client](caf::expected<std::unique_ptr<backup_source>>&& source) {
              if (!source)
                return answer->deliver(std::move(source.error()));
              const auto total_bytes = (*source)->total_bytes();
              const auto reader = spawn_backup_reader(self_->system(), std::move(*source), client, backup_idle_max);
              monitored_.add(reader);
              backups_[reader.address()] = reader;
              answer->deliver(backup_opening{total_bytes, caf::actor_cast<caf::strong_actor_ptr>(reader)});
            });
    return promise;
  }

private:
  /// Has the thread do it, and then knows what has become of the disk.
  template <class Job, class Then>
  void do_work(Job job, Then then) {
    work_->run(
      [this, job = std::move(job)]() mutable {
        auto result = job();
        return std::pair{std::move(result), writer_->status()};
      },
      [this, then = std::move(then)](auto&& done) mutable {
        status_ = std::move(done.second);
        status_at_ = steady_clock::now();
        then(std::move(done.first));
      });
  }

  static caf::expected<std::unique_ptr<backup_source>> open_backup(storage_writer& writer) {
    const auto files = writer.files_to_back_up();
    if (!files)
      return make_error(ec::storage_unusable, files.error().text);
    return backup_source::open(writer.options().directory.string(), *files);
  }

  void remove_salvaged() {
    do_work([this] { return writer_->remove_salvaged(); },
            [this, removed = salvaged_](bool is_gone) {
              is_at_work_ = false;
              if (is_gone && salvaged_ == removed)
                salvaged_ = nullptr;
            });
  }

  void sync() {
    const auto is_idle = std::exchange(batches_synced_, batches_) == batches_;
    do_work(
      [this] {
        writer_->sync();
        return true;
      },
      [this, is_idle](bool) {
        is_at_work_ = false;
        if (is_idle)
          note_pause();
      });
  }

  /// Once after the last batch: the note itself is no reason for another one.
  void note_pause() {
    if (std::exchange(is_pause_noted_, true))
      return;
    do_work(
      [this] {
        writer_->note_pause();
        return true;
      },
      [](bool) {});
  }

  void schedule() {
    mail(self_, tick_atom_v).delay(tick_interval).send(self_);
  }

  void try_to_open() {
    is_at_work_ = true;
    do_work([this] { return writer_->open(wall_clock_ms()); },
            [this, opening = opening_](tl::expected<storage_writer::contents, journal::obstacle>&& found) {
              is_at_work_ = false;
              if (waits_ && opening == opening_)
                opened(std::move(found));
            });
  }

  void opened(tl::expected<storage_writer::contents, journal::obstacle>&& found) {
    if (found) {
      std::vector<std::uint64_t> former;
      for (auto id : found->state.former_ids())
        former.push_back(id.value);
      salvaged_ = nullptr;
      if (!found->salvaged.empty()) {
        salvaged_ = std::make_shared<salvaged_state>();
        salvaged_->registers = std::move(found->salvaged);
      }
      storage_opening opening{opening_,  std::make_shared<crdt::restored_state>(std::move(found->state)),
                              salvaged_, backlog_,
                              id_,       std::move(former)};
      id_->set(status_.cluster_id);
      return std::exchange(waits_, std::nullopt)->deliver(std::move(opening));
    }
    // A machine without a battery boots in 1970, and is told the time by others.
    const auto& obstacle = found.error();
    const auto has_waited = steady_clock::now() - waits_since_;
    if (obstacle.what == journal::obstacle::kind::clock_behind && has_waited < options_.clock_wait) {
      if (!std::exchange(was_told_, true))
        log_({log_level::warning,
              log_event::journal_awaited,
              "{reason}; the node waits for that",
              {{"reason", obstacle.text}}});
      return;
    }
    std::exchange(waits_, std::nullopt)->deliver(make_error(to_code(obstacle.what), obstacle.text));
  }

  void try_again() {
    do_work([this] { return writer_->try_again(); },
            [this, opening = opening_](std::optional<journal_answer>&& done) {
              is_at_work_ = false;
              if (done && opening == opening_)
                answer(std::move(*done));
            });
  }

  /// Whoever waits for a batch; or the replica, which may not know of the fault.
  void answer(journal_answer&& done) {
    if (batch_)
      std::exchange(batch_, std::nullopt)->deliver(std::move(done));
    else if (replica_)
      mail(self_, std::move(done)).send(replica_);
  }

  ticking_storage_actor::pointer self_;
  monitored_actors<ticking_storage_actor::pointer> monitored_;
  storage_options options_;
  log_sink log_;
  std::map<caf::actor_addr, value_reader_actor> backups_;
  std::shared_ptr<journal_backlog> backlog_ = std::make_shared<journal_backlog>();
  std::shared_ptr<kept_cluster_id> id_ = std::make_shared<kept_cluster_id>();
  /// Of the last pair.
  std::uint64_t opening_ = 0;
  /// What that is to write anew; null, if there is nothing, or no more.
  std::shared_ptr<salvaged_state> salvaged_;
  /// The supervisor waits for it to be done.
  std::optional<kept_promise<storage_opening>> waits_;
  steady_clock::time_point waits_since_;
  bool was_told_ = false;
  /// The batch that is under way, or that a fault has come in between of.
  std::optional<kept_promise<journal_answer>> batch_;
  /// Whoever has sent the last one.
  journal_answer_taker replica_;
  std::uint64_t batches_ = 0;
  /// How many there were when it was last time to sync.
  std::uint64_t batches_synced_ = 0;
  bool is_pause_noted_ = true;
  /// What a tick has begun is not over.
  bool is_at_work_ = false;
  /// As of the last work.
  storage_status status_;
  steady_clock::time_point status_at_ = steady_clock::now();
  /// In the thread alone.
  std::optional<storage_writer> writer_;
  /// Ends before what it works on.
  std::optional<blocking_work<ticking_storage_actor::pointer>> work_;
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
    [&state](const membership::cluster_id& id) { return state.keep_id(id); },
    [&state](backup_atom) { return state.begin_backup(); },
    [&state](status_atom) { return state.status(); },
    [](const work_done& done) {
      if (done.then)
        (*done.then)();
    },
    [&state](tick_atom) { state.tick(); },
    [&state](tick_atom, std::uint64_t batches) { state.note_pause(batches); },
  };
}

} // namespace

journal_keeping_actor spawn_storage(caf::actor_system& system, storage_options options, std::string cluster,
                                    std::string node, log_sink log) {
  return system.spawn(storage, std::move(options), std::move(cluster), std::move(node), std::move(log));
}

} // namespace ariadne
