#include "bench/storage_rows.hpp"

#include "actors/caf_edition.hpp"
#include "actors/internal/storage_messages.hpp"
#include "bench/core_pair.hpp"
#include "bench/elapsed.hpp"
#include "bench/embedded_node.hpp"
#include "bench/requests.hpp"
#include "bench/workload.hpp"
#include "journal/posix_disk.hpp"
#include "journal/recovery.hpp"

#include <caf/scoped_actor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::bench {

namespace {

/// So that a node that has restarted does not wait for one that is gone.
std::string storage(const char* mode) {
  return fmt::format("[storage]\ndirectory = \"journals\"\nmode = \"{}\"\ncold_start_wait = \"0s\"\n", mode);
}

std::filesystem::path journal_of(const cluster_file& file, const std::string& node) {
  return file.path().parent_path() / "journals" / node;
}

/// The result; throws std::runtime_error with the text of the error.
template <class T, class Error>
T checked(tl::expected<T, Error> result) {
  if (!result)
    throw std::runtime_error(result.error().text);
  if constexpr (!std::is_void_v<T>)
    return std::move(*result);
}

std::unique_ptr<journal::posix_disk> open_disk(const std::filesystem::path& directory) {
  return checked(journal::posix_disk::open(directory.string()));
}

/// A file on the disk that the journals are on.
class bare_file {
public:
  explicit bare_file(const cluster_file& file) : disk_(open_disk(file.path().parent_path() / "floor")) {}

  void append(std::string_view bytes) {
    checked(disk_->append("file", bytes));
    checked(disk_->sync("file"));
  }

  /// How long it takes to append and sync so many bytes in parts of the same size, in seconds.
  double time_parts(std::uint64_t bytes, std::uint64_t parts) {
    const std::string part(bytes / parts, 'v');
    const auto begin = steady_clock::now();
    for (std::uint64_t i = 0; i < parts; ++i)
      append(part);
    const auto seconds = seconds_since(begin);
    checked(disk_->remove("file"));
    return seconds;
  }

