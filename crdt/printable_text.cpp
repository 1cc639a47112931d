#include "crdt/printable_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace ariadne::crdt {

namespace {

/// The first character of a text, if that begins with valid UTF-8; else its first byte.
struct character {
  std::size_t size = 1;
  std::uint32_t code = 0;
  bool is_valid = false;
};

constexpr std::uint32_t last_code_point = 0x10ffff;

/// How many bytes follow, and the least code point that needs that many.
constexpr std::pair<std::size_t, std::uint32_t> form_of(unsigned char first) {
  if (first < 0x80)
    return {0, 0};
  if ((first & 0xe0) == 0xc0)
    return {1, 0x80};
  if ((first & 0xf0) == 0xe0)
    return {2, 0x800};
  if ((first & 0xf8) == 0xf0)
    return {3, 0x10000};
  return {0, last_code_point};
}

/// Precondition: `text` is not empty.
character first_of(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const auto [more, least] = form_of(first);
  if (more == 0)
    return {1, first, first < 0x80};
  if (text.size() <= more)
    return {};
  std::uint32_t code = first & (0x3fu >> more);
  for (const auto c : text.substr(1, more)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80)
      return {};
    code = code << 6 | (byte & 0x3fu);
  }
  if (code < least || code > last_code_point || (code >= 0xd800 && code <= 0xdfff))
    return {};
  return {more + 1, code, true};
}

struct range {
  std::uint32_t first;
  std::uint32_t last;
};

/// Sorted. Controls, format characters, separators, spaces and other blanks, private use, and what is no character; but
/// the last two code points of each plane, which are none either, `is_shown` knows.
constexpr std::array<range, 35> hidden{{
  {0x0, 0x1f},        {0x7f, 0xa0},       {0xad, 0xad},         {0x34f, 0x34f},       {0x600, 0x605},
  {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},       {0x890, 0x891},       {0x8e2, 0x8e2},
  {0x115f, 0x1160},   {0x1680, 0x1680},   {0x17b4, 0x17b5},     {0x180b, 0x180f},     {0x2000, 0x200f},
  {0x2028, 0x202f},   {0x205f, 0x206f},   {0x2800, 0x2800},     {0x3000, 0x3000},     {0x3164, 0x3164},
  {0xe000, 0xf8ff},   {0xfdd0, 0xfdef},   {0xfeff, 0xfeff},     {0xffa0, 0xffa0},     {0xfff0, 0xfffb},
  {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f},   {0x1bca0, 0x1bca3},   {0x1d173, 0x1d17a},
  {0xe0000, 0xe0fff}, {0xf0000, 0xffffd}, {0x100000, 0x10fffd}, {0x10fffe, 0x10ffff}, {0x110000, 0xffffffff},
}};

bool is_shown(const character& c) {
  if (!c.is_valid || (c.code & 0xfffe) == 0xfffe)
    return false;
  const auto after =
    std::upper_bound(hidden.begin(), hidden.end(), c.code, [](auto code, const range& r) { return code < r.first; });
  return after == hidden.begin() || std::prev(after)->last < c.code;
}

void append_hex(std::string& text, std::uint32_t number, int digits) {
  constexpr std::string_view hex = "0123456789abcdef";
  for (auto i = digits - 1; i >= 0; --i)
    text += hex[number >> (4 * i) & 0xf];
}

void append_escape(std::string& text, std::string_view bytes) {
  for (const auto byte : bytes)
    switch (byte) {
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\t':
        text += "\\t";
        break;
      default:
        text += "\\x";
        append_hex(text, static_cast<unsigned char>(byte), 2);
    }
}

/// Calls `show(character, its bytes)` for each, as long as it answers true. Answers how many bytes have been shown.
template <class Show>
std::size_t for_each_character(std::string_view text, Show show) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto c = first_of(text.substr(at));
    if (!show(c, text.substr(at, c.size)))
      break;
    at += c.size;
  }
  return at;
}

/// What is shown of a text that may be long: whole escapes and characters, up to `bytes_max` bytes.
template <class Show>
std::string beginning(std::string_view text, std::size_t bytes_max, Show show) {
  std::string result;
  const auto shown = for_each_character(text, [&](const character& c, std::string_view bytes) {
    const auto size = result.size();
    show(result, c, bytes);
    if (result.size() <= bytes_max)
      return true;
    result.resize(size);
    return false;
  });
  if (shown < text.size())
    result += "... (" + std::to_string(text.size()) + " bytes)";
  return result;
}

void show_printable(std::string& result, const character& c, std::string_view bytes) {
  if (is_shown(c))
    result += bytes;
  else
    append_escape(result, bytes);
}

/// Whether the space at `at` could be overlooked or taken for a part of what surrounds the text.
bool is_doubtful_space(std::string_view text, std::size_t at) {
  return at == 0 || at + 1 == text.size() || text[at - 1] == ' ';
}

std::string escaped_beginning(std::string_view bytes, std::size_t bytes_max) {
  const auto* begin = bytes.data();
  return beginning(bytes, bytes_max, [&](std::string& result, const character& c, std::string_view part) {
    if (part == "\\")
      result += "\\\\";
    else if (part == " " && is_doubtful_space(bytes, static_cast<std::size_t>(part.data() - begin)))
      append_escape(result, part);
    else
      show_printable(result, c, part);
  });
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return std::nullopt;
}

} // namespace

std::string escaped(std::string_view bytes) {
  return escaped_beginning(bytes, std::string::npos);
}

std::optional<std::string> unescaped(std::string_view text) {
  constexpr std::string_view names = "\\nrt";
  constexpr std::string_view meanings = "\\\n\r\t";
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      result += text[i];
      continue;
    }
    if (++i == text.size())
      return std::nullopt;
    if (const auto name = names.find(text[i]); name != std::string_view::npos) {
      result += meanings[name];
      continue;
    }
    if (text[i] != 'x' || text.size() - i < 3)
      return std::nullopt;
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (!high || !low)
      return std::nullopt;
    result += static_cast<char>(*high << 4 | *low);
    i += 2;
  }
  return result;
}

std::string escaped_briefly(std::string_view bytes) {
  constexpr std::size_t bytes_max = 80;
  return escaped_beginning(bytes, bytes_max);
}

std::string printable(std::string_view line) {
  return beginning(line, std::string::npos, show_printable);
}

std::string printable_briefly(std::string_view line, std::size_t bytes_max) {
  return beginning(line, bytes_max, show_printable);
}

std::string printable_lines(std::string_view text) {
  return beginning(text, std::string::npos, [](std::string& result, const character& c, std::string_view bytes) {
    if (c.code == '\n' || c.code == '\t')
      result += bytes;
    else
      show_printable(result, c, bytes);
  });
}

std::string printable_json(std::string_view json) {
  return beginning(json, std::string::npos, [](std::string& result, const character& c, std::string_view bytes) {
    constexpr std::uint32_t first_in_two_units = 0x10000;
    const auto append_unit = [&](std::uint32_t unit) {
      result += "\\u";
      append_hex(result, unit, 4);
    };
    if (is_shown(c) || c.code == '\n') {
      result += bytes;
    } else if (c.code < first_in_two_units) {
      append_unit(c.is_valid ? c.code : 0xfffd);
    } else {
      append_unit(0xd800 + ((c.code - first_in_two_units) >> 10));
      append_unit(0xdc00 + (c.code & 0x3ff));
    }
  });
}

bool is_utf8(std::string_view bytes) {
  return for_each_character(bytes, [](const character& c, std::string_view) { return c.is_valid; }) == bytes.size();
}

} // namespace ariadne::crdt
