#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace ariadne {

/// As long as this lives, what libraries print to std::cout and std::cerr comes line by line to a function instead. CAF
/// prints what it did not expect: messages of strangers, exceptions. Thread-safe; only one at a time.
class caught_streams {
public:
  /// `take` gets each line without its end, of a very long one each part, from the thread that prints it.
  explicit caught_streams(std::function<void(std::string_view line)> take);
  ~caught_streams();

  caught_streams(const caught_streams&) = delete;
  caught_streams& operator=(const caught_streams&) = delete;

private:
  class buffer;

  std::unique_ptr<buffer> out_;
  std::unique_ptr<buffer> err_;
};

} // namespace ariadne
