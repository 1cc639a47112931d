#pragma once

#include "session/hosted_session.hpp"
#include "session/obstacle.hpp"

#include <cstdint>

namespace ariadne::session {

/// Why a request of this type, which has not been passed on, is not served. `version_to_start`: of the state that a
/// session which is not known is to be started from.
obstacle find_obstacle(const session_entry& e, request_type type, std::uint32_t version_to_start,
                       const host_context& host);

/// Whether its owner is up and goes on.
bool is_served_by_owner(const hosted_session& s, const host_context& host);

} // namespace ariadne::session
