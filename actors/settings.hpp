#pragma once

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/first_type_id.hpp"
#include "actors/node_listing.hpp"
#include "actors/type_ids.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace ariadne {

/// Where a setting of a node was found; what comes first counts first.
enum class setting_origin : std::uint8_t { command_line, environment, file, built_in };

/// One of the settings of a node that need not stand in its cluster file.
struct setting {
  std::string name;
  std::string value;
  setting_origin origin = setting_origin::built_in;
};

struct node_settings {
  std::vector<setting> settings;
};

template <class Inspector>
auto inspect(Inspector& f, setting& x) {
  return inspect_fields(f, "setting", x.name, x.value, x.origin);
}
template <class Inspector>
auto inspect(Inspector& f, node_settings& x) {
  return inspect_fields(f, "node_settings", x.settings);
}

} // namespace ariadne

CAF_BEGIN_TYPE_ID_BLOCK(ariadne_settings, ::ariadne::first_type_id + 180)

  CAF_ADD_TYPE_ID(ariadne_settings, (ariadne::setting))
  CAF_ADD_TYPE_ID(ariadne_settings, (std::vector<ariadne::setting>))
  CAF_ADD_TYPE_ID(ariadne_settings, (ariadne::node_settings))

CAF_END_TYPE_ID_BLOCK(ariadne_settings)

static_assert(caf::id_block::ariadne_settings::end <= caf::id_block::ariadne_listing::begin, "these IDs are taken");

namespace ariadne {

/// Tells clients how a node was started. It is registered as `settings_name`; nodes before 0.4 have none, nor need
/// those of an application.
using settings_actor = caf::typed_actor<answers<node_settings, status_atom>>;

inline constexpr auto settings_name = "settings";

/// Tells the settings of the node of an actor system as long as it lives.
class settings_desk {
public:
  settings_desk(caf::actor_system& system, node_settings settings);
  ~settings_desk();
  settings_desk(const settings_desk&) = delete;
  settings_desk& operator=(const settings_desk&) = delete;

private:
  caf::actor_system& system_;
  settings_actor actor_;
};

} // namespace ariadne
