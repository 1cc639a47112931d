#pragma once

#include "membership/link_activity.hpp"

#include <caf/actor_system.hpp>
#include <caf/node_id.hpp>

#include <memory>
#include <mutex>
#include <optional>

namespace ariadne {

/// Looks at the connection to another node, in the thread of the multiplexer, which alone knows whether it is still
/// open. The functions are for one thread, whichever that is; none of them waits.
class link_probe {
public:
  /// Looks again, if it is not being looked already.
  void begin(caf::actor_system& system, const caf::node_id& node);

  /// Whether it is being looked. Where that takes long, the thread of the multiplexer is busy, and hears nobody.
  bool is_looking() const;

  /// What was seen last, once; nothing if there was no connection.
  std::optional<membership::link_activity> take();

private:
  struct findings {
    std::mutex mutex;
    bool is_looking = false;
    std::optional<membership::link_activity> seen;
  };

  std::shared_ptr<findings> findings_ = std::make_shared<findings>();
};

} // namespace ariadne
