#include "actors/internal/storage_writer.hpp"

#include "crdt/replica_options.hpp"
#include "journal/archive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace ariadne {

namespace {

/// Enough for a batch, a claim and the beginning of a segment, and small beside that.
constexpr std::uint64_t reserve_bytes = std::uint64_t{8} << 20;

std::uint64_t passed_ms(storage_writer::clock::time_point since) {
  return static_cast<std::uint64_t>(
    std::chrono::duration_cast<std::chrono::milliseconds>(storage_writer::clock::now() - since).count());
}

/// Of a cluster that has none yet.
journal::cluster_mark draw_id() {
  std::random_device source;
  const auto number = std::uint64_t{source()} << 32 | source();
  return {std::max<std::uint64_t>(number, 1), 0};
}

membership::cluster_id to_cluster_id(const journal::cluster_mark& mark) {
  return {mark.number, static_cast<membership::agreement>(mark.agreement)};
}

std::size_t bytes_of(const crdt::journal_part& part) {
  std::size_t bytes = 0;
  for (const auto* list : {&part.changed, &part.walked})
    for (const auto& r : *list) {
      bytes += r.key.size();
      for (std::size_t i = 0; i < r.value.live_count(); ++i)
        bytes += r.value.live(i).value.size();
    }
  return bytes;
}

} // namespace

storage_writer::storage_writer(storage_options options, journal::owner owner, log_sink log, duration_histogram& syncs)
  : options_(std::move(options)), owner_(std::move(owner)), log_(std::move(log)), syncs_(syncs),
    random_(std::random_device{}()) {
  status_.directory = options_.directory.string();
  status_.mode = options_.mode;
}

storage_writer::~storage_writer() {
  sync();
}

tl::expected<storage_writer::contents, journal::obstacle> storage_writer::open(std::uint64_t wall_ms) {
  const auto directory = options_.directory.string();
  journal_.reset();
  if (!disk_) {
    auto opened = journal::posix_disk::open(directory);
    if (!opened && opened.error().what == journal::posix_disk::refusal::kind::in_use)
      return tl::unexpected{journal::in_use(directory)};
    if (!opened)
      return tl::unexpected{
        journal::obstacle{journal::obstacle::kind::unusable, opened.error().text + journal::has_to_be_writable}};
    disk_ = std::move(*opened);
  }
  auto found = journal::recover(*disk_);
  if (!found)
    return tl::unexpected{journal::to_obstacle(found.error(), directory)};
  if (auto obstacle = journal::find_obstacle(*found, directory, owner_, wall_ms, crdt::replica_options{}.drift_max_ms))
    return tl::unexpected{std::move(*obstacle)};
  auto salvaged = read_salvaged();
  if (!salvaged)
    return tl::unexpected{std::move(salvaged.error())};
  if (has_failed_ && !found->is_new)
    found->follows_error = found->state.is_in_doubt = true;
  journal::journal_options how;
  how.draw_salt = [this] { return random_(); };
  journal_.emplace(*disk_, std::move(how));
  problem_.clear();
  is_walking_ = false;
  is_full_ = false;
  late_.reset();
  if (auto begun = journal_->begin(*found, {owner_.cluster, owner_.node, 0, 1, draw_id()}); !begun) {
    // What there is has been read; so the node can run, and keeps nothing until the fault is over. A journal that is
    // made just now is another matter: nobody has ever had it work.
    if (found->is_new || begun.error().what == journal::disk_error::kind::read_only)
      return tl::unexpected{journal::to_obstacle(begun.error())};
    note_fault(begun.error());
  } else if (journal_->id().number == 0) {
    set_id(draw_id());
  }
  set_reserve_aside();
  if (!found->is_new)
    log_({log_level::info,
          log_event::journal_opened,
          "the journal in {directory} has {keys} keys, in {bytes} bytes",
          {{"directory", directory},
           {"keys", found->state.claim.registers},
           {"bytes", found->log_bytes + found->snapshot_bytes}}});
  return contents{std::move(found->state), std::move(*salvaged)};
}

tl::expected<crdt::journal_registers, journal::obstacle> storage_writer::read_salvaged() {
  std::error_code error;
  std::filesystem::remove_all(options_.directory / journal::used_salvaged_name, error);
  const auto directory = options_.directory / journal::salvaged_name;
  if (!std::filesystem::is_directory(directory, error))
    return crdt::journal_registers{};
  const auto disk = journal::posix_disk::open(directory.string(), true);
  if (!disk)
    return tl::unexpected{journal::obstacle{journal::obstacle::kind::unusable, disk.error().text}};
  auto found = journal::recover(**disk);
  if (!found)
    return tl::unexpected{journal::to_obstacle(found.error(), directory.string())};
  return std::move(found->state.registers);
}

