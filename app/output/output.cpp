#include "app/output/output.hpp"

#include "app/output/write_all.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace ariadne {

namespace {

fallible<void> written(std::error_code error) {
  if (!error)
    return {};
  return tl::unexpected(
    failure{fmt::format("cannot write to stdout: {}", describe_stream_error(error)), exit_code::unwritten});
}

} // namespace

fallible<void> write_out(std::string_view text) {
  return written(write_all(STDOUT_FILENO, text));
}

void write_receipt(std::string_view text) {
  if (const auto done = write_out(text); !done)
    complain(fmt::format("it is done, but {}", done.error().text));
}

fallible<void> check_stdout() {
  const auto flags = ::fcntl(STDOUT_FILENO, F_GETFL);
  if (flags == -1 || (flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_RDONLY)
    return written(make_error_code(std::errc::bad_file_descriptor));
  pollfd state{STDOUT_FILENO, 0, 0};
  if (::poll(&state, 1, 0) == 1 && (state.revents & POLLERR) != 0)
    return written(make_error_code(std::errc::broken_pipe));
  return {};
}

void complain(std::string_view sentence) noexcept {
  constexpr std::size_t bytes_max = 1'000;
  constexpr std::chrono::seconds patience{2};
  write_all(STDERR_FILENO, fmt::format("ariadne: {}\n", crdt::printable_briefly(sentence, bytes_max)), patience);
}

std::string describe_stream_error(std::error_code error) {
  return error == std::errc::bad_file_descriptor ? "it is closed" : error.message();
}

} // namespace ariadne
