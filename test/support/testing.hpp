#pragma once

// All of ariadne::testing in one header: docs/embedding.md, "Test your own sessions".

#include "test/support/child_process.hpp"
#include "test/support/embedded_cluster.hpp"
#include "test/support/eventually.hpp"
#include "test/support/node_client.hpp"
#include "test/support/program_cluster.hpp"
#include "test/support/reserved_port.hpp"
#include "test/support/test_system.hpp"

namespace ariadne {

/// What applications call it.
namespace testing = test;

} // namespace ariadne
