#include "app/process/descriptor_limit.hpp"

#include "app/process/file_descriptor.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>

namespace ariadne {

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::optional<std::string> find_lack_of_descriptors(std::size_t count) {
  // What the process has inherited, and what the whole system may open, counts as well: so it is tried.
  std::vector<file_descriptor> opened;
  while (opened.size() < count) {
    file_descriptor next{::open("/", O_PATH | O_CLOEXEC)};
    if (next.get() == -1)
      break;
    opened.push_back(std::move(next));
  }
  if (opened.size() == count)
    return std::nullopt;
  const auto error = errno;
  const auto shortage =
    fmt::format("cannot open {} more files and connections, which this command needs: {}", count, std::strerror(error));
  rlimit limit{};
  if (error != EMFILE || ::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return shortage;
  return fmt::format("{}; raise the limit of open files, which is {} (ulimit -n)", shortage, limit.rlim_cur);
}

} // namespace ariadne
