#pragma once

#include "journal/disk.hpp"
#include "test/simulation/random_source.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace ariadne::simulation {

/// A disk that does what disks do. What was written and not synced is lost in any subset of its sectors when the power
/// goes, and garbage or zeros may stand there instead; names that were not synced are lost in any subset, too. A sync
/// that fails leaves what it was about unwritten for ever, and the next one succeeds.
class simulated_disk final : public journal::disk {
public:
  explicit simulated_disk(std::uint64_t seed) : random_(seed) {}

  /// One of the next operations fails in this way, and an append may do a part of its work; once.
  void fail_after(std::uint64_t operations, journal::disk_error::kind how) {
    failure_ = {{operations, how}};
  }
  /// One of the next operations is done in part at most, and nothing is from then on, until `restart`: the process has
  /// ended.
  void die_after(std::uint64_t operations) {
    failure_ = {{operations, std::nullopt}};
  }
  bool is_dead() const {
    return is_dead_;
  }

  /// Whether there is a file of which something was lost when a sync failed.
  bool has_lied() const;

  /// The process has ended, and another one comes.
  void restart() {
    is_dead_ = false;
    failure_.reset();
  }
  /// The power has gone.
  void cut_power();
  /// Flips a bit somewhere. Returns whether there is any.
  bool flip_bit();
  /// Takes the bytes of another one, as a copy of the directory does.
  void copy_from(const simulated_disk& other);
  void wipe();

  tl::expected<std::vector<journal::file_entry>, journal::disk_error> list() override;
  tl::expected<std::string, journal::disk_error> read(const std::string& name, std::uint64_t offset,
                                                      std::size_t bytes_max) override;
  tl::expected<void, journal::disk_error> append(const std::string& name, std::string_view bytes) override;
  tl::expected<void, journal::disk_error> sync(const std::string& name) override;
  tl::expected<void, journal::disk_error> sync_names() override;
  tl::expected<void, journal::disk_error> rename(const std::string& from, const std::string& to) override;
  tl::expected<void, journal::disk_error> remove(const std::string& name) override;

private:
  struct file {
    /// As the process sees it, and as it stands on the disk.
    std::string seen;
    std::string written;
    /// From here on, `seen` is to be written by the next sync.
    std::size_t dirty_from = 0;
    bool has_lost = false;
  };
  using names = std::map<std::string, std::shared_ptr<file>>;
  struct failure {
    std::uint64_t operations_left = 0;
    /// None: the process ends.
    std::optional<journal::disk_error::kind> how;
  };

  /// Whether the operation fails.
  std::optional<journal::disk_error> meets_failure(const std::string& name);

  random_source random_;
  std::optional<failure> failure_;
  bool is_dead_ = false;
  names names_;
  names synced_names_;
};

} // namespace ariadne::simulation
