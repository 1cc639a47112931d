#include "app/output/status_line.hpp"

#include "app/output/write_all.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace ariadne {

namespace {

constexpr std::chrono::milliseconds terminal_patience{20};

std::size_t columns_of_terminal() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

} // namespace

std::string rewritten_line::show(std::string_view text, std::size_t columns) {
  text = text.substr(0, columns - std::min<std::size_t>(columns, 1));
  // The terminal may have become narrower.
  shown_ = std::min(shown_, columns - std::min<std::size_t>(columns, 1));
  const auto shown = std::exchange(shown_, text.size());
  std::string result{'\r'};
  result += text;
  result.append(shown - std::min(shown, text.size()), ' ');
  return result;
}

std::string rewritten_line::clear() {
  const auto shown = std::exchange(shown_, 0);
  return shown == 0 ? std::string{} : '\r' + std::string(shown, ' ') + '\r';
}

status_line::status_line() : is_shown_(::isatty(STDERR_FILENO) == 1) {}

void status_line::show(std::string_view text) {
  if (is_shown_)
    write_all(STDERR_FILENO, line_.show(text, columns_of_terminal()), terminal_patience);
}

void status_line::end() {
  is_shown_ = false;
  if (const auto bytes = line_.clear(); !bytes.empty())
    write_all(STDERR_FILENO, bytes, terminal_patience);
}

} // namespace ariadne
