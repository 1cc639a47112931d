#pragma once

// CAF is spelled in two ways: that of 0.17, and that of 1.x. Here is decided which one is there, and nowhere else. Both
// headers define the same, in the words of 1.x where that has better ones; what is the same in CAF itself, is used as
// it is.

#include <caf/config.hpp>

// CAF_VERSION would not do: 1.0.0 is 0100 there, which is octal, and less than the 1706 of 0.17.6.
#ifdef CAF_VERSION_MAJOR
#include "actors/caf_edition_1.hpp"
#else
#include "actors/caf_edition_0_17.hpp"
#endif
