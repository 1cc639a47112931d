#include "app/client/value_file.hpp"

#include "app/config/cluster_file.hpp"
#include "app/output/output.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>
#include <system_error>

#include <sys/stat.h>

namespace ariadne {

namespace {

/// 0, if it is not known before it has been read.
std::size_t size_of(std::FILE* stream) {
  struct stat found {};
  const auto is_known = ::fstat(::fileno(stream), &found) == 0 && S_ISREG(found.st_mode) && ::ftello(stream) == 0;
  return is_known ? static_cast<std::size_t>(found.st_size) : 0;
}

/// Calls `take(std::string_view)` with what comes, until that answers false, or until the end.
template <class Take>
void read_on(std::FILE* stream, Take take) {
  std::array<char, 64u << 10> chunk;
  while (const auto count = std::fread(chunk.data(), 1, chunk.size(), stream))
    if (!take(std::string_view{chunk.data(), count}))
      return;
}

} // namespace

fallible<crdt::shared_bytes> read_value(const std::string& file) {
  const auto name = file == "-" ? std::string{"stdin"} : crdt::printable_briefly(file);
  const auto cannot_read = [&](const std::string& why) {
    return tl::unexpected(fmt::format("cannot read {}: {}", name, why));
  };
  const auto last_error = [&] { return cannot_read(describe_stream_error({errno, std::generic_category()})); };
  const auto too_long = [&] {
    return tl::unexpected(
      fmt::format("{} holds more than the {} bytes that a cluster may allow", name, value_bytes_limit));
  };
  auto close = [](std::FILE* stream) { return stream == stdin ? 0 : std::fclose(stream); };
  const std::unique_ptr<std::FILE, decltype(close)> stream{file == "-" ? stdin : std::fopen(file.c_str(), "rb")};
  if (!stream)
    return last_error();
  if (const auto size = size_of(stream.get()); size > 0) {
    if (size > std::size_t{value_bytes_limit})
      return too_long();
    crdt::bytes_builder value{size};
    read_on(stream.get(), [&](std::string_view next) {
      // What somebody appends meanwhile is left out.
      value.append(next.substr(0, size - value.written()));
      return !value.is_whole();
    });
    if (std::ferror(stream.get()))
      return last_error();
    if (!value.is_whole())
      return cannot_read("it has become shorter meanwhile");
    return value.bytes();
  }
  std::string value;
  read_on(stream.get(), [&](std::string_view next) {
    value.append(next);
    return value.size() <= std::size_t{value_bytes_limit};
  });
  if (std::ferror(stream.get()))
    return last_error();
  if (value.size() > std::size_t{value_bytes_limit})
    return too_long();
  return crdt::shared_bytes{value};
}

} // namespace ariadne
