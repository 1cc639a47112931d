#include "actors/handoff_requests.hpp"

#include "actors/caf_edition.hpp"

#include <caf/actor_cast.hpp>

namespace ariadne::detail {

std::uint64_t to_ms(std::chrono::milliseconds time) {
  return time.count() < 0 ? 0 : static_cast<std::uint64_t>(time.count());
}

caf::actor handoff_of(caf::actor_system& system, const state_handoff_actor& given) {
  return caf::actor_cast<caf::actor>(given ? given
                                           : registered<state_handoff_actor>(system, to_string(handoff_atom_v)));
}

caf::message stash_message(std::string key, snapshot state, const stash_options& options) {
  return caf::make_message(stash_atom_v, std::move(key), std::move(state),
                           write_options{options.concern, to_ms(options.timeout), to_ms(options.time_to_live)});
}

caf::message pickup_message(std::string key, const pickup_options& options, bool takes) {
  const wait_options wait{to_ms(options.wait), options.until};
  return takes ? caf::make_message(take_atom_v, std::move(key), wait)
               : caf::make_message(pickup_atom_v, std::move(key), wait);
}

caf::message discard_message(std::string key) {
  return caf::make_message(discard_atom_v, std::move(key));
}

caf::message discard_message(std::string key, event_id event) {
  return caf::make_message(discard_atom_v, std::move(key), event);
}

caf::message watch_message(std::string prefix, const caf::strong_actor_ptr& watcher) {
  return caf::make_message(watch_atom_v, std::move(prefix), caf::actor_cast<watcher_actor>(watcher));
}

std::variant<discarded, replaced, absent> to_outcome(const discard_receipt& receipt) {
  if (receipt.discarded)
    return discarded{};
  if (receipt.standing.counter != 0)
    return replaced{receipt.standing};
  return absent{};
}

} // namespace ariadne::detail
