#pragma once

// What actors/network/ needs to know of the two editions of CAF. See actors/caf_edition.hpp.

#include <caf/config.hpp>

#ifdef CAF_VERSION_MAJOR
#include "actors/internal/caf_edition_network_1.hpp"
#else
#include "actors/internal/caf_edition_network_0_17.hpp"
#endif
