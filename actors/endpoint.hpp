#pragma once

#include "membership/endpoint.hpp"

// Addresses and names of nodes, as the actors and their users write them.

namespace ariadne {

using membership::endpoint;
using membership::endpoint_from_string;
using membership::is_name;
using membership::name_length_limit;
using membership::name_rule;
using membership::own_endpoint_from_string;

} // namespace ariadne
