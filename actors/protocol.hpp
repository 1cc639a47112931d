#pragma once

// All requests that a node answers, and what it answers.

#include "actors/handoff_messages.hpp"
#include "actors/member_messages.hpp"
#include "actors/session_messages.hpp"
