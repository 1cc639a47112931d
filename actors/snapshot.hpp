#pragma once

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/protocol.hpp"
#include "actors/serialise.hpp"

#include <caf/expected.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ariadne {

/// How a type is named in snapshots, and which version of its schema the program knows. The default serves every type
/// in a CAF type-ID block, at version 1. Specialise it to choose a name, and to raise the version whenever the
/// inspected fields change.
template <class T>
struct snapshot_traits {
  static constexpr std::string_view type_name = caf::type_name<T>::value;
  static constexpr std::uint32_t schema_version = 1;
};

/// How to bring snapshots of older schema versions up to date, one version at a time. The old versions live on as types
/// of their own, with `snapshot_traits` of the same name.
class upgrade_registry {
public:
  /// Registers `convert` as the way from one version to the next. Replaces an earlier one.
  template <class From, class To, class Convert>
  requires std::convertible_to<std::invoke_result_t<Convert&, From>, To>
  void add(Convert convert);

  /// `state`, brought up to `version` step by step. Precondition: `state` is of an older version.
  caf::expected<snapshot> upgrade(snapshot state, std::uint32_t version) const;

private:
  using step = std::function<caf::expected<snapshot>(const snapshot&)>;

  /// By type name and old version.
  std::map<std::pair<std::string, std::uint32_t>, step> steps_;
};

/// The value as it is stashed. Fails only if the type's `inspect` does. The value must not hold actor handles.
template <class T>
caf::expected<snapshot> make_snapshot(const T& value);

/// The value that was made into `state`. Errors: `type_mismatch`, `newer_version`, `no_upgrade` if it is older and
/// `upgrades` do not lead up to the present version, and `snapshot_damaged`.
template <class T>
caf::expected<T> restore(const snapshot& state, const upgrade_registry& upgrades = {});

/// A snapshot as the value of a key in the replicated map, and back. Decoding anything else is `snapshot_damaged`.
std::string encode_snapshot(const snapshot& state);
caf::expected<snapshot> decode_snapshot(std::string_view bytes);

namespace detail {

caf::error check_type(const snapshot& state, std::string_view type_name, std::uint32_t version);
caf::error damaged(const snapshot& state);

/// A snapshot of exactly the version of `T`.
template <class T>
caf::expected<T> restore_same_version(const snapshot& state) {
  T value{};
  // A damaged length makes CAF ask for more memory than there may be.
  try {
    if (deserialise(state.bytes, value))
      return damaged(state);
  } catch (const std::exception&) {
    return damaged(state);
  }
  return value;
}

} // namespace detail

template <class From, class To, class Convert>
requires std::convertible_to<std::invoke_result_t<Convert&, From>, To>
void upgrade_registry::add(Convert convert) {
  using from = snapshot_traits<From>;
  using to = snapshot_traits<To>;
  static_assert(from::type_name == to::type_name, "an upgrade keeps the type's name");
  static_assert(from::schema_version + 1 == to::schema_version, "an upgrade leads from one version to the next");
  auto convert_snapshot = [convert = std::move(convert)](const snapshot& old) -> caf::expected<snapshot> {
    auto value = detail::restore_same_version<From>(old);
    if (!value)
      return std::move(value.error());
    return make_snapshot<To>(convert(std::move(*value)));
  };
  steps_[{std::string{from::type_name}, from::schema_version}] = std::move(convert_snapshot);
}

template <class T>
caf::expected<snapshot> make_snapshot(const T& value) {
  using traits = snapshot_traits<T>;
  snapshot result{std::string{traits::type_name}, traits::schema_version, {}};
  if (auto error = serialise(value, result.bytes))
    return error;
  return result;
}

template <class T>
caf::expected<T> restore(const snapshot& state, const upgrade_registry& upgrades) {
  using traits = snapshot_traits<T>;
  if (auto error = detail::check_type(state, traits::type_name, traits::schema_version))
    return error;
  if (state.schema_version == traits::schema_version)
    return detail::restore_same_version<T>(state);
  auto upgraded = upgrades.upgrade(state, traits::schema_version);
  if (!upgraded)
    return std::move(upgraded.error());
  return detail::restore_same_version<T>(*upgraded);
}

} // namespace ariadne
