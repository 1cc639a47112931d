#include "app/commands/storage.hpp"

#include "actors/endpoint.hpp"
#include "actors/internal/snapshot_view.hpp"
#include "app/output/output.hpp"
#include "app/process/file_descriptor.hpp"
#include "app/process/process_signals.hpp"
#include "crdt/counted.hpp"
#include "crdt/printable_text.hpp"
#include "journal/archive.hpp"
#include "journal/maintenance.hpp"
#include "journal/obstacle.hpp"
#include "journal/posix_disk.hpp"
#include "membership/cluster_identity.hpp"
#include "ops/json_text.hpp"
#include "ops/node_report.hpp"
#include "session/reserved_keys.hpp"

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace ariadne {

namespace {

namespace fs = std::filesystem;

using open_disk = std::unique_ptr<journal::posix_disk>;

exit_code to_exit_code(journal::obstacle::kind what) {
  switch (what) {
    case journal::obstacle::kind::foreign:
      return exit_code::storage_foreign;
    case journal::obstacle::kind::in_use:
      return exit_code::storage_in_use;
    case journal::obstacle::kind::unknown_format:
      return exit_code::storage_format_unknown;
    case journal::obstacle::kind::damaged:
      return exit_code::storage_damaged;
    case journal::obstacle::kind::unusable:
      return exit_code::storage_unusable;
    case journal::obstacle::kind::clock_behind:
      return exit_code::storage_clock_behind;
  }
  return exit_code::failed;
}

tl::unexpected<failure> to_failure(const journal::obstacle& why) {
  return tl::unexpected{failure{why.text, to_exit_code(why.what)}};
}

tl::unexpected<failure> to_failure(const journal::disk_error& error) {
  return to_failure(journal::to_obstacle(error));
}

fallible<open_disk> open(const std::string& directory, bool is_reader) {
  if (is_reader && !fs::is_directory(directory))
    return tl::unexpected{failure{directory + ": there is no such directory", exit_code::storage_unusable}};
  auto disk = journal::posix_disk::open(directory, is_reader);
  if (disk)
    return std::move(*disk);
  if (disk.error().what == journal::posix_disk::refusal::kind::in_use)
    return tl::unexpected{failure{directory + ": a node uses it; stop that first", exit_code::storage_in_use}};
  return tl::unexpected{failure{disk.error().text, exit_code::storage_unusable}};
}

std::string salvaged_in(const std::string& directory) {
  return directory + '/' + journal::salvaged_name;
}

/// The journal in the directory, if there is one, and it is right.
fallible<journal::recovered_journal> recover(journal::disk& disk, const std::string& directory) {
  auto found = journal::recover(disk);
  if (!found)
    return to_failure(journal::to_obstacle(found.error(), directory));
  if (const auto salvaged = salvaged_in(directory); found->is_new && fs::exists(salvaged))
    return tl::unexpected{failure{
      fmt::format("{}: there is no journal yet; what the node is to write anew is in {}", directory, salvaged)}};
  if (found->is_new)
    return tl::unexpected{failure{directory + ": there is no journal"}};
  return std::move(*found);
}

/// Says what has come of a command.
exit_code conclude(const fallible<void>& done) {
  if (done)
    return exit_code::done;
  complain(done.error().text);
  return done.error().code;
}

std::string time_text(std::uint64_t ms) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(ms / 1000)));
}

std::string describe(const journal::recovered_journal& found) {
  const auto& id = found.manifest.id;
  return fmt::format("journal    of node {} of cluster {}, format {}\n"
                     "cluster    {}\n"
                     "registers  {}, erased keys among them\n"
                     "written    {}\n"
                     "bytes      {} of the log, {} of the snapshot; {} at the end count for nothing\n",
                     crdt::escaped(found.manifest.node), crdt::escaped(found.manifest.cluster), journal::format_version,
                     id.number == 0 ? "no id yet" : "id " + membership::cluster_id_text(id.number),
                     found.state.registers.size(), found.claimed_at_ms == 0 ? "never" : time_text(found.claimed_at_ms),
                     found.log_bytes, found.snapshot_bytes, found.dropped_bytes);
}

std::string event_text(crdt::dot d) {
  return ariadne::event_text(event_id{d.replica.value, d.counter});
}

nlohmann::json to_json(std::string_view key, const crdt::entry& e) {
  nlohmann::json result{{"event", event_text(e.dot)}, {"written_at_ms", e.stamp.millis()}};
  put_bytes(result, "key", key);
  if (e.expires_at_ms != 0)
    result["expires_at_ms"] = e.expires_at_ms;
  if (const auto state = view_snapshot(e.value.view())) {
    put_bytes(result, "type", state->type_name);
    result["version"] = state->schema_version;
    put_bytes(result, "state", state->bytes);
  } else {
    put_bytes(result, "value", e.value.view());
  }
  return result;
}

