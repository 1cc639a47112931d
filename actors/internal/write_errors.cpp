#include "actors/internal/write_errors.hpp"

#include "actors/error.hpp"
#include "session/reserved_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ariadne {

caf::error to_error(crdt::write_error error, std::string_view key, const crdt::replica_limits& limits) {
  switch (error) {
    case crdt::write_error::empty_key:
      return make_error(ec::key_empty);
    case crdt::write_error::key_too_long:
      return make_error(ec::key_too_long, fmt::format("{} bytes, at most {}", key.size(), limits.key_bytes_max));
    case crdt::write_error::value_too_long:
      return make_error(ec::value_too_long, fmt::format("at most {} bytes", limits.value_bytes_max));
    case crdt::write_error::map_full:
      return make_error(ec::map_full, fmt::format("at most {} bytes", limits.map_bytes_max));
  }
  return make_error(ec::refused);
}

const char* reason_of(const caf::error& error) {
  constexpr std::array<std::pair<ec, const char*>, 9> reasons{{{ec::key_empty, "key_empty"},
                                                               {ec::key_too_long, "key_too_long"},
                                                               {ec::key_reserved, "key_reserved"},
                                                               {ec::value_too_long, "value_too_long"},
                                                               {ec::map_full, "map_full"},
                                                               {ec::too_few_holders, "too_few_holders"},
                                                               {ec::too_few_journals, "too_few_journals"},
                                                               {ec::too_many_requests, "too_many_requests"},
                                                               {ec::wait_too_long, "wait_too_long"}}};
  const auto* found = std::find_if(reasons.begin(), reasons.end(), [&](const auto& r) { return error == r.first; });
  return found == reasons.end() ? "other" : found->second;
}

caf::error check_reserved(std::string_view key) {
  if (session::is_reserved(key))
    return make_error(ec::key_reserved, "keys that begin with a zero byte and \"ariadne/\" are the library's own");
  return {};
}

} // namespace ariadne