bool storage_writer::remove_salvaged() {
  if (!journal_ || is_at_fault())
    return false;
  sync();
  // A part of it would be taken for a damaged journal.
  std::error_code error;
  std::filesystem::rename(options_.directory / journal::salvaged_name, options_.directory / journal::used_salvaged_name,
                          error);
  if (error || is_at_fault() || !disk_->sync_names())
    return false;
  std::filesystem::remove_all(options_.directory / journal::used_salvaged_name, error);
  return true;
}

std::optional<journal_answer> storage_writer::write(std::shared_ptr<const crdt::journal_part> part,
                                                    std::uint64_t at_ms) {
  if (is_full_)
    late_ = {std::move(part), at_ms};
  if (is_at_fault())
    return std::nullopt;
  auto result = write(*part, at_ms);
  if (result && disk_->has_freed_reserve())
    note_no_room();
  return result;
}

std::optional<journal_answer> storage_writer::write(const crdt::journal_part& part, std::uint64_t at_ms) {
  const auto is_synced = options_.mode == storage_mode::sync;
  const auto began = clock::now();
  auto written = journal_->write(part, is_synced, at_ms);
  if (!written) {
    note_fault(written.error());
    return std::nullopt;
  }
  ++status_.batches;
  status_.written_bytes += bytes_of(part);
  if (is_synced && part.claim)
    note_synced(began);
  journal_answer result;
  // Also of one that has begun with the journal itself.
  result.wants_walk = journal_->wants_walk() && !is_walking_;
  is_walking_ = journal_->wants_walk();
  if (written->durable)
    result.durable = std::make_shared<const crdt::version_vector>(std::move(*written->durable));
  return result;
}

void storage_writer::set_reserve_aside() {
  // A disk that has no room for that is one without: what there is room for is kept.
  if (!is_at_fault())
    static_cast<void>(disk_->set_aside(reserve_bytes));
}

void storage_writer::note_no_room() {
  if (auto synced = journal_->sync(); !synced)
    return note_fault(synced.error());
  is_full_ = true;
  note_problem(fmt::format("{}: there is no room", status_.directory));
}

std::optional<journal_answer> storage_writer::go_on() {
  if (!disk_->set_aside(reserve_bytes))
    return std::nullopt;
  is_full_ = false;
  problem_.clear();
  log_(
    {log_level::info, log_event::journal_regained, "{directory} has room again", {{"directory", status_.directory}}});
  const auto late = std::exchange(late_, std::nullopt);
  return late ? write(late->part, late->at_ms) : journal_answer{};
}

std::optional<journal_answer> storage_writer::try_again() {
  if (is_full_)
    return go_on();
  if (auto begun = journal_->begin_anew(); !begun) {
    note_fault(begun.error());
    return std::nullopt;
  }
  log_({log_level::info,
        log_event::journal_regained,
        "{directory} can be written again; a new snapshot is made",
        {{"directory", status_.directory}}});
  problem_.clear();
  is_walking_ = true;
  set_reserve_aside();
  return journal_answer{true, nullptr};
}

void storage_writer::sync() {
  if (!journal_ || is_at_fault())
    return;
  const auto began = clock::now();
  synced_at_ = began;
  if (journal_->is_synced())
    return;
  if (auto synced = journal_->sync(); !synced)
    return note_fault(synced.error());
  note_synced(began);
}

void storage_writer::note_synced(clock::time_point began) {
  synced_at_ = clock::now();
  const auto took = synced_at_ - began;
  status_.sync_took_us =
    static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  syncs_.add(took);
}

bool storage_writer::set_id(const journal::cluster_mark& id) {
  if (!journal_ || is_at_fault())
    return false;
  if (auto done = journal_->set_id(id); !done) {
    note_fault(done.error());
    return false;
  }
  return true;
}

void storage_writer::note_pause() {
  if (journal_ && !is_at_fault())
    if (auto noted = journal_->note_pause(); !noted)
      note_fault(noted.error());
}

storage_status storage_writer::status() const {
  auto result = status_;
  result.bytes = journal_ ? journal_->bytes() : 0;
  result.cluster_id = to_cluster_id(id());
  result.synced_ago_ms = passed_ms(synced_at_);
  result.problem = problem_;
  result.last_fault_ago_ms = status_.faults == 0 ? 0 : passed_ms(fault_at_);
  return result;
}

tl::expected<std::vector<journal::file_entry>, journal::disk_error> storage_writer::files_to_back_up() {
  return disk_->list().and_then(
    [this](const std::vector<journal::file_entry>& files) { return journal::files_to_back_up(*disk_, files); });
}

void storage_writer::note_fault(const journal::disk_error& error) {
  has_failed_ = true;
  note_problem(error.text);
}

void storage_writer::note_problem(const std::string& text) {
  // It is tried again every second or so, and one line says that.
  if (problem_ != text)
    log_({log_level::error,
          log_event::journal_failed,
          "nothing is kept on the disk: {reason}; memory and replication go on, and it is tried again",
          {{"reason", text}}});
  problem_ = status_.last_fault = text;
  fault_at_ = clock::now();
  ++status_.faults;
}

} // namespace ariadne
