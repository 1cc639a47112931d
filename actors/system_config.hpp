#pragma once

#include "actors/caf_edition.hpp"
#include "actors/first_type_id.hpp"
#include "actors/network_security.hpp"

#include <caf/actor_system_config.hpp>

#include <cstddef>
#include <utility>

namespace ariadne {

namespace detail {

/// Defined by the library for the ID that it was built with, and for no other: if the linker does not find it, library
/// and application disagree about ARIADNE_FIRST_TYPE_ID. The target ariadne::actors makes them agree.
template <caf::type_id_t FirstTypeId>
void configure_for_type_ids_from(caf::actor_system_config& config);

void load_network(caf::actor_system_config& config, network_security security);

template <class IdBlock>
void add_id_block(caf::actor_system_config& config) {
  static_assert(IdBlock::end <= first_type_id || IdBlock::begin >= end_of_type_ids,
                "this block of type IDs overlaps with Ariadne's: move either of them (ARIADNE_FIRST_TYPE_ID)");
  register_id_block<IdBlock>(config);
}

} // namespace detail

/// Adds to `config` what our actors need: their message types and their category of errors; and the application's own
/// blocks of type IDs. Call it before the actor system starts.
template <class... IdBlocks>
void configure(caf::actor_system_config& config) {
  detail::configure_for_type_ids_from<first_type_id>(config);
  (detail::add_id_block<IdBlocks>(config), ...);
}

/// The same, and loads CAF's network module, which `cluster_membership` and remote clients need. Without credentials,
/// the system accepts connections at loopback addresses alone, unless it is told to be insecure.
template <class... IdBlocks>
void configure_with_network(caf::actor_system_config& config, network_security security = {}) {
  configure<IdBlocks...>(config);
  detail::load_network(config, std::move(security));
}

/// Makes all threads of CAF's scheduler take their work from one queue. On few cores, do so: with CAF's default, work
/// stealing, a message from another node takes ten times as long.
void use_work_sharing(caf::actor_system_config& config);

/// Sets how many threads CAF's scheduler has; by default, one for each core, and four at least.
void use_threads(caf::actor_system_config& config, std::size_t count);

} // namespace ariadne
