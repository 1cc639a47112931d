#include "actors/crdt_replica.hpp"

#include "actors/error.hpp"
#include "crdt/replica.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

namespace {

using ticking_crdt_replica_actor = crdt_replica_actor::extend<
  // Time has passed.
  takes<tick_atom>,
  // A long walk of the core goes on, after the messages that came in between.
  takes<work_atom>>;

using steady_clock = std::chrono::steady_clock;

std::uint64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

event_id to_event_id(crdt::dot d) {
  return {d.replica.value, d.counter};
}

caf::error to_error(crdt::write_error error, std::string_view key, const crdt::replica_limits& limits) {
  switch (error) {
    case crdt::write_error::empty_key:
      return make_error(ec::key_empty);
    case crdt::write_error::key_too_long:
      return make_error(ec::key_too_long, fmt::format("{} bytes, at most {}", key.size(), limits.key_bytes_max));
    case crdt::write_error::value_too_long:
      return make_error(ec::value_too_long, fmt::format("at most {} bytes", limits.value_bytes_max));
    case crdt::write_error::map_full:
      return make_error(ec::map_full, fmt::format("at most {} bytes", limits.map_bytes_max));
  }
  return make_error(ec::refused);
}

class crdt_replica_state {
public:
  static inline const char* name = "crdt_replica";

  explicit crdt_replica_state(ticking_crdt_replica_actor::pointer self) : self_(self) {}

  void start(crdt_replica_options options) {
    options_ = std::move(options);
    core_.emplace(options_.core);
    schedule_tick();
  }

  caf::result<event_id> put(std::string_view key, std::string_view value, std::uint64_t expires_at_ms) {
    const auto written = core_->put(key, crdt::shared_bytes{value}, now_ms(), expires_at_ms);
    if (!written)
      return to_error(written.error(), key, options_.core.limits);
    flush();
    return to_event_id(*written);
  }

  map_entry get(std::string_view key) const {
    map_entry result;
    result.caught_up = core_->caught_up();
    if (const auto entry = core_->get(key, now_ms())) {
      result.found = true;
      result.value = entry->value.view();
      result.event = to_event_id(entry->dot);
    }
    return result;
  }

  map_entry erase(std::string_view key) {
    auto result = get(key);
    if (const auto erased = core_->erase(key, now_ms())) {
      result.event = to_event_id(*erased);
      flush();
    }
    return result;
  }

  std::vector<std::string> keys(std::string_view prefix) const {
    return core_->keys(prefix, now_ms());
  }

  void set_neighbours(const std::vector<neighbour>& neighbours) {
    std::set<caf::actor_addr> wanted;
    std::set<crdt::replica_id> members;
    for (const auto& n : neighbours) {
      if (!n.handle || n.handle == self_->ctrl())
        continue;
      wanted.insert(caf::actor_cast<caf::actor_addr>(n.handle));
      members.insert(crdt::replica_id{n.replica});
      push_to(n.handle);
    }
    for (auto& l : links_)
      if (!wanted.contains(l.peer.address()))
        set_push(l, false);
    member_count_ = members.size();
    core_->set_members(std::move(members));
    flush();
  }

  caf::result<drain_report> drain(std::chrono::milliseconds timeout) {
    auto promise = self_->make_response_promise<drain_report>();
    drains_.push_back({promise, steady_clock::now() + timeout});
    settle_drains();
    return promise;
  }

  replica_status status() const {
    const auto& counters = core_->counters();
    return {core_->id().value,
            core_->caught_up(),
            core_->key_count(),
            core_->byte_count(),
            static_cast<std::uint64_t>(std::count_if(links_.begin(), links_.end(), is_pushed_to)),
            counters.frames_sent,
            counters.frames_received,
            counters.bytes_sent,
            counters.bytes_received};
  }

  void receive(const sync_frame& frame) {
    auto* link = link_of_sender();
    if (!link || link->is_resting())
      return;
    auto refusal = core_->receive(link->id, frame.bytes, now_ms());
    // The frames are sent first: they tell the other side of the refusal.
    flush();
    if (refusal)
      rest(*link, refusal->reason);
  }

  void tick() {
    core_->tick(now_ms());
    for (auto& l : links_)
      if (l.is_resting() && l.push && l.rest_is_over())
        open(l);
    flush();
    schedule_tick();
  }

  void work() {
    is_work_scheduled_ = false;
    core_->work(now_ms());
    flush();
  }

  void peer_ended(const caf::down_msg& down) {
    std::erase_if(links_, [&](const link& l) {
      if (l.peer.address() != down.source)
        return false;
      core_->close(l.id, now_ms());
      return true;
    });
    flush();
  }

private:
  /// The way to another replica. Resting after a refusal, it is closed for the core.
  struct link {
    crdt_replica_actor peer;
    crdt::link_id id;
    bool push = false;
    std::string refusal;
    steady_clock::time_point rests_until{};

    bool is_resting() const {
      return rests_until != steady_clock::time_point{};
    }
    bool rest_is_over() const {
      return steady_clock::now() >= rests_until;
    }
  };

