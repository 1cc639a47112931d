#include "actors/internal/waiting_places.hpp"

#include <caf/actor_cast.hpp>

namespace ariadne {

waiting_places::requester* waiting_places::find(const caf::strong_actor_ptr& who) {
  const auto found = known_.find(caf::actor_cast<caf::actor_addr>(who));
  return found == known_.end() ? nullptr : found->second.get();
}

waiting_places::requester& waiting_places::add(const caf::strong_actor_ptr& who, const caf::node_id& own) {
  auto added = std::make_unique<requester>();
  added->book = this;
  added->address = caf::actor_cast<caf::actor_addr>(who);
  if (who->node() != own) {
    auto& shared = clients_[who->node()];
    added->of = shared.lock();
    if (!added->of)
      shared = added->of = std::make_shared<client>([this, node = who->node()] { clients_.erase(node); });
  } else {
    added->of = std::make_shared<client>([] {});
  }
  return *(known_[added->address] = std::move(added));
}

std::optional<waiting_places::place> waiting_places::admit(requester& r, bool is_remote) {
  const auto all = is_remote ? quota_.all - quota_.all / 4 : quota_.all;
  if (places_ >= all || r.of->places >= quota_.per_client)
    return std::nullopt;
  ++places_;
  ++r.of->places;
  ++r.places;
  r.is_idle = false;
  return place{r};
}

void waiting_places::leave(requester& r) {
  --r.book->places_;
  --r.of->places;
  if (--r.places == 0 && r.has_ended)
    r.book->ended_.erase(&r);
}

bool waiting_places::ended(const caf::actor_addr& who) {
  auto found = known_.extract(who);
  if (!found || found.mapped()->places == 0)
    return false;
  found.mapped()->has_ended = true;
  const auto* key = found.mapped().get();
  ended_.emplace(key, std::move(found.mapped()));
  return true;
}

std::vector<caf::actor_addr> waiting_places::forget_idle() {
  std::vector<caf::actor_addr> result;
  std::erase_if(known_, [&](const auto& entry) {
    auto& r = *entry.second;
    if (r.places > 0 || !std::exchange(r.is_idle, true))
      return false;
    result.push_back(entry.first);
    return true;
  });
  return result;
}

} // namespace ariadne
