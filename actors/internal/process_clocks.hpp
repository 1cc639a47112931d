#pragma once

#include "membership/instant.hpp"

namespace ariadne {

/// The time by the clock that never goes back and counts the time in which the machine is suspended.
membership::instant read_node_clock();

/// That, and the time of day.
membership::clock_reading read_clocks();

} // namespace ariadne
