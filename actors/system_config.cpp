#include "actors/system_config.hpp"

#include "actors/error.hpp"
#include "actors/protocol.hpp"

#include <caf/io/middleman.hpp>

namespace ariadne {

void configure(caf::actor_system_config& config) {
  config.add_message_types<caf::id_block::ariadne_messages>();
  config.add_message_types<caf::id_block::ariadne>();
  config.add_error_category(error_category,
                            [](std::uint8_t code, caf::atom_value category, const caf::message& context) {
                              return describe(caf::error{code, category, context});
                            });
}

void configure_with_network(caf::actor_system_config& config) {
  configure(config);
  config.load<caf::io::middleman>();
}

} // namespace ariadne