std::string to_line(std::string_view key, const crdt::entry& e) {
  return fmt::format("{}  {}  {}\n", crdt::escaped(session::describe_key(key)), event_text(e.dot),
                     crdt::counted(e.value.size(), "byte"));
}

std::function<std::uint64_t()> salts() {
  return [random = std::make_shared<std::mt19937_64>(std::random_device{}())] { return (*random)(); };
}

std::uint64_t wall_ms() {
  return static_cast<std::uint64_t>(
    std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

} // namespace

void storage_command::add_directory(CLI::App& sub) {
  sub.add_option("DIR", directory, "The directory of one node's journal")->required()->type_name("");
}

// -- check -----------------------------------------------------------------------------------------------------------

CLI::App* storage_check_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("check", "Say whether a journal is right, and what it has");
  add_directory(*sub);
  return sub;
}

exit_code storage_check_command::run() const {
  unblock_stop_signals();
  return conclude(open(directory, true).and_then([&](const open_disk& disk) {
    return recover(*disk, directory).and_then([](const journal::recovered_journal& found) {
      return write_out(describe(found) + "It is right.\n");
    });
  }));
}

// -- dump ------------------------------------------------------------------------------------------------------------

CLI::App* storage_dump_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("dump", "List what a journal has, one line for each entry");
  add_directory(*sub);
  sub->add_flag("--json", json, "With the states, in JSON");
  return sub;
}

exit_code storage_dump_command::run() const {
  unblock_stop_signals();
  const auto dump = [&](const journal::recovered_journal& found) -> fallible<void> {
    std::map<std::string_view, const crdt::causal_register*> by_key;
    for (const auto& r : found.state.registers)
      by_key.emplace(r.key, &r.value);
    for (const auto& [key, value] : by_key)
      for (std::size_t i = 0; i < value->live_count(); ++i)
        if (auto written = write_out(json ? json_line(to_json(key, value->live(i))) : to_line(key, value->live(i)));
            !written)
          return written;
    return {};
  };
  return conclude(
    open(directory, true).and_then([&](const open_disk& disk) { return recover(*disk, directory).and_then(dump); }));
}

// -- repair ----------------------------------------------------------------------------------------------------------

CLI::App* storage_repair_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("repair", "Make a journal that a node starts from of one that is damaged");
  add_directory(*sub);
  sub->add_flag("--salvage", is_salvage,
                "Keep whatever can be read, and claim nothing of it; the old files go to DIR.damaged");
  sub->add_flag("--discard", is_discard, "Remove it: the node begins with what the other nodes hold");
  sub->add_flag("--found", is_found,
                "With --salvage: once the node has met the others, it writes anew what none of them knows of");
  return sub->footer(
    "--salvage leaves it to the other nodes what of it still counts. Of what none of them knows, none\n"
    "can ever say so; with --found, the node takes that over as its own, when it has met all nodes of\n"
    "the cluster file, or its cold_start_wait is over. What was erased where nobody remembers it may\n"
    "be there again then. So do that on one node, and when no other disk is to be had.");
}

void storage_repair_command::check() {
  if (is_salvage == is_discard)
    throw CLI::ValidationError("storage repair", "needs either --salvage or --discard");
  if (is_found && !is_salvage)
    throw CLI::ValidationError("storage repair", "--found is about what --salvage has kept");
}

namespace {

fallible<void> salvage(const std::string& directory, bool is_found) {
  if (fs::exists(salvaged_in(directory)))
    return tl::unexpected{
      failure{fmt::format("{} is there from the last time: the node has yet to write it anew; have it "
                          "do so, or move that away",
                          salvaged_in(directory))}};
  auto damaged = open(directory, false);
  if (!damaged)
    return tl::unexpected{damaged.error()};
  const auto found = journal::salvage(**damaged);
  if (!found)
    return to_failure(found.error());
  if (!found->of)
    return tl::unexpected{
      failure{directory
                + ": the file MANIFEST cannot be read, so it is not known whose it is; restore that "
                  "from a backup, or use --discard",
              exit_code::storage_damaged}};
  const auto made = directory + ".salvaged";
  const auto kept = directory + ".damaged";
  if (fs::exists(made) || fs::exists(kept))
    return tl::unexpected{failure{fmt::format("{} or {} is there already; move it away", made, kept)}};
  auto disk = open(is_found ? salvaged_in(made) : made, false);
  if (!disk)
    return tl::unexpected{disk.error()};
  if (auto done = journal::write_whole(**disk, found->state, *found->of, wall_ms(), salts()); !done)
    return to_failure(done.error());
  disk->reset();
  std::error_code error;
  fs::rename(directory, kept, error);
  if (!error)
    fs::rename(made, directory, error);
  if (error)
    return tl::unexpected{
      failure{fmt::format("{} cannot be put in the place of {}: {}", made, directory, error.message())}};
  write_receipt(fmt::format("kept {}; lost {}, and {} that are no frames; the old files are in {}{}\n",
                            crdt::counted(found->state.registers.size(), "register"), found->lost_registers,
                            crdt::counted(found->lost_bytes, "byte"), kept,
                            is_found ? "; the node writes anew what no other one knows of" : ""));
  return {};
}

} // namespace

