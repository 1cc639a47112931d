#pragma once

#include "actors/caf_edition.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/system_messages.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <utility>

namespace ariadne {

/// The actors whose end an actor wants to know. It has no more than one of these.
///
/// `Self` is a pointer to the actor.
template <class Self>
class monitored_actors {
public:
  using ended_function = std::function<void(const caf::down_msg&)>;

  /// `ended` is called in the actor, once for each actor that ends while it is monitored.
  monitored_actors(Self self, ended_function ended) : self_(self), ended_(std::move(ended)) {}

  monitored_actors(const monitored_actors&) = delete;
  monitored_actors& operator=(const monitored_actors&) = delete;

  /// An actor that is added several times has to be removed as often.
  template <class Handle>
  void add(const Handle& whom) {
    auto [position, is_new] = monitored_.try_emplace(caf::actor_cast<caf::actor_addr>(whom));
    if (is_new)
      position->second.watch = watch_over(self_, caf::actor_cast<caf::strong_actor_ptr>(whom),
                                          [this](const caf::down_msg& down) { end(down); });
    ++position->second.uses;
  }

  template <class Handle>
  void remove(const Handle& whom) {
    const auto position = monitored_.find(caf::actor_cast<caf::actor_addr>(whom));
    if (position == monitored_.end() || --position->second.uses > 0)
      return;
    end_watch(self_, position->second.watch);
    monitored_.erase(position);
  }

private:
  struct monitored {
    death_watch watch;
    std::size_t uses = 0;
  };

  void end(const caf::down_msg& down) {
    // What has been removed in the meantime is none of them any more.
    if (monitored_.erase(down.source) > 0)
      ended_(down);
  }

  Self self_;
  ended_function ended_;
  std::map<caf::actor_addr, monitored> monitored_;
};

} // namespace ariadne
