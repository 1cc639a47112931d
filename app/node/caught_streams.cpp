#include "app/node/caught_streams.hpp"

#include <iostream>
#include <mutex>
#include <streambuf>
#include <string>
#include <utility>

namespace ariadne {

/// Stands in for the buffer of a stream.
class caught_streams::buffer : public std::streambuf {
public:
  buffer(std::ostream& stream, std::function<void(std::string_view)> take)
    : stream_(stream), take_(std::move(take)), before_(stream.rdbuf(this)) {}

  ~buffer() override {
    stream_.rdbuf(before_);
  }

  buffer(const buffer&) = delete;
  buffer& operator=(const buffer&) = delete;

protected:
  int_type overflow(int_type c) override {
    const auto letter = traits_type::to_char_type(c);
    if (!traits_type::eq_int_type(c, traits_type::eof()))
      append({&letter, 1});
    return traits_type::not_eof(c);
  }

  std::streamsize xsputn(const char* text, std::streamsize size) override {
    append({text, static_cast<std::size_t>(size)});
    return size;
  }

private:
  static constexpr std::size_t line_bytes_max = 64u << 10;

  void append(std::string_view text) {
    const std::lock_guard lock{mutex_};
    while (!text.empty()) {
      const auto end = text.find('\n');
      line_ += text.substr(0, end);
      if (end != std::string_view::npos || line_.size() >= line_bytes_max)
        take_(std::exchange(line_, {}));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
  }

  std::ostream& stream_;
  const std::function<void(std::string_view)> take_;
  std::streambuf* const before_;
  std::mutex mutex_;
  std::string line_;
};

caught_streams::caught_streams(std::function<void(std::string_view line)> take)
  : out_(std::make_unique<buffer>(std::cout, take)), err_(std::make_unique<buffer>(std::cerr, std::move(take))) {}

caught_streams::~caught_streams() = default;

} // namespace ariadne
