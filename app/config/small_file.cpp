#include "app/config/small_file.hpp"

#include "app/process/file_descriptor.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

namespace ariadne {

namespace {

tl::unexpected<std::string> last_error() {
  return tl::unexpected(std::generic_category().message(errno));
}

} // namespace

tl::expected<std::string, std::string> read_small_file(const std::filesystem::path& path, std::size_t bytes_max) {
  // To open a pipe would wait for whoever writes to it.
  const file_descriptor file{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  struct stat found {};
  if (file.get() == -1 || ::fstat(file.get(), &found) == -1)
    return last_error();
  if (S_ISDIR(found.st_mode))
    return tl::unexpected(std::generic_category().message(EISDIR));
  if (!S_ISREG(found.st_mode))
    return tl::unexpected(std::string{"it is no regular file, but a device, a pipe or a socket"});
  std::string text;
  std::array<char, 4096> chunk;
  while (true) {
    const auto count = ::read(file.get(), chunk.data(), chunk.size());
    if (count == -1 && errno == EINTR)
      continue;
    if (count == -1)
      return last_error();
    if (count == 0)
      return text;
    text.append(chunk.data(), static_cast<std::size_t>(count));
    if (text.size() > bytes_max)
      return tl::unexpected("it has more than " + std::to_string(bytes_max) + " bytes");
  }
}

} // namespace ariadne
