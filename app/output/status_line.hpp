#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ariadne {

/// A line of a terminal that is rewritten in place: what is to be written for that.
class rewritten_line {
public:
  /// What shows the text in place of the one before. What would not fit into a line of so many columns, the last of
  /// which is for the cursor, is left out: a line that is broken by the terminal cannot be rewritten.
  std::string show(std::string_view text, std::size_t columns);
  /// What takes the line away; empty if there is none.
  std::string clear();

private:
  std::size_t shown_ = 0;
};

/// What somebody at a terminal is told while a command is at work: one line on stderr, which is gone at the end.
/// Nothing if that is no terminal. A terminal that takes nothing holds nobody up. Not thread-safe.
class status_line {
public:
  status_line();

  void show(std::string_view text);
  /// Takes the line away. Nothing is shown any more.
  void end();

private:
  bool is_shown_;
  rewritten_line line_;
};

} // namespace ariadne
