#pragma once

// Short ways to write the values of crdt/ in tests, and ways for Boost.Test to print them.

#include "crdt/aw_lww_map.hpp"
#include "crdt/causal_register.hpp"

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace ariadne::test {

// Three replicas, in the order of their ids.
inline constexpr crdt::replica_id a{0xa};
inline constexpr crdt::replica_id b{0xb};
inline constexpr crdt::replica_id c{0xc};

/// A time to start from: in the middle of November 2023.
inline constexpr std::uint64_t start_ms = 1'700'000'000'000;

/// An entry written `millis` after the start.
inline crdt::entry entry_of(crdt::dot dot, std::uint64_t millis, std::string_view value,
                            std::uint64_t expires_at_ms = 0) {
  return {dot, {(start_ms + millis) << 16}, expires_at_ms, crdt::shared_bytes{value}};
}

/// The value that a reader of `value` sees, or "(absent)".
inline std::string winner_of(const crdt::causal_register& value) {
  return value.live_count() == 0 ? "(absent)" : std::string{value.live(0).value.view()};
}

/// The register of `key` as it is in `map`; an empty one if the map does not hold it.
inline crdt::causal_register register_of(const crdt::aw_lww_map& map, std::string_view key) {
  const auto* owner = map.find(key);
  return owner == nullptr ? crdt::causal_register{} : map.value(*owner);
}

} // namespace ariadne::test

namespace ariadne::crdt {

inline std::ostream& boost_test_print_type(std::ostream& out, replica_id id) {
  return out << to_string(id);
}

inline std::ostream& boost_test_print_type(std::ostream& out, dot d) {
  return out << to_string(d);
}

inline std::ostream& boost_test_print_type(std::ostream& out, stamp s) {
  return out << to_string(s);
}

inline std::ostream& boost_test_print_type(std::ostream& out, const version_vector& vector) {
  return out << to_string(vector);
}

inline std::ostream& boost_test_print_type(std::ostream& out, const entry& e) {
  return out << to_string(e.dot) << " at " << to_string(e.stamp) << " '" << e.value.view() << '\'';
}

inline std::ostream& boost_test_print_type(std::ostream& out, const causal_register& value) {
  out << "live {";
  for (std::size_t i = 0; i < value.live_count(); ++i)
    boost_test_print_type(out << (i == 0 ? "" : ", "), value.live(i));
  return out << "}, context " << to_string(value.context());
}

inline std::ostream& boost_test_print_type(std::ostream& out, const fingerprint& value) {
  return out << value.high << ':' << value.low;
}

} // namespace ariadne::crdt