  /// The same of one short part, in microseconds.
  latencies time_syncs(std::size_t count) {
    const std::string part(value_bytes, 'v');
    latencies times;
    for (std::size_t i = 0; i < count; ++i) {
      const auto begin = steady_clock::now();
      append(part);
      times.add(steady_clock::now() - begin);
    }
    return times;
  }

private:
  std::unique_ptr<journal::posix_disk> disk_;
};

storage_status status_of_storage(embedded_node& node) {
  storage_status result;
  std::string failure;
  caf::scoped_actor self{node.system()};
  mail(self, status_atom_v)
    .request(registered<storage_actor>(node.system(), storage_name), caf::infinite)
    .receive([&](const storage_status& status) { result = status; },
             [&](const caf::error& error) { failure = ariadne::describe(error); });
  if (!failure.empty())
    throw std::runtime_error(failure);
  return result;
}

/// A stash with this concern; all before it have been worked off then.
void stash_last(embedded_node& node, const std::string& key, const write_concern& concern) {
  (void)node.time_stashes({key}, make_state(value_bytes), 1, {.concern = concern, .timeout_ms = 60'000});
}

/// Stashes for each second on one node, until the last one is answered.
double stash_rate(embedded_node& node, const std::vector<std::string>& keys, bool is_durable) {
  const auto begin = steady_clock::now();
  node.stash_all(keys, make_state(value_bytes));
  stash_last(node, keys.back(), {.level = concern_level::local, .durable = is_durable});
  return static_cast<double>(keys.size()) / seconds_since(begin);
}

void measure_kept_stashes(recorder& record) {
  cluster_file without{{"a"}};
  cluster_file with{{"a"}, connections::plain, storage("write")};
  embedded_node bare{without, "a"};
  embedded_node kept{with, "a"};
  const auto keys = make_keys(record.effort().operations(500'000));
  record.run([&]() -> round_figures {
    const auto floor = stash_rate(bare, keys, false);
    const auto rate = stash_rate(kept, keys, false);
    // The next round begins with nothing left to be written.
    stash_last(kept, keys.back(), {.level = concern_level::local, .durable = true});
    return {rate, {}, floor};
  });
}

void measure_synced_stashes(recorder& record) {
  cluster_file without{{"a"}};
  cluster_file file{{"a"}, connections::plain, storage("sync")};
  embedded_node in_memory{without, "a"};
  embedded_node node{file, "a"};
  bare_file bare{file};
  const auto keys = make_keys(record.effort().operations(500'000));
  std::uint64_t batches = 0;
  double disk_rate = 0;
  record.run([&]() -> round_figures {
    const auto before = status_of_storage(node);
    const auto rate = stash_rate(node, keys, true);
    const auto after = status_of_storage(node);
    batches = after.batches - before.batches;
    disk_rate = static_cast<double>(keys.size()) / bare.time_parts(after.written_bytes - before.written_bytes, batches);
    return {rate, {}, std::min(disk_rate, stash_rate(in_memory, keys, false))};
  });
  record.note(
    fmt::format("{} stashes were {} batches in the last round, for which the disk alone would do {:.0f} a second",
                keys.size(), batches, disk_rate));
}

void measure_durable_stash(recorder& record) {
  cluster_file file{{"a", "b"}, connections::plain, storage("sync")};
  embedded_node a{file, "a"};
  const auto b = file.start("b");
  a.events().wait_for(handoff_event_kind::node_up, "b");
  bare_file bare{file};
  const auto keys = make_keys(10'000);
  const auto state = make_state(value_bytes);
  const auto count = record.effort().operations(5'000);
  stash_last(a, keys.back(), {.level = concern_level::all, .durable = true});
  record.run([&]() -> round_figures {
    auto synced = bare.time_syncs(count);
    auto in_memory = a.time_stashes(keys, state, count, {.concern = {.level = concern_level::one}});
    auto durable = a.time_stashes(keys, state, count, {.concern = {.level = concern_level::one, .durable = true}});
    return {durable.percentile_us(0.5), durable.percentile_us(0.99),
            in_memory.percentile_us(0.5) + 1.5 * synced.percentile_us(0.5)};
  });
}

/// Reads all files of the directory once.
void read_all(journal::disk& disk) {
  constexpr std::size_t step = std::size_t{4} << 20;
  for (const auto& file : checked(disk.list()))
    for (std::uint64_t at = 0; at < file.bytes; at += step)
      keep(checked(disk.read(file.name, at, step)).data());
}

crdt::restored_state recovered(journal::disk& disk) {
  return checked(journal::recover(disk)).state;
}

double time_restore(crdt::restored_state state, std::size_t key_count) {
  crdt::replica target{core_options(2)};
  const auto begin = steady_clock::now();
  target.restore(std::move(state), core_now_ms);
  const auto seconds = seconds_since(begin);
  if (target.key_count() < key_count)
    throw std::runtime_error("keys are missing after the load");
  return seconds;
}

void measure_journal_load(recorder& record) {
  const auto keys = make_keys(record.effort().quick ? 200'000 : 1'000'000);
  cluster_file file{{"a"}, connections::plain, storage("write")};
  record.progress("writing a journal");
  {
    embedded_node node{file, "a"};
    (void)stash_rate(node, keys, true);
  }
  const auto disk = open_disk(journal_of(file, "a"));
  record.run([&]() -> round_figures {
    auto begin = steady_clock::now();
    read_all(*disk);
    const auto reading = seconds_since(begin);
    const auto joining = time_restore(recovered(*disk), keys.size());
    begin = steady_clock::now();
    auto state = recovered(*disk);
    const auto recovering = seconds_since(begin);
    return {(recovering + time_restore(std::move(state), keys.size())) * 1'000, {}, (reading + joining) * 1'000};
  });
}

/// What it takes a node to catch up: milliseconds from ready, and bytes over TCP.
struct catch_up {
  double ms = 0;
  double bytes = 0;
};

/// Two nodes with journals and many keys, of which one is away while a thousand of them change.
class missed_changes {
public:
  explicit missed_changes(std::size_t key_count) : keys_(make_keys(key_count)) {
    // Whatever is overwritten and erased later is another incarnation's.
    fill_and_restart();
    b_ = file_.start("b");
    settle();
  }

  catch_up of_restarted() {
    settle();
    b_->signal(SIGKILL);
    a_->events().wait_for(handoff_event_kind::node_down, "b");
    b_.reset();
    for (std::size_t i = 0; i < changed; ++i) {
      const auto& key = keys_[(offset_ + i) % keys_.size()];
      if (i % 2 == 0)
        a_->stash(key, make_state(value_bytes), concern_level::local);
      else
        discard(key);
    }
    offset_ += changed;
    return start_b();
  }

  catch_up of_empty() {
    b_->signal(SIGKILL);
    a_->events().wait_for(handoff_event_kind::node_down, "b");
    b_.reset();
    std::filesystem::remove_all(journal_of(file_, "b"));
    return start_b();
  }

private:
  static constexpr std::size_t changed = 1'000;

  void fill_and_restart() {
    a_ = std::make_unique<embedded_node>(file_, "a");
    (void)stash_rate(*a_, keys_, true);
    a_.reset();
    a_ = std::make_unique<embedded_node>(file_, "a");
  }

  /// All that a has is on both disks, and a knows that.
  void settle() {
    stash_last(*a_, "settled", {.level = concern_level::all, .durable = true});
  }

  catch_up start_b() {
    const auto before = tcp_bytes();
    b_ = file_.start("b");
    const auto begin = steady_clock::now();
    b_->wait_for_line(" caught up");
    catch_up result{ms_since(begin), 0};
    stash_last(*a_, "settled", {.level = concern_level::all});
    result.bytes = static_cast<double>(tcp_bytes() - before);
    return result;
  }

  void discard(const std::string& key) {
    (void)time_requests<bool>(a_->system(), 1, [&](auto* self, std::size_t) {
      return mail(self, discard_atom_v, key).request(a_->handoff(), caf::infinite);
    });
  }

  std::vector<std::string> keys_;
  std::size_t offset_ = 0;
  cluster_file file_{{"a", "b"}, connections::plain, storage("write")};
  std::unique_ptr<embedded_node> a_;
  std::unique_ptr<peer_process> b_;
};

void measure_missed_changes(recorder& record, double catch_up::*figure) {
  record.progress("filling two nodes");
  missed_changes nodes{record.effort().quick ? std::size_t{200'000} : std::size_t{1'000'000}};
  record.run_cold(record.effort().quick ? 2 : 5, [&]() -> round_figures {
    const auto restarted = nodes.of_restarted();
    const auto empty = nodes.of_empty();
    return {restarted.*figure, {}, empty.*figure};
  });
}

} // namespace

std::vector<row> storage_rows() {
  constexpr auto empty_node = "the same of an empty node";
  return {
    {"storage_write",
     "storage",
     "stashes on one node with a journal, mode write, nobody waits for receipts",
     "1/s",
     better::higher,
     "the same without a journal",
     {.ratio = 1 / 0.85},
     false,
     measure_kept_stashes},
    {"storage_sync",
     "storage",
     "the same in mode sync, until all are synced",
     "1/s",
     better::higher,
     "the same without a journal, or append and fdatasync of the same bytes in as many batches: the slower one",
     {.ratio = 1 / 0.5},
     false,
     measure_synced_stashes},
    {"storage_durable",
     "storage",
     "stash until another node has synced it, idle",
     "us",
     better::lower,
     "the same in memory, and 1.5 times append and fdatasync of 256 bytes",
     {.ratio = 1},
     false,
     measure_durable_stash},
    {"storage_load",
     "storage",
     "load of a journal of 1M keys (200k with --quick)",
     "ms",
     better::lower,
     "to read its files, and to join the same registers",
     {.ratio = 1.5},
     false,
     measure_journal_load},
    {"storage_catch_up",
     "storage",
     "a restarted node, from ready to caught up with 1,000 changes of 1M keys (200k with --quick)",
     "ms",
     better::lower,
     empty_node,
     {.ratio = 0.05},
     false,
     [](recorder& record) { measure_missed_changes(record, &catch_up::ms); }},
    {"storage_catch_up_bytes",
     "storage",
     "TCP bytes of that, in both directions",
     "B",
     better::lower,
     empty_node,
     {.ratio = 0.05},
     false,
     [](recorder& record) { measure_missed_changes(record, &catch_up::bytes); }},
  };
}

} // namespace ariadne::bench
