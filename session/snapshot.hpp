#pragma once

#include <cstdint>
#include <string>

namespace ariadne::session {

/// A session's state as it is kept: the name and schema version of its type, and its serialised bytes. Version 0 is no
/// state at all: a session that starts from nothing.
struct snapshot {
  std::string type_name;
  std::uint32_t schema_version = 0;
  std::string bytes;
  friend bool operator==(const snapshot&, const snapshot&) = default;
};

} // namespace ariadne::session
