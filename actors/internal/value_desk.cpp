#include "actors/internal/value_desk.hpp"

#include "actors/error.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/monitored_actors.hpp"
#include "actors/internal/replica_messages.hpp"
#include "actors/internal/session_courier.hpp"
#include "actors/internal/value_reader.hpp"
#include "actors/internal/value_writer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace ariadne {

namespace {

class value_desk_state {
public:
  static inline const char* name = "value_desk";

  explicit value_desk_state(value_desk_actor::pointer self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { ended(down); }) {}

  /// What it has begun ends with it.
  ~value_desk_state() {
    for (const auto& [address, t] : transfers_)
      caf::anon_send_exit(t.worker, caf::exit_reason::user_shutdown);
  }

  void start(value_desk_options options) {
    options_ = std::move(options);
    monitored_.add(options_.handoff);
    // Nobody is served before.
    mail(self_, replica_atom_v)
      .request(caf::actor_cast<node_handoff_actor>(options_.handoff), caf::infinite)
      .await([this](const neighbour& own) { replica_ = caf::actor_cast<crdt_replica_actor>(own.handle); },
             [this](const caf::error&) { self_->quit(); });
  }

  template <class Atom>
  caf::result<value_opening> read(Atom operation, std::string&& key, const wait_options& options) {
    if (auto problem = check_room())
      return problem;
    const auto reader = spawn_value_reader(self_->system(), replica_, options_.answers, options_.idle_max);
    add(caf::actor_cast<caf::actor>(reader));
    return mail(self_, operation, std::move(key), options).delegate(reader);
  }

  caf::result<caf::strong_actor_ptr> write(std::string&& key, snapshot&& state, std::uint64_t total_bytes) {
    if (auto problem = check_room())
      return problem;
    if (total_bytes > options_.value_bytes_max)
      return make_error(ec::value_too_long, fmt::format("at most {} bytes", options_.value_bytes_max));
    state.bytes.clear();
    return take_on(
      spawn_value_writer(self_->system(), {options_.handoff, self_->current_sender(), std::move(key), std::move(state),
                                           total_bytes, options_.answers, options_.idle_max}));
  }

  caf::result<value_opening> deliver(std::string&& kind, std::string&& id, std::string&& message,
                                     std::uint64_t wait_ms) {
    auto courier = new_courier(std::move(kind), std::move(id), {}, 0);
    if (!courier)
      return std::move(courier.error());
    add(caf::actor_cast<caf::actor>(*courier));
    return mail(self_, deliver_atom_v, std::move(message), wait_ms).delegate(*courier);
  }

  caf::result<caf::strong_actor_ptr> begin_message(std::string&& kind, std::string&& id, snapshot&& state,
                                                   std::uint64_t total_bytes) {
    if (total_bytes > options_.value_bytes_max)
      return make_error(ec::refused,
                        fmt::format("a message or a state has at most {} bytes", options_.value_bytes_max));
    state.bytes.clear();
    return take_on(new_courier(std::move(kind), std::move(id), std::move(state), total_bytes));
  }

private:
  struct transfer {
    caf::actor worker;
    caf::node_id client;
  };

  caf::expected<session_messenger_actor> new_courier(std::string&& kind, std::string&& id, snapshot&& state,
                                                     std::uint64_t total_bytes) {
    if (auto problem = check_room())
      return problem;
    auto host = registered<session_host_actor>(self_->system(), to_string(host_atom_v));
    if (!host)
      return make_error(ec::refused, "this node hosts no sessions");
    return spawn_session_courier(self_->system(),
                                 {std::move(host), self_->current_sender(), std::move(kind), std::move(id),
                                  std::move(state), total_bytes, options_.answers, options_.idle_max});
  }

  /// Answers whoever takes something in for the client, if there is room for it.
  template <class Worker>
  caf::result<caf::strong_actor_ptr> take_on(caf::expected<Worker> worker) {
    if (!worker)
      return std::move(worker.error());
    add(caf::actor_cast<caf::actor>(*worker));
    return caf::actor_cast<caf::strong_actor_ptr>(*worker);
  }

  caf::error check_room() const {
    const auto client = self_->current_sender();
    if (!client)
      return make_error(ec::refused, "nobody waits for the answer");
    const auto of_client = std::count_if(transfers_.begin(), transfers_.end(),
                                         [&](const auto& t) { return t.second.client == client->node(); });
    const auto is_full =
      transfers_.size() >= options_.transfers_max
      || (client->node() != self_->node() && static_cast<std::size_t>(of_client) >= options_.client_transfers_max);
    return is_full ? make_error(ec::too_many_requests) : caf::error{};
  }

  void add(caf::actor worker) {
    monitored_.add(worker);
    transfers_[worker.address()] = {worker, self_->current_sender()->node()};
  }

  void ended(const caf::down_msg& down) {
    if (down.source == options_.handoff.address())
      self_->quit();
    else
      transfers_.erase(down.source);
  }

  value_desk_actor::pointer self_;
  monitored_actors<value_desk_actor::pointer> monitored_;
  value_desk_options options_;
  crdt_replica_actor replica_;
  std::map<caf::actor_addr, transfer> transfers_;
};

value_desk_actor::behavior_type value_desk(value_desk_actor::stateful_pointer<value_desk_state> self,
                                           value_desk_options options) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  state.start(std::move(options));
  return {
    [&state](pickup_atom, std::string& key, const wait_options& options) {
      return state.read(pickup_atom_v, std::move(key), options);
    },
    [&state](hold_atom, std::string& key, const wait_options& options) {
      return state.read(hold_atom_v, std::move(key), options);
    },
    [&state](stash_atom, std::string& key, snapshot& stashed, std::uint64_t total_bytes) {
      return state.write(std::move(key), std::move(stashed), total_bytes);
    },
    [&state](deliver_atom, std::string& kind, std::string& id, std::string& message, std::uint64_t wait_ms) {
      return state.deliver(std::move(kind), std::move(id), std::move(message), wait_ms);
    },
    [&state](deliver_atom, std::string& kind, std::string& id, std::uint64_t total_bytes) {
      return state.begin_message(std::move(kind), std::move(id), {}, total_bytes);
    },
    [&state](start_atom, std::string& kind, std::string& id, snapshot& from, std::uint64_t total_bytes) {
      return state.begin_message(std::move(kind), std::move(id), std::move(from), total_bytes);
    },
  };
}

} // namespace

value_desk_actor spawn_value_desk(caf::actor_system& system, value_desk_options options) {
  return system.spawn(value_desk, std::move(options));
}

} // namespace ariadne
