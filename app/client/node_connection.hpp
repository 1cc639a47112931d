#pragma once

#include "actors/ask.hpp"
#include "actors/endpoint.hpp"
#include "actors/internal/storage_messages.hpp"
#include "actors/member_messages.hpp"
#include "actors/network/link_socket.hpp"
#include "actors/network_security.hpp"
#include "actors/session_messages.hpp"
#include "actors/settings.hpp"
#include "actors/value_messages.hpp"
#include "app/output/failure.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/expected.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ariadne {

/// The actor system of a client: our messages, and one thread.
struct client_config : caf::actor_system_config {
  explicit client_config(const network_security& security);
};

/// The way to one node. All its calls together take no longer than the timeout, unless it begins anew. When the node
/// ends, or the connection to it, they fail at once.
class node_connection {
public:
  node_connection(caf::actor_system& system, endpoint address, std::chrono::milliseconds timeout);

  /// To be called first. A name that cannot be resolved is looked up again, for 10 s or until the timeout.
  fallible<void> connect();

  fallible<state_handoff_actor> handoff();
  fallible<std::vector<member_status>> members();
  /// Has the node, and all others, forget one that is down.
  fallible<bool> forget(const std::string& node);
  fallible<session_host_actor> session_host();
  /// Null, if the node has none: it is of a version before it, or is being restarted.
  fallible<value_desk_actor> value_desk();
  /// An error, if the node keeps no journal.
  fallible<storage_actor> storage();
  /// An error, if the node does not tell its settings.
  fallible<settings_actor> settings();
  /// An error, if the node cannot run sessions at the moment: it is about to stop, sees no majority, has yet to catch
  /// up with the others, or is not in service. Then nothing has been done.
  fallible<void> check_hosting();

  template <class Answer, class Actor, class... Ts>
  fallible<Answer> ask(const Actor& actor, Ts&&... request) {
    asker self{system_};
    return ask_as<Answer>(self, actor, std::forward<Ts>(request)...);
  }

  /// Asks as `self`: what the node keeps for whoever asks, it keeps until that one ends.
  template <class Answer, class Actor, class... Ts>
  fallible<Answer> ask_as(asker& self, const Actor& actor, Ts&&... request) {
    return note_answer(self.ask<Answer>(actor, remaining(), std::forward<Ts>(request)...));
  }

  /// Asks an actor of this process that speaks to the node itself, and knows how long that may take.
  template <class Answer, class Actor, class... Ts>
  fallible<Answer> ask_patiently(asker& self, const Actor& actor, Ts&&... request) {
    return note_answer(self.ask<Answer>(actor, caf::infinite, std::forward<Ts>(request)...));
  }

  /// Whether a call of `ask` has been answered.
  bool has_answered() const {
    return has_answered_;
  }

  /// Whether the connection is made with TLS.
  bool is_secured() const;

  const endpoint& address() const {
    return address_;
  }

  /// How long the node may take for what it is asked to wait for: a little less than this side waits for its answer.
  std::uint64_t remaining_ms() const;

  /// The same of a whole timeout.
  std::uint64_t whole_ms() const;

  /// How much of the time is left.
  std::chrono::milliseconds remaining() const;

  /// Gives the node so much more time.
  void extend(std::chrono::milliseconds time);

  /// The node has answered, and has the whole time again: for the next page of an answer.
  void begin_anew();

  /// What has become of the node, or of its handoff actor, when that has ended for this reason.
  failure describe_end(const caf::error& reason) const;
  /// Why a request has failed.
  failure describe_failure(const caf::error& error) const;

private:
  using clock = std::chrono::steady_clock;

  template <class Answer>
  fallible<Answer> note_answer(caf::expected<Answer> answer) {
    if (!answer)
      return tl::unexpected(describe_failure(answer.error()));
    has_answered_ = true;
    if constexpr (std::is_void_v<Answer>)
      return {};
    else
      return std::move(*answer);
  }

  /// Asks the membership actor where something is. If that fails, nothing has been done.
  template <class Answer, class... Ts>
  fallible<Answer> look_up(Ts&&... request) {
    return look_at<Answer>(membership_, std::forward<Ts>(request)...);
  }

  /// The actor that the node has registered under this name. If there is none, an error that says so: `otherwise`, of
  /// which the node is the subject.
  template <class Actor>
  fallible<Actor> registered_actor(std::string name, std::string_view otherwise);

  /// Asks an actor for what changes nothing, and is no part of an answer.
  template <class Answer, class Actor, class... Ts>
  fallible<Answer> look_at(const Actor& actor, Ts&&... request) {
    auto answer = ariadne::ask<Answer>(system_, actor, remaining(), std::forward<Ts>(request)...);
    if (!answer)
      return tl::unexpected(undone(describe_failure(answer.error())));
    return std::move(*answer);
  }

  static failure undone(failure problem);
  caf::expected<link_socket> dial();

  caf::actor_system& system_;
  endpoint address_;
  std::chrono::milliseconds timeout_;
  clock::time_point deadline_;
  cluster_membership_actor membership_;
  bool has_answered_ = false;
};

} // namespace ariadne
