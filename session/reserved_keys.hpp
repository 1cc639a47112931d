#pragma once

#include <string>
#include <string_view>

namespace ariadne::session {

/// Keys of the map that begin so are the library's own. What users stash lies beside them, under all other keys.
inline constexpr std::string_view reserved_key_prefix{"\0ariadne/", 9};

inline bool is_reserved(std::string_view key) {
  return key.starts_with(reserved_key_prefix);
}

/// What stands under the key, for people: "session KIND/ID" for the record of a session, "epochs of node
/// NODE" for what its host has reserved, else the key itself.
std::string describe_key(std::string_view key);

} // namespace ariadne::session
