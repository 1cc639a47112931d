#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

namespace ariadne {

/// How many bytes wait in this process for each connection to take them. CAF names a connection by its descriptor, so
/// there is one of these for the whole process. The connections themselves keep it up to date.
///
/// Thread-safe.
class write_backlog {
public:
  static write_backlog& of_process() {
    static write_backlog instance;
    return instance;
  }

  void set(std::int64_t connection, std::size_t bytes) {
    const std::lock_guard lock{mutex_};
    if (bytes == 0)
      bytes_.erase(connection);
    else
      bytes_[connection] = bytes;
  }

  std::size_t of(std::int64_t connection) const {
    const std::lock_guard lock{mutex_};
    const auto found = bytes_.find(connection);
    return found == bytes_.end() ? 0 : found->second;
  }

private:
  mutable std::mutex mutex_;
  std::map<std::int64_t, std::size_t> bytes_;
};

} // namespace ariadne
