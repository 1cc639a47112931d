#include "journal/posix_disk.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace ariadne::journal {

namespace {

constexpr auto lock_name = "LOCK";
constexpr auto reserve_name = "RESERVE";
constexpr auto file_mode = S_IRUSR | S_IWUSR;

bool is_full(int number) {
  return number == ENOSPC || number == EDQUOT;
}

std::string text_of(int number) {
  return std::generic_category().message(number);
}

/// Repeats a call that a signal has interrupted.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR)
    result = call();
  return result;
}

} // namespace

tl::expected<std::unique_ptr<posix_disk>, posix_disk::refusal> posix_disk::open(const std::string& directory,
                                                                                bool is_reader) {
  auto refuse = [&](const char* what, int number) {
    return tl::unexpected{refusal{refusal::kind::disk, directory + ": " + what + ": " + text_of(number)}};
  };
  std::unique_ptr<posix_disk> result{new posix_disk{directory}};
  if (!is_reader) {
    std::error_code error;
    const std::filesystem::path path{directory};
    if (path.has_parent_path())
      std::filesystem::create_directories(path.parent_path(), error);
    if (error)
      return refuse("the directory above it cannot be made", error.value());
    if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST)
      return refuse("it cannot be made", errno);
  }
  result->directory_descriptor_ =
    uninterrupted([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (result->directory_descriptor_ < 0)
    return refuse("it cannot be opened", errno);
  const auto flags = is_reader ? O_RDONLY : O_RDWR | O_CREAT;
  result->lock_descriptor_ =
    uninterrupted([&] { return ::openat(result->directory_descriptor_, lock_name, flags | O_CLOEXEC, file_mode); });
  // Where no node has ever been, there is nothing to lock.
  if (result->lock_descriptor_ < 0 && is_reader && errno == ENOENT)
    return result;
  if (result->lock_descriptor_ < 0)
    return refuse("it cannot be locked", errno);
  if (uninterrupted([&] { return ::flock(result->lock_descriptor_, (is_reader ? LOCK_SH : LOCK_EX) | LOCK_NB); })
      != 0) {
    if (errno == EWOULDBLOCK)
      return tl::unexpected{refusal{refusal::kind::in_use, directory + ": another process uses it"}};
    return refuse("it cannot be locked", errno);
  }
  return result;
}

posix_disk::~posix_disk() {
  for (const auto& [name, descriptor] : open_)
    ::close(descriptor);
  if (lock_descriptor_ >= 0)
    ::close(lock_descriptor_);
  if (directory_descriptor_ >= 0)
    ::close(directory_descriptor_);
}

disk_error posix_disk::error_of(const char* what, const std::string& name, int number) const {
  auto kind = disk_error::kind::broken;
  if (is_full(number))
    kind = disk_error::kind::full;
  else if (number == EROFS || number == EACCES || number == EPERM)
    kind = disk_error::kind::read_only;
  return {kind, directory_ + '/' + name + ": it cannot be " + what + ": " + text_of(number)};
}

tl::expected<void, disk_error> posix_disk::set_aside(std::uint64_t bytes) {
  const auto descriptor = uninterrupted(
    [&] { return ::openat(directory_descriptor_, reserve_name, O_WRONLY | O_CREAT | O_CLOEXEC, file_mode); });
  if (descriptor < 0)
    return tl::unexpected{error_of("opened", reserve_name, errno)};
  const auto number = ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
  ::close(descriptor);
  if (number != 0) {
    // A part of it would take from others what is of no use here.
    ::unlinkat(directory_descriptor_, reserve_name, 0);
    return tl::unexpected{error_of("made", reserve_name, number)};
  }
  has_freed_reserve_ = false;
  return {};
}

bool posix_disk::free_reserve() {
  if (::unlinkat(directory_descriptor_, reserve_name, 0) != 0)
    return false;
  return has_freed_reserve_ = true;
}

tl::expected<std::vector<file_entry>, disk_error> posix_disk::list() {
  std::vector<file_entry> result;
  std::error_code error;
  for (std::filesystem::directory_iterator at{directory_, error}, end; !error && at != end; at.increment(error))
    if (at->is_regular_file(error) && !error)
      if (auto name = at->path().filename().string(); name != lock_name && name != reserve_name)
        result.push_back({std::move(name), at->file_size(error)});
  if (error)
    return tl::unexpected{error_of("listed", ".", error.value())};
  return result;
}

tl::expected<std::string, disk_error> posix_disk::read(const std::string& name, std::uint64_t offset,
                                                       std::size_t bytes_max) {
  const auto descriptor =
    uninterrupted([&] { return ::openat(directory_descriptor_, name.c_str(), O_RDONLY | O_CLOEXEC); });
  if (descriptor < 0)
    return tl::unexpected{error_of("opened", name, errno)};
  std::string result(bytes_max, '\0');
  std::size_t size = 0;
  while (size < bytes_max) {
    const auto got = uninterrupted(
      [&] { return ::pread(descriptor, result.data() + size, bytes_max - size, static_cast<off_t>(offset + size)); });
    if (got < 0) {
      const auto number = errno;
      ::close(descriptor);
      return tl::unexpected{error_of("read", name, number)};
    }
    if (got == 0)
      break;
    size += static_cast<std::size_t>(got);
  }
  ::close(descriptor);
  result.resize(size);
  return result;
}

tl::expected<int, disk_error> posix_disk::opened(const std::string& name) {
  if (const auto found = open_.find(name); found != open_.end())
    return found->second;
  const auto descriptor = uninterrupted([&] {
    return ::openat(directory_descriptor_, name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, file_mode);
  });
  if (descriptor < 0)
    return tl::unexpected{error_of("opened", name, errno)};
  open_[name] = descriptor;
  return descriptor;
}

void posix_disk::close(const std::string& name) {
  if (const auto found = open_.find(name); found != open_.end()) {
    ::close(found->second);
    open_.erase(found);
  }
}

tl::expected<void, disk_error> posix_disk::append(const std::string& name, std::string_view bytes) {
  const auto descriptor = opened(name);
  if (!descriptor)
    return tl::unexpected{descriptor.error()};
  while (!bytes.empty()) {
    const auto written = uninterrupted([&] { return ::write(*descriptor, bytes.data(), bytes.size()); });
    if (written < 0) {
      const auto number = errno;
      if (is_full(number) && free_reserve())
        continue;
      return tl::unexpected{error_of("written", name, number)};
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

tl::expected<void, disk_error> posix_disk::sync(const std::string& name) {
  const auto descriptor = opened(name);
  if (!descriptor)
    return tl::unexpected{descriptor.error()};
  if (uninterrupted([&] { return ::fdatasync(*descriptor); }) != 0)
    return tl::unexpected{error_of("synced", name, errno)};
  return {};
}

tl::expected<void, disk_error> posix_disk::sync_names() {
  if (uninterrupted([&] { return ::fsync(directory_descriptor_); }) != 0)
    return tl::unexpected{error_of("synced", ".", errno)};
  return {};
}

tl::expected<void, disk_error> posix_disk::rename(const std::string& from, const std::string& to) {
  close(from);
  close(to);
  if (::renameat(directory_descriptor_, from.c_str(), directory_descriptor_, to.c_str()) != 0)
    return tl::unexpected{error_of("renamed", from, errno)};
  return {};
}

tl::expected<void, disk_error> posix_disk::remove(const std::string& name) {
  close(name);
  if (::unlinkat(directory_descriptor_, name.c_str(), 0) != 0 && errno != ENOENT)
    return tl::unexpected{error_of("removed", name, errno)};
  return {};
}

} // namespace ariadne::journal
