#include "app/config/toml_nesting.hpp"

#include <algorithm>
#include <cstddef>

namespace ariadne {

namespace {

class nesting_scanner {
public:
  nesting_scanner(std::string_view text, std::uint32_t levels_max) : text_(text), levels_max_(levels_max) {}

  std::optional<text_position> find() {
    while (at_ < text_.size()) {
      const auto c = text_[at_];
      if (c == '"' || c == '\'')
        skip_string(c);
      else if (c == '#')
        skip_until_line_end();
      else if (count(c))
        return where();
      else
        ++at_;
    }
    return std::nullopt;
  }

private:
  /// Answers whether there are too many levels now.
  bool count(char c) {
    switch (c) {
      case '[':
      case '{':
        parts_ = 1;
        return ++open_ > levels_max_;
      case ']':
      case '}':
        open_ -= open_ > 0;
        return false;
      case '.':
        return ++parts_ > levels_max_;
      // A key begins behind each of these, or a value.
      case '\n':
      case ',':
      case '=':
        parts_ = 1;
        return false;
      default:
        return false;
    }
  }

  bool is_at(std::string_view token) const {
    return text_.substr(at_, token.size()) == token;
  }

  void skip_until_line_end() {
    at_ = std::min(text_.find('\n', at_), text_.size());
  }

  /// A string that does not end ends with its line, or with the text if it may have several lines.
  void skip_string(char quote) {
    const std::string_view three = quote == '"' ? R"(""")" : "'''";
    const auto has_lines = is_at(three);
    const auto end = has_lines ? three : three.substr(0, 1);
    at_ += end.size();
    while (at_ < text_.size() && !is_at(end) && (has_lines || text_[at_] != '\n'))
      at_ += quote == '"' && text_[at_] == '\\' ? 2 : 1;
    if (is_at(end))
      at_ += end.size();
    // One or two quotes may stand right before the end of a string that may have several lines.
    while (has_lines && at_ < text_.size() && text_[at_] == quote)
      ++at_;
  }

  text_position where() const {
    const auto before = text_.substr(0, at_);
    const auto line_begin = before.rfind('\n') + 1;
    return {static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1),
            static_cast<std::uint32_t>(at_ - line_begin + 1)};
  }

  const std::string_view text_;
  const std::uint32_t levels_max_;
  std::size_t at_ = 0;
  std::uint32_t open_ = 0;
  std::uint32_t parts_ = 1;
};

} // namespace

std::optional<text_position> find_deep_nesting(std::string_view text, std::uint32_t levels_max) {
  return nesting_scanner{text, levels_max}.find();
}

} // namespace ariadne
