#include "app/commands/backup.hpp"

#include "actors/asker.hpp"
#include "actors/internal/piece_messages.hpp"
#include "app/client/node_request.hpp"
#include "app/output/output.hpp"
#include "app/output/write_all.hpp"
#include "app/process/file_descriptor.hpp"
#include "crdt/counted.hpp"
#include "journal/archive.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace ariadne {

namespace {

/// A file that is there under its name once it is whole.
class new_file {
public:
  explicit new_file(std::string name)
    : name_(std::move(name)), part_(name_ + ".part"),
      to_(::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    if (to_.get() < 0)
      error_ = {errno, std::generic_category()};
  }
  ~new_file() {
    if (!is_kept_)
      ::unlink(part_.c_str());
  }
  new_file(const new_file&) = delete;
  new_file& operator=(const new_file&) = delete;

  void write(std::string_view bytes) {
    if (!error_)
      error_ = write_all(to_.get(), bytes);
  }
  void keep() {
    if (!error_ && (::fsync(to_.get()) != 0 || std::rename(part_.c_str(), name_.c_str()) != 0))
      error_ = {errno, std::generic_category()};
    is_kept_ = !error_;
  }
  /// Of all so far.
  fallible<void> result() const {
    if (error_)
      return tl::unexpected(fmt::format("{} cannot be written: {}", name_, error_.message()));
    return {};
  }

private:
  std::string name_;
  std::string part_;
  file_descriptor to_;
  std::error_code error_;
  bool is_kept_ = false;
};

/// Reads all that the node has for the backup, piece by piece.
fallible<std::uint64_t> read_into(new_file& file, asker& self, node_connection& client, const backup_opening& opening) {
  const auto reader = caf::actor_cast<value_reader_actor>(opening.reader);
  journal::archive_checksum sum;
  for (std::uint64_t at = 0; at < opening.total_bytes;) {
    client.begin_anew();
    const auto bytes = client.ask_as<std::string>(
      self, reader, get_atom_v, at, std::min<std::uint64_t>(opening.total_bytes - at, value_piece_bytes_max));
    if (!bytes)
      return tl::unexpected(bytes.error());
    if (bytes->empty())
      return tl::unexpected(failure{"the node has sent less than it has announced"});
    sum.add(*bytes);
    file.write(*bytes);
    at += bytes->size();
    if (auto written = file.result(); !written)
      return tl::unexpected(written.error());
  }
  file.write(sum.end());
  file.keep();
  return file.result().map([&] { return opening.total_bytes + journal::archive_end_bytes; });
}

} // namespace

CLI::App* backup_command::declare(CLI::App& parent) {
  auto* sub =
    declare_as(parent, "backup", "Write the journal of a running node into a file, for ariadne storage restore");
  sub->add_option("FILE", file, "What is to be written; it is replaced")->required()->type_name("");
  return sub;
}

fallible<exit_code> backup_command::run_at(const contact_points& points) const {
  const auto visit = [this](caf::actor_system& system, node_connection& client) -> fallible<exit_code> {
    new_file to{file};
    if (auto opened = to.result(); !opened)
      return tl::unexpected(opened.error());
    const auto storage = client.storage();
    if (!storage)
      return tl::unexpected(storage.error());
    // The reader ends with whoever has asked for it.
    asker self{system};
    const auto opening = client.ask_as<backup_opening>(self, *storage, backup_atom_v);
    if (!opening)
      return tl::unexpected(opening.error());
    return read_into(to, self, client, *opening).map([this](std::uint64_t bytes) {
      write_receipt(json ? json_line({{"file", file}, {"bytes", bytes}})
                         : fmt::format("{} in {}\n", crdt::counted(bytes, "byte"), file));
      return exit_code::done;
    });
  };
  return carry_out({.visit = visit, .is_read = true}, points, timeout);
}

} // namespace ariadne
