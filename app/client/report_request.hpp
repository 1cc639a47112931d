#pragma once

#include "app/client/node_connection.hpp"
#include "ops/node_report.hpp"

namespace ariadne {

/// Asks a node for all that `ariadne status` shows.
fallible<node_report> ask_report(node_connection& client);

} // namespace ariadne
