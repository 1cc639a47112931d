#pragma once

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/deserializer.hpp>
#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/serializer.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne {

namespace detail {

/// A serialiser or deserialiser of CAF's that leaves everything to another one, which cannot be derived from.
template <class Base, class Inner>
class forwarder : public Base {
public:
  caf::error begin_object(std::uint16_t& type, std::string& name) override {
    return inner_.begin_object(type, name);
  }
  caf::error end_object() override {
    return inner_.end_object();
  }
  caf::error begin_sequence(std::size_t& size) override {
    return inner_.begin_sequence(size);
  }
  caf::error end_sequence() override {
    return inner_.end_sequence();
  }
  caf::error apply_raw(std::size_t size, void* bytes) override {
    return inner_.apply_raw(size, bytes);
  }

protected:
  template <class... Arguments>
  explicit forwarder(Arguments&&... arguments)
    : Base(static_cast<caf::execution_unit*>(nullptr)), inner_{nullptr, arguments...} {}

  caf::error apply_impl(std::int8_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::uint8_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::int16_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::uint16_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::int32_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::uint32_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::int64_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::uint64_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(float& x) override {
    return inner_(x);
  }
  caf::error apply_impl(double& x) override {
    return inner_(x);
  }
  caf::error apply_impl(long double& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::string& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::u16string& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::u32string& x) override {
    return inner_(x);
  }

  Inner inner_;
};

static_assert(std::numeric_limits<float>::is_iec559 && std::numeric_limits<double>::is_iec559);

/// CAF's binary format. CAF 0.17 never comes to the end of an infinite number, and takes one that is none for another;
/// here they are the bits that IEEE 754 gives them, as all other numbers are with CAF.
class serialiser final : public forwarder<caf::serializer, caf::binary_serializer> {
public:
  /// Appends to `bytes`.
  explicit serialiser(std::vector<char>& bytes) : forwarder(bytes) {}

protected:
  using forwarder::apply_impl;
  caf::error apply_impl(float& x) override {
    return inner_(std::bit_cast<std::uint32_t>(x));
  }
  caf::error apply_impl(double& x) override {
    return inner_(std::bit_cast<std::uint64_t>(x));
  }
};

/// The inverse of `serialiser`.
class deserialiser final : public forwarder<caf::deserializer, caf::binary_deserializer> {
public:
  explicit deserialiser(std::string_view bytes) : forwarder(bytes.data(), bytes.size()) {}

  std::size_t remaining() const {
    return inner_.remaining();
  }

protected:
  using forwarder::apply_impl;
  caf::error apply_impl(float& x) override {
    return apply_bits<std::uint32_t>(x);
  }
  caf::error apply_impl(double& x) override {
    return apply_bits<std::uint64_t>(x);
  }
  caf::error apply_impl(long double& x) override {
    // CAF writes it as text, but cannot read what is not finite.
    std::string text;
    if (auto error = inner_(text))
      return error;
    char* end = nullptr;
    x = std::strtold(text.c_str(), &end);
    return !text.empty() && end == text.c_str() + text.size() ? caf::error{} : caf::error{caf::sec::invalid_argument};
  }

private:
  template <class Bits, class Number>
  caf::error apply_bits(Number& x) {
    Bits bits = 0;
    auto error = inner_(bits);
    x = std::bit_cast<Number>(bits);
    return error;
  }
};

} // namespace detail

/// Appends the serialised `value` to `bytes`. The value must not hold actor handles.
template <class T>
caf::error serialise(const T& value, std::string& bytes) {
  std::vector<char> written;
  detail::serialiser sink{written};
  auto error = sink(value);
  bytes.append(written.begin(), written.end());
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
