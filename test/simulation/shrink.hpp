#pragma once

#include "test/simulation/history.hpp"
#include "test/simulation/operation.hpp"
#include "test/simulation/scenario.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ariadne::simulation {

/// Plays a recorded schedule, and the end. Returns what failed. With `trace`, tells there what happens.
std::optional<violation> replay(const scenario& s, const std::vector<operation>& schedule,
                                std::string* trace = nullptr);

/// Removes operations from a schedule as long as the same check goes on to fail. (Zeller, Hildebrandt: Simplifying and
/// Isolating Failure-Inducing Input, 2002.)
std::vector<operation> shrink(const scenario& s, std::vector<operation> schedule, const violation& failure);

} // namespace ariadne::simulation
