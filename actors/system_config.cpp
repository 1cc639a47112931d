#include "actors/system_config.hpp"

#include "actors/error.hpp"
#include "actors/protocol.hpp"

#include <caf/io/middleman.hpp>

namespace ariadne {

namespace detail {

template <>
void configure_for_type_ids_from<first_type_id>(caf::actor_system_config& config) {
  config.add_message_types<caf::id_block::ariadne_messages>();
  config.add_message_types<caf::id_block::ariadne>();
  config.add_error_category(error_category,
                            [](std::uint8_t code, caf::atom_value category, const caf::message& context) {
                              return describe(caf::error{code, category, context});
                            });
}

void load_network(caf::actor_system_config& config) {
  config.load<caf::io::middleman>();
}

} // namespace detail

void use_work_sharing(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("sharing"));
}

} // namespace ariadne
