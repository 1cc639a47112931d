#pragma once

#include <caf/type_id.hpp>

/// The first of the type IDs that Ariadne takes in the actor system. Whoever needs them elsewhere builds Ariadne with
/// another value of the CMake variable of this name; the target ariadne::actors carries it to the application.
#ifndef ARIADNE_FIRST_TYPE_ID
#define ARIADNE_FIRST_TYPE_ID 4000
#endif

namespace ariadne {

inline constexpr caf::type_id_t first_type_id = ARIADNE_FIRST_TYPE_ID;

/// The IDs from here on are the application's again, in this version of Ariadne and in later ones.
inline constexpr caf::type_id_t end_of_type_ids = first_type_id + 200;

static_assert(first_type_id >= caf::first_custom_type_id, "ARIADNE_FIRST_TYPE_ID is among the IDs of CAF itself");
static_assert(end_of_type_ids > first_type_id, "ARIADNE_FIRST_TYPE_ID leaves no room for 200 type IDs");

} // namespace ariadne
