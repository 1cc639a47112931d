#pragma once

#include <caf/type_id.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

// Names of types that are the same on all nodes and in all versions of a program: those that CAF's blocks of type IDs
// give, and, by themselves, those of what the standard library makes of such types: "std::map<std::string,game::card>".

namespace ariadne::detail {

/// Views of characters that stay, as one of them.
template <const std::string_view&... Parts>
class joined_text {
  static constexpr auto join() {
    std::array<char, (Parts.size() + ... + 1)> result{};
    std::size_t at = 0;
    const auto append = [&](std::string_view part) {
      for (const auto c : part)
        result[at++] = c;
    };
    (append(Parts), ...);
    return result;
  }
  static constexpr auto characters = join();

public:
  static constexpr std::string_view value{characters.data(), characters.size() - 1};
};

/// Has a member `value` if there is a name.
template <class T>
struct stable_name {};

template <class T>
concept is_in_a_type_id_block = requires {
  caf::type_name<T>::value;
};

template <is_in_a_type_id_block T>
struct stable_name<T> {
  static constexpr std::string_view value = caf::type_name<T>::value;
};

template <class T>
concept has_stable_name = requires {
  stable_name<T>::value;
};

inline constexpr std::string_view name_opens = "<";
inline constexpr std::string_view name_goes_on = ",";
inline constexpr std::string_view name_closes = ">";

/// The name of a template with these arguments.
template <const std::string_view& Template, class First, class... Rest>
struct template_name;

template <const std::string_view& Template, class First>
struct template_name<Template, First> {
  static constexpr std::string_view value =
    joined_text<Template, name_opens, stable_name<First>::value, name_closes>::value;
};

template <const std::string_view& Template, class First, class Second>
struct template_name<Template, First, Second> {
  static constexpr std::string_view value = joined_text<Template, name_opens, stable_name<First>::value, name_goes_on,
                                                        stable_name<Second>::value, name_closes>::value;
};

/// "A,B,C".
template <class First, class... Rest>
struct listed_names {
  static constexpr std::string_view value = stable_name<First>::value;
};
template <class First, class Second, class... Rest>
struct listed_names<First, Second, Rest...> {
  static constexpr std::string_view rest = listed_names<Second, Rest...>::value;
  static constexpr std::string_view value = joined_text<stable_name<First>::value, name_goes_on, rest>::value;
};

template <const std::string_view& Template, class... Ts>
struct variadic_name {
  static constexpr std::string_view arguments = listed_names<Ts...>::value;
  static constexpr std::string_view value = joined_text<Template, name_opens, arguments, name_closes>::value;
};

#define ARIADNE_NAME_OF_ONE(name)                                                                                      \
  inline constexpr std::string_view name##_text = "std::" #name;                                                       \
  template <has_stable_name T>                                                                                         \
  requires(!is_in_a_type_id_block<std::name<T>>) struct stable_name<std::name<T>> : template_name<name##_text, T> {};

#define ARIADNE_NAME_OF_TWO(name)                                                                                      \
  inline constexpr std::string_view name##_text = "std::" #name;                                                       \
  template <has_stable_name First, has_stable_name Second>                                                             \
  requires(!is_in_a_type_id_block<std::name<First, Second>>) struct stable_name<std::name<First, Second>>              \
    : template_name<name##_text, First, Second> {};

#define ARIADNE_NAME_OF_MANY(name)                                                                                     \
  inline constexpr std::string_view name##_text = "std::" #name;                                                       \
  template <has_stable_name... Ts>                                                                                     \
  requires(sizeof...(Ts) > 0 && !is_in_a_type_id_block<std::name<Ts...>>) struct stable_name<std::name<Ts...>>         \
    : variadic_name<name##_text, Ts...> {};

ARIADNE_NAME_OF_ONE(vector)
ARIADNE_NAME_OF_ONE(deque)
ARIADNE_NAME_OF_ONE(list)
ARIADNE_NAME_OF_ONE(set)
ARIADNE_NAME_OF_ONE(unordered_set)
ARIADNE_NAME_OF_ONE(optional)
ARIADNE_NAME_OF_TWO(map)
ARIADNE_NAME_OF_TWO(unordered_map)
ARIADNE_NAME_OF_TWO(pair)
ARIADNE_NAME_OF_MANY(tuple)
ARIADNE_NAME_OF_MANY(variant)

#undef ARIADNE_NAME_OF_ONE
#undef ARIADNE_NAME_OF_TWO
#undef ARIADNE_NAME_OF_MANY

/// A duration counts in its unit, by which it is named.
template <class Period>
struct unit_name {};
template <>
struct unit_name<std::nano> {
  static constexpr std::string_view value = "nanoseconds";
};
template <>
struct unit_name<std::micro> {
  static constexpr std::string_view value = "microseconds";
};
template <>
struct unit_name<std::milli> {
  static constexpr std::string_view value = "milliseconds";
};
template <>
struct unit_name<std::ratio<1>> {
  static constexpr std::string_view value = "seconds";
};
template <>
struct unit_name<std::ratio<60>> {
  static constexpr std::string_view value = "minutes";
};
template <>
struct unit_name<std::ratio<3600>> {
  static constexpr std::string_view value = "hours";
};
template <class Period>
concept has_unit_name = requires {
  unit_name<Period>::value;
};

inline constexpr std::string_view duration_text = "std::chrono::duration";
inline constexpr std::string_view time_point_text = "std::chrono::time_point";

template <has_stable_name Rep, has_unit_name Period>
requires(
  !is_in_a_type_id_block<std::chrono::duration<Rep, Period>>) struct stable_name<std::chrono::duration<Rep, Period>> {
  static constexpr std::string_view value = joined_text<duration_text, name_opens, stable_name<Rep>::value,
                                                        name_goes_on, unit_name<Period>::value, name_closes>::value;
};

/// Of the clock that all nodes share.
template <has_stable_name Duration>
requires(!is_in_a_type_id_block<std::chrono::time_point<std::chrono::system_clock, Duration>>) struct stable_name<
  std::chrono::time_point<std::chrono::system_clock, Duration>> : template_name<time_point_text, Duration> {
};

template <class T>
inline constexpr bool has_name = has_stable_name<T>;

template <class T>
constexpr std::string_view name_or_none() {
  if constexpr (has_stable_name<T>)
    return stable_name<T>::value;
  else
    return {};
}

} // namespace ariadne::detail
