#include "actors/serialise.hpp"

#include <bit>
#include <cstdlib>
#include <limits>

namespace ariadne::detail {

static_assert(std::numeric_limits<float>::is_iec559 && std::numeric_limits<double>::is_iec559);

caf::error serialiser::begin_object(std::uint16_t& type, std::string& name) {
  return sink_.begin_object(type, name);
}

caf::error serialiser::end_object() {
  return sink_.end_object();
}

caf::error serialiser::begin_sequence(std::size_t& size) {
  return sink_.begin_sequence(size);
}

caf::error serialiser::end_sequence() {
  return sink_.end_sequence();
}

caf::error serialiser::apply_raw(std::size_t size, void* bytes) {
  return sink_.apply_raw(size, bytes);
}

caf::error serialiser::apply_impl(std::int8_t& x) {
  return sink_(x);
}

caf::error serialiser::apply_impl(std::uint8_t& x) {
  return sink_(x);
}

caf::error serialiser::apply_impl(std::int16_t& x) {
  return sink_(x);
}

caf::error serialiser::apply_impl(std::uint16_t& x) {
  return sink_(x);
}

caf::error serialiser::apply_impl(std::int32_t& x) {
  return sink_(x);
}

caf::error serialiser::apply_impl(std::uint32_t& x) {
  return sink_(x);
}

caf::error serialiser::apply_impl(std::int64_t& x) {
  return sink_(x);
}

caf::error serialiser::apply_impl(std::uint64_t& x) {
  return sink_(x);
}

caf::error serialiser::apply_impl(long double& x) {
  return sink_(x);
}

caf::error serialiser::apply_impl(std::string& x) {
  return sink_(x);
}

caf::error serialiser::apply_impl(std::u16string& x) {
  return sink_(x);
}

caf::error serialiser::apply_impl(std::u32string& x) {
  return sink_(x);
}

caf::error serialiser::apply_impl(float& x) {
  return sink_(std::bit_cast<std::uint32_t>(x));
}

caf::error serialiser::apply_impl(double& x) {
  return sink_(std::bit_cast<std::uint64_t>(x));
}

caf::error deserialiser::begin_object(std::uint16_t& type, std::string& name) {
  return source_.begin_object(type, name);
}

caf::error deserialiser::end_object() {
  return source_.end_object();
}

caf::error deserialiser::begin_sequence(std::size_t& size) {
  return source_.begin_sequence(size);
}

caf::error deserialiser::end_sequence() {
  return source_.end_sequence();
}

caf::error deserialiser::apply_raw(std::size_t size, void* bytes) {
  return source_.apply_raw(size, bytes);
}

caf::error deserialiser::apply_impl(std::int8_t& x) {
  return source_(x);
}

caf::error deserialiser::apply_impl(std::uint8_t& x) {
  return source_(x);
}

caf::error deserialiser::apply_impl(std::int16_t& x) {
  return source_(x);
}

caf::error deserialiser::apply_impl(std::uint16_t& x) {
  return source_(x);
}

caf::error deserialiser::apply_impl(std::int32_t& x) {
  return source_(x);
}

caf::error deserialiser::apply_impl(std::uint32_t& x) {
  return source_(x);
}

caf::error deserialiser::apply_impl(std::int64_t& x) {
  return source_(x);
}

caf::error deserialiser::apply_impl(std::uint64_t& x) {
  return source_(x);
}

caf::error deserialiser::apply_impl(std::string& x) {
  return source_(x);
}

caf::error deserialiser::apply_impl(std::u16string& x) {
  return source_(x);
}

caf::error deserialiser::apply_impl(std::u32string& x) {
  return source_(x);
}

caf::error deserialiser::apply_impl(float& x) {
  std::uint32_t bits = 0;
  auto error = apply_impl(bits);
  x = std::bit_cast<float>(bits);
  return error;
}

caf::error deserialiser::apply_impl(double& x) {
  std::uint64_t bits = 0;
  auto error = apply_impl(bits);
  x = std::bit_cast<double>(bits);
  return error;
}

caf::error deserialiser::apply_impl(long double& x) {
  // CAF writes it as text, but cannot read what is not finite.
  std::string text;
  if (auto error = apply_impl(text))
    return error;
  char* end = nullptr;
  x = std::strtold(text.c_str(), &end);
  return !text.empty() && end == text.c_str() + text.size() ? caf::error{} : caf::error{caf::sec::invalid_argument};
}

} // namespace ariadne::detail
