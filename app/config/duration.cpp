#include "app/config/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace ariadne {

namespace {

struct unit {
  std::string_view name;
  std::chrono::milliseconds length;
};

/// The largest comes first.
constexpr std::array units{
  unit{"h", std::chrono::hours{1}},
  unit{"m", std::chrono::minutes{1}},
  unit{"s", std::chrono::seconds{1}},
  unit{"ms", std::chrono::milliseconds{1}},
};

constexpr std::chrono::milliseconds duration_max = std::chrono::years{1};

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::uint64_t count = 0;
  auto [number_end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{})
    return std::nullopt;

  auto unit_name = text.substr(static_cast<std::size_t>(number_end - text.data()));
  for (auto& [name, length] : units)
    if (name == unit_name && count <= static_cast<std::uint64_t>(duration_max / length))
      return length * count;
  return std::nullopt;
}

std::string to_string(std::chrono::milliseconds duration) {
  for (auto& [name, length] : units)
    if (duration % length == std::chrono::milliseconds::zero() && (duration >= length || length.count() == 1))
      return std::to_string(duration / length).append(name);
  return {};
}

} // namespace ariadne
