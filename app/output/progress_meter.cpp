#include "app/output/progress_meter.hpp"

#include <fmt/format.h>

namespace ariadne {

namespace {

double in_mib(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (1u << 20);
}

} // namespace

std::optional<std::string> progress_meter::update(std::uint64_t moved, std::uint64_t total, time_point now) {
  if (now < next_ || moved >= total)
    return std::nullopt;
  next_ = now + interval;
  const auto seconds = std::chrono::duration<double>{now - began_}.count();
  return fmt::format("{:.1f} of {:.1f} MiB, {:.1f} MiB/s", in_mib(moved), in_mib(total), in_mib(moved) / seconds);
}

} // namespace ariadne
