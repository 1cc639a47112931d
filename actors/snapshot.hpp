#pragma once

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/handoff_messages.hpp"
#include "actors/serialise.hpp"
#include "actors/type_names.hpp"

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
/// in a CAF type-ID block, and what the standard library makes of these (actors/type_names.hpp), at version 1.
/// Specialise it to choose a name, and to raise the version whenever the inspected fields change.
template <class T>
struct snapshot_traits {
  static_assert(detail::has_name<T>, "this type needs a name: give it an ID in a block of CAF's, or specialise "
                                     "ariadne::snapshot_traits for it (docs/embedding.md, States)");
  static constexpr std::string_view type_name = detail::name_or_none<T>();
  static constexpr std::uint32_t schema_version = 1;
};

/// How to bring snapshots of older schema versions up to date, one version at a time, and back down for programs that
/// do not know the newer one yet. The old versions live on as types of their own, with `snapshot_traits` of the same
/// name.
class upgrade_registry {
public:
  /// Registers `convert` as the way from one version to the next. Replaces an earlier one.
  template <class From, class To, class Convert>
  requires std::convertible_to<std::invoke_result_t<Convert&, From>, To>
  void add(Convert convert);

  /// Registers `convert` as the way from one version back to the one before. Replaces an earlier one. What the older
  /// version has no place for is lost: it should be what the upgrade makes anew.
  template <class From, class To, class Convert>
  requires std::convertible_to<std::invoke_result_t<Convert&, From>, To>
  void add_downgrade(Convert convert);

  /// `state`, brought up to `version` step by step. Precondition: `state` is of an older version.
  caf::expected<snapshot> upgrade(snapshot state, std::uint32_t version) const;

  /// `state`, brought down to `version` step by step; as it is, if it is of that version or an older one. An error if
  /// there is no way down to exactly that version.
  caf::expected<snapshot> downgrade(snapshot state, std::uint32_t version) const;

  bool has_downgrades() const {
    return !steps_down_.empty();
  }

private:
  using step = std::function<caf::expected<snapshot>(const snapshot&)>;
  /// By type name and the version that it begins with.
  using steps = std::map<std::pair<std::string, std::uint32_t>, step>;

  template <class From, class To, class Convert>
  static step make_step(Convert convert);
  static caf::expected<snapshot> take_step(const steps& known, const snapshot& state, std::uint32_t version);

  steps steps_up_;
  steps steps_down_;
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
upgrade_registry::step upgrade_registry::make_step(Convert convert) {
  static_assert(snapshot_traits<From>::type_name == snapshot_traits<To>::type_name,
                "an upgrade or downgrade keeps the type's name");
  return [convert = std::move(convert)](const snapshot& state) -> caf::expected<snapshot> {
    auto value = detail::restore_same_version<From>(state);
    if (!value)
      return std::move(value.error());
    return make_snapshot<To>(convert(std::move(*value)));
  };
}

template <class From, class To, class Convert>
requires std::convertible_to<std::invoke_result_t<Convert&, From>, To>
void upgrade_registry::add(Convert convert) {
  using from = snapshot_traits<From>;
  static_assert(from::schema_version + 1 == snapshot_traits<To>::schema_version,
                "an upgrade leads from one version to the next");
  steps_up_[{std::string{from::type_name}, from::schema_version}] = make_step<From, To>(std::move(convert));
}

template <class From, class To, class Convert>
requires std::convertible_to<std::invoke_result_t<Convert&, From>, To>
void upgrade_registry::add_downgrade(Convert convert) {
  using from = snapshot_traits<From>;
  static_assert(from::schema_version == snapshot_traits<To>::schema_version + 1,
                "a downgrade leads from one version to the one before");
  steps_down_[{std::string{from::type_name}, from::schema_version}] = make_step<From, To>(std::move(convert));
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