exit_code storage_repair_command::run() const {
  unblock_stop_signals();
  if (is_salvage)
    return conclude(salvage(directory, is_found));
  return conclude(open(directory, false).and_then([&](const open_disk& disk) -> fallible<void> {
    if (auto done = journal::discard(*disk); !done)
      return to_failure(done.error());
    std::error_code error;
    fs::remove_all(salvaged_in(directory), error);
    if (error)
      return tl::unexpected{failure{fmt::format("{} cannot be removed: {}", salvaged_in(directory), error.message()),
                                    exit_code::storage_unusable}};
    write_receipt(fmt::format("{} has no journal any more\n", directory));
    return {};
  }));
}

// -- adopt -----------------------------------------------------------------------------------------------------------

CLI::App* storage_adopt_command::declare(CLI::App& parent) {
  auto* sub =
    parent.add_subcommand("adopt", "Make a journal another node's, or have it belong to the cluster that it meets");
  add_directory(*sub);
  const auto problem_of = [](const std::string& name) { return is_name(name) ? std::string{} : name_rule(); };
  sub->add_option("--cluster", cluster, "The name of the cluster; as it is by default")
    ->check(problem_of)
    ->type_name("NAME");
  sub->add_option("--node", node, "The name of the node; as it is by default")->check(problem_of)->type_name("NAME");
  return sub;
}

exit_code storage_adopt_command::run() const {
  unblock_stop_signals();
  const auto adopt = [&](journal::disk& disk) -> fallible<void> {
    const auto found = recover(disk, directory);
    if (!found)
      return tl::unexpected{found.error()};
    const auto& is = found->manifest;
    const journal::owner of{cluster.empty() ? is.cluster : cluster, node.empty() ? is.node : node};
    if (auto done = journal::give_to(disk, is, of); !done)
      return to_failure(done.error());
    write_receipt(
      fmt::format("{} has the journal of node {} of cluster {} now, and takes over the id of the cluster that "
                  "it meets\n",
                  directory, of.node, of.cluster));
    return {};
  };
  return conclude(open(directory, false).and_then([&](const open_disk& disk) { return adopt(*disk); }));
}

// -- restore ---------------------------------------------------------------------------------------------------------

CLI::App* storage_restore_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("restore", "Make a journal of a backup; see ariadne backup");
  sub->add_option("FILE", file, "The backup")->required()->type_name("");
  add_directory(*sub);
  return sub;
}

exit_code storage_restore_command::run() const {
  unblock_stop_signals();
  const file_descriptor from{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  const auto unreadable = [&] {
    return journal::disk_error{journal::disk_error::kind::broken,
                               fmt::format("{} cannot be read: {}", file, std::generic_category().message(errno))};
  };
  if (from.get() < 0)
    return conclude(tl::unexpected{failure{unreadable().text}});
  const auto read = [&](std::uint64_t offset, std::size_t bytes) -> tl::expected<std::string, journal::disk_error> {
    std::string result(bytes, '\0');
    std::size_t size = 0;
    while (size < bytes) {
      const auto got = ::pread(from.get(), result.data() + size, bytes - size, static_cast<off_t>(offset + size));
      if (got < 0 && errno != EINTR)
        return tl::unexpected{unreadable()};
      if (got == 0)
        break;
      size += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    }
    result.resize(size);
    return result;
  };
  return conclude(open(directory, false).and_then([&](const open_disk& disk) -> fallible<void> {
    const auto there = disk->list();
    if (!there)
      return to_failure(there.error());
    if (!there->empty())
      return tl::unexpected{failure{directory + ": it is not empty; a backup is restored into a new directory"}};
    if (auto done = journal::unpack(read, *disk); !done)
      return done.error().what == journal::fault::kind::disk
               ? to_failure(journal::to_obstacle(done.error(), directory))
               : tl::unexpected{failure{
                 fmt::format("{}: {}; what stands in {} now counts for nothing", file, done.error().text, directory)}};
    const auto found = recover(*disk, directory);
    if (!found)
      return tl::unexpected{found.error()};
    write_receipt(describe(*found));
    return {};
  }));
}

} // namespace ariadne
