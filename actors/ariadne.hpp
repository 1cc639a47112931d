#pragma once

// All that an application needs that keeps the state of its actors alive, in one header: docs/embedding.md. Each of
// these may be included by itself as well.

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/handoff_requests.hpp"
#include "actors/hosted_session.hpp"
#include "actors/node.hpp"
#include "actors/session_ref.hpp"
#include "actors/session_requests.hpp"
#include "actors/snapshot.hpp"
#include "actors/supervisor.hpp"
#include "actors/system_config.hpp"
