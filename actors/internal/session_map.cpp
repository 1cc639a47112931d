#include "actors/internal/session_map.hpp"

#include "actors/internal/event_ids.hpp"
#include "actors/internal/session_links.hpp"
#include "actors/internal/session_resumption.hpp"
#include "session/reserved_keys.hpp"

#include <caf/actor_cast.hpp>

namespace ariadne {

void session_map::attach(const state_handoff_actor& handoff, std::function<void()> begun) {
  handoff_ = caf::actor_cast<node_handoff_actor>(handoff);
  monitored_.add(handoff_);
  mail(self_, replica_atom_v)
    .request(handoff_, caf::infinite)
    .then(
      [this, handoff = handoff_, begun = std::move(begun)](const neighbour& replica) {
        if (handoff_ != handoff)
          return;
        replica_ = caf::actor_cast<crdt_replica_actor>(replica.handle);
        begun();
      },
      // The pair has died; whoever supervises it starts a new one.
      [](const caf::error&) {});
}

void session_map::lose() {
  handoff_ = nullptr;
  replica_ = nullptr;
  ++number_;
}

void session_map::watch() {
  mail(self_, watch_atom_v, std::string{session::map_key_prefix}, caf::actor_cast<live_watcher_actor>(self_->ctrl()))
    .send(replica_);
  mail(self_, watch_atom_v, caf::actor_cast<watcher_actor>(self_->ctrl())).send(handoff_);
}

void session_map::write(std::string key, std::string value, write_fence fence, const std::vector<crdt::dot>& expected,
                        std::function<void(const crdt::fenced_result&)> done,
                        std::function<void(const caf::error&)> failed) {
  for (const auto& dot : expected)
    fence.expected.push_back(to_event_id(dot));
  mail(self_, put_atom_v, std::move(key), std::move(value), std::move(fence))
    .request(replica_, caf::infinite)
    .then(
      [this, number = number_, done = std::move(done)](fenced_receipt& receipt) {
        if (number != number_)
          return;
        done({.written = receipt.written, .is_held = receipt.held, .entries = std::move(receipt.now.values)});
        answered_();
      },
      [this, number = number_, failed = std::move(failed)](const caf::error& error) {
        if (number != number_)
          return;
        failed(error);
        answered_();
      });
}

void session_map::start_alone(std::function<void(caf::expected<std::uint64_t>)> answered) {
  mail(self_, start_atom_v, expected_atom_v)
    .request(caf::actor_cast<session_resuming_actor>(replica_), caf::infinite)
    .then([answered](std::uint64_t wait_ms) { answered(wait_ms); },
          [answered](caf::error& error) { answered(std::move(error)); });
}

void session_map::ask_for_nodes(std::function<void(const std::vector<known_node>&)> found) {
  if (!handoff_)
    return;
  mail(self_, neighbours_atom_v)
    .request(handoff_, session_links::step_timeout)
    .then([found = std::move(found)](const std::vector<known_node>& nodes) { found(nodes); }, [](const caf::error&) {});
}

} // namespace ariadne