  struct pending_drain {
    caf::typed_response_promise<drain_report> promise;
    steady_clock::time_point deadline;
  };

  static bool is_pushed_to(const link& l) {
    return l.push;
  }

  void schedule_tick() {
    self_->delayed_send(self_, options_.tick_interval, tick_atom_v);
  }

  /// The frames of the core go out, and whoever has waited for what has become true is answered. To be called after
  /// every call of the core that may change anything.
  void flush() {
    for (auto& frame : core_->take_frames()) {
      const auto l = std::find_if(links_.begin(), links_.end(), [&](const link& l) { return l.id == frame.link; });
      if (l != links_.end())
        self_->send(l->peer, sync_frame{std::move(frame.bytes)});
    }
    core_->take_changes();
    settle_drains();
    if (core_->has_work() && !std::exchange(is_work_scheduled_, true))
      self_->send(self_, work_atom_v);
  }

  void settle_drains() {
    if (drains_.empty())
      return;
    const auto complete = core_->is_acknowledged();
    const auto now = steady_clock::now();
    std::erase_if(drains_, [&](pending_drain& drain) {
      if (!complete && now < drain.deadline)
        return false;
      drain.promise.deliver(drain_report{complete, member_count_, core_->unacknowledged_keys()});
      return true;
    });
  }

  link* find_link(const caf::actor_addr& peer) {
    const auto found =
      std::find_if(links_.begin(), links_.end(), [&](const link& l) { return l.peer.address() == peer; });
    return found == links_.end() ? nullptr : &*found;
  }

  link& add_link(const caf::strong_actor_ptr& peer, bool push) {
    auto& added = links_.emplace_back();
    added.peer = caf::actor_cast<crdt_replica_actor>(peer);
    added.push = push;
    self_->monitor(added.peer);
    open(added);
    return added;
  }

  void open(link& l) {
    l.id = crdt::link_id{++last_link_};
    l.rests_until = {};
    core_->open(l.id, l.push, now_ms());
  }

  void push_to(const caf::strong_actor_ptr& peer) {
    auto* known = find_link(caf::actor_cast<caf::actor_addr>(peer));
    if (known)
      set_push(*known, true);
    else
      add_link(peer, true);
  }

  void set_push(link& l, bool push) {
    if (std::exchange(l.push, push) != push && !l.is_resting())
      core_->set_push(l.id, push, now_ms());
  }

  /// The link of the message that is being handled, opened if need be; nullptr if nobody has sent it.
  link* link_of_sender() {
    const auto& sender = self_->current_sender();
    if (!sender)
      return nullptr;
    auto* known = find_link(caf::actor_cast<caf::actor_addr>(sender));
    if (!known)
      return &add_link(sender, false);
    if (known->is_resting() && known->rest_is_over())
      open(*known);
    return known;
  }

  void rest(link& l, const std::string& reason) {
    if (l.refusal != reason)
      options_.log(log_level::error, fmt::format("replication with {} is refused: {}", peer_name(l), reason));
    l.refusal = reason;
    l.rests_until = steady_clock::now() + options_.retry_refused_after;
    core_->close(l.id, now_ms());
    flush();
  }

  std::string peer_name(const link& l) const {
    for (const auto& n : core_->neighbours())
      if (n.link == l.id && !n.node.empty())
        return "node " + n.node;
    return "actor " + to_string(l.peer);
  }

  ticking_crdt_replica_actor::pointer self_;
  crdt_replica_options options_;
  std::optional<crdt::replica> core_;
  /// A few: as many as there are other nodes.
  std::vector<link> links_;
  std::uint64_t last_link_ = 0;
  std::uint64_t member_count_ = 0;
  bool is_work_scheduled_ = false;
  std::vector<pending_drain> drains_;
};

ticking_crdt_replica_actor::behavior_type
crdt_replica(ticking_crdt_replica_actor::stateful_pointer<crdt_replica_state> self, crdt_replica_options options) {
  auto& state = self->state;
  self->set_down_handler([&state](const caf::down_msg& down) { state.peer_ended(down); });
  state.start(std::move(options));
  return {
    [&state](put_atom, const std::string& key, const std::string& value, std::uint64_t expires_at_ms) {
      return state.put(key, value, expires_at_ms);
    },
    [&state](get_atom, const std::string& key) { return state.get(key); },
    [&state](erase_atom, const std::string& key) { return state.erase(key); },
    [&state](keys_atom, const std::string& prefix) { return state.keys(prefix); },
    [&state](neighbours_atom, const std::vector<neighbour>& neighbours) { state.set_neighbours(neighbours); },
    [&state](drain_atom, std::uint64_t timeout_ms) { return state.drain(std::chrono::milliseconds{timeout_ms}); },
    [&state](status_atom) { return state.status(); },
    [&state](const sync_frame& frame) { state.receive(frame); },
    [&state](tick_atom) { state.tick(); },
    [&state](work_atom) { state.work(); },
  };
}

} // namespace

crdt_replica_actor spawn_crdt_replica(caf::actor_system& system, crdt_replica_options options) {
  return system.spawn(crdt_replica, std::move(options));
}

} // namespace ariadne
