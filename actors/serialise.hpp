#pragma once

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/deserializer.hpp>
#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/serializer.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne {

namespace detail {

/// CAF's binary format. CAF 0.17 never comes to the end of an infinite number, and takes one that is none for another;
/// here they are the bits that IEEE 754 gives them, as all other numbers are with CAF.
class serialiser final : public caf::serializer {
public:
  serialiser() : caf::serializer(static_cast<caf::execution_unit*>(nullptr)), sink_{nullptr, bytes_} {}

  std::string_view bytes() const {
    return {bytes_.data(), bytes_.size()};
  }

  caf::error begin_object(std::uint16_t& type, std::string& name) override;
  caf::error end_object() override;
  caf::error begin_sequence(std::size_t& size) override;
  caf::error end_sequence() override;
  caf::error apply_raw(std::size_t size, void* bytes) override;

protected:
  caf::error apply_impl(std::int8_t& x) override;
  caf::error apply_impl(std::uint8_t& x) override;
  caf::error apply_impl(std::int16_t& x) override;
  caf::error apply_impl(std::uint16_t& x) override;
  caf::error apply_impl(std::int32_t& x) override;
  caf::error apply_impl(std::uint32_t& x) override;
  caf::error apply_impl(std::int64_t& x) override;
  caf::error apply_impl(std::uint64_t& x) override;
  caf::error apply_impl(float& x) override;
  caf::error apply_impl(double& x) override;
  caf::error apply_impl(long double& x) override;
  caf::error apply_impl(std::string& x) override;
  caf::error apply_impl(std::u16string& x) override;
  caf::error apply_impl(std::u32string& x) override;

private:
  std::vector<char> bytes_;
  caf::binary_serializer sink_;
};

/// The inverse of `serialiser`.
class deserialiser final : public caf::deserializer {
public:
  explicit deserialiser(std::string_view bytes)
    : caf::deserializer(static_cast<caf::execution_unit*>(nullptr)), source_{nullptr, bytes.data(), bytes.size()} {}

  caf::error begin_object(std::uint16_t& type, std::string& name) override;
  caf::error end_object() override;
  caf::error begin_sequence(std::size_t& size) override;
  caf::error end_sequence() override;
  caf::error apply_raw(std::size_t size, void* bytes) override;

  std::size_t remaining() const {
    return source_.remaining();
  }

protected:
  caf::error apply_impl(std::int8_t& x) override;
  caf::error apply_impl(std::uint8_t& x) override;
  caf::error apply_impl(std::int16_t& x) override;
  caf::error apply_impl(std::uint16_t& x) override;
  caf::error apply_impl(std::int32_t& x) override;
  caf::error apply_impl(std::uint32_t& x) override;
  caf::error apply_impl(std::int64_t& x) override;
  caf::error apply_impl(std::uint64_t& x) override;
  caf::error apply_impl(float& x) override;
  caf::error apply_impl(double& x) override;
  caf::error apply_impl(long double& x) override;
  caf::error apply_impl(std::string& x) override;
  caf::error apply_impl(std::u16string& x) override;
  caf::error apply_impl(std::u32string& x) override;

private:
  caf::binary_deserializer source_;
};

} // namespace detail

/// Appends the serialised `value` to `bytes`. The value must not hold actor handles.
template <class T>
caf::error serialise(const T& value, std::string& bytes) {
  detail::serialiser sink;
  auto error = sink(value);
  bytes += sink.bytes();
  return error;
}

/// The inverse of `serialise`: `bytes` has to be one value, and nothing else.
template <class T>
caf::error deserialise(std::string_view bytes, T& value) {
  detail::deserialiser source{bytes};
  if (auto error = source(value))
    return error;
  return source.remaining() == 0 ? caf::error{} : caf::error{caf::sec::end_of_stream};
}

} // namespace ariadne
