#include "test/support/cluster_client.hpp"

#include "actors/internal/monitored_actors.hpp"
#include "actors/network/basp.hpp"
#include "test/support/test_system.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

namespace ariadne::test {

namespace {

/// For each step of a connection, and for an answer beyond the time that the request itself allows.
constexpr std::chrono::seconds step_timeout{5};

bool is_unconnected(const caf::error& error) {
  return error == ec::unreachable;
}

/// Passes requests on to the handoff actor of one node, and answers all that are under way with an error when that
/// actor is lost, since CAF leaves them without an answer.
using gateway_actor = caf::typed_actor<answers<receipt, stash_atom, std::string, snapshot, write_options>,
                                       answers<pickup_result, pickup_atom, std::string, wait_options>,
                                       takes<handoff_atom, state_handoff_actor>>;

class gateway_state {
public:
  static inline const char* name = "gateway";

  explicit gateway_state(gateway_actor::pointer self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { lose(down); }) {}

  void connect(const state_handoff_actor& handoff) {
    if (handoff_)
      monitored_.remove(handoff_);
    fail_all(caf::exit_reason::remote_link_unreachable);
    handoff_ = handoff;
    monitored_.add(handoff_);
  }

  void lose(const caf::down_msg& down) {
    if (handoff_ != down.source)
      return;
    handoff_ = nullptr;
    fail_all(caf::exit_reason::remote_link_unreachable);
  }

  template <class Answer, class... Arguments>
  caf::result<Answer> pass_on(std::uint64_t allowed_ms, Arguments... arguments) {
    if (!handoff_)
      return make_error(ec::unreachable);
    auto promise = self_->make_response_promise<Answer>();
    const auto number = ++last_;
    waiting_.emplace(number, [promise](const caf::error& error) mutable { promise.deliver(caf::error{error}); });
    mail(self_, std::move(arguments)...)
      .request(handoff_, std::chrono::milliseconds{allowed_ms} + step_timeout)
      .then(
        [this, promise, number](const Answer& answer) mutable {
          if (waiting_.erase(number) > 0)
            promise.deliver(Answer{answer});
        },
        [this, promise, number](const caf::error& error) mutable {
          if (waiting_.erase(number) > 0)
            promise.deliver(caf::error{error});
        });
    return promise;
  }

private:
  void fail_all(const caf::error& error) {
    for (auto& [number, fail] : std::exchange(waiting_, {}))
      fail(error);
  }

  gateway_actor::pointer self_;
  monitored_actors<gateway_actor::pointer> monitored_;
  state_handoff_actor handoff_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::function<void(const caf::error&)>> waiting_;
};

gateway_actor::behavior_type gateway(gateway_actor::stateful_pointer<gateway_state> self) {
  auto& state = state_of(self);
  return {
    [&state](stash_atom, const std::string& key, const snapshot& stashed, const write_options& options) {
      return state.pass_on<receipt>(options.timeout_ms, stash_atom_v, key, stashed, options);
    },
    [&state](pickup_atom, const std::string& key, const wait_options& options) {
      return state.pass_on<pickup_result>(options.wait_ms, pickup_atom_v, key, options);
    },
    [&state](handoff_atom, const state_handoff_actor& handoff) { state.connect(handoff); },
  };
}

} // namespace

struct cluster_client::connection {
  endpoint address;
  gateway_actor gateway;
  /// One thread at a time connects.
  std::mutex connecting;
};

struct cluster_client::implementation : test_system {
  std::map<std::string, connection> connections;

  ~implementation() {
    for (auto& [node, c] : connections)
      caf::anon_send_exit(c.gateway, caf::exit_reason::user_shutdown);
  }

  template <class Answer, class... Arguments>
  tl::expected<Answer, std::string> ask(const std::string& node, const Arguments&... arguments) {
    auto& c = connections.at(node);
    auto answer = request<Answer>(c, arguments...);
    if (!answer && is_unconnected(answer.error())) {
      // Those who have waited for another thread find the connection made.
      const std::lock_guard lock{c.connecting};
      answer = request<Answer>(c, arguments...);
      if (!answer && is_unconnected(answer.error())) {
        if (auto error = connect(c))
          return tl::unexpected(describe(error));
        answer = request<Answer>(c, arguments...);
      }
    }
    if (!answer)
      return tl::unexpected(describe(answer.error()));
    return std::move(*answer);
  }

  template <class Answer, class... Arguments>
  caf::expected<Answer> request(connection& c, const Arguments&... arguments) {
    caf::scoped_actor asking{system};
    caf::expected<Answer> result{caf::sec::none};
    mail(asking, arguments...)
      .request(c.gateway, caf::infinite)
      .receive([&](Answer& answer) { result = std::move(answer); },
               [&](caf::error& error) { result = std::move(error); });
    return result;
  }

  caf::error connect(connection& c) {
    auto socket = connect_to_node(system, c.address, step_timeout);
    if (!socket)
      return socket.error();
    auto connection = socket->tcp.duplicate();
    caf::scoped_actor asking{system};
    caf::error error;
    caf::strong_actor_ptr found;
    request_handshake(asking, step_timeout, std::move(*socket), c.address.port)
      .receive([&](caf::node_id&, caf::strong_actor_ptr& actor, std::set<std::string>&) { found = std::move(actor); },
               [&](caf::error& reason) { error = std::move(reason); });
    if (!error && !found)
      error = make_error(ec::unreachable, "no actor is published there");
    if (!error)
      mail(asking, handoff_atom_v)
        .request(caf::actor_cast<cluster_membership_actor>(found), step_timeout)
        .receive([&](const state_handoff_actor& handoff) { anon_mail(handoff_atom_v, handoff).send(c.gateway); },
                 [&](caf::error& reason) { error = std::move(reason); });
    if (error)
      connection.shut_down();
    return error;
  }
};

cluster_client::cluster_client() : implementation_(std::make_unique<implementation>()) {}

cluster_client::~cluster_client() = default;

void cluster_client::add(const std::string& node, std::string_view host, std::uint16_t port) {
  auto& added = implementation_->connections[node];
  added.address = {std::string{host}, port};
  added.gateway = implementation_->system.spawn(gateway);
}

tl::expected<receipt, std::string> cluster_client::stash(const std::string& node, const std::string& key,
                                                         const std::string& bytes, const write_options& options) {
  return implementation_->ask<receipt>(node, stash_atom_v, key, snapshot{"bytes", 1, bytes}, options);
}

std::size_t cluster_client::stash_all(const std::string& node, const std::vector<std::string>& keys,
                                      const std::string& bytes, const write_options& options) {
  // The first one makes the connection.
  std::size_t receipts = stash(node, keys.front(), bytes, options) ? 1 : 0;
  caf::scoped_actor asking{implementation_->system};
  auto request = [&](const std::string& key) {
    return mail(asking, stash_atom_v, key, snapshot{"bytes", 1, bytes}, options)
      .request(implementation_->connections.at(node).gateway, caf::infinite);
  };
  std::vector<decltype(request(keys.front()))> requests;
  for (std::size_t i = 1; i < keys.size(); ++i)
    requests.push_back(request(keys[i]));
  for (auto& waiting : requests)
    std::move(waiting).receive([&](const receipt&) { ++receipts; }, [](const caf::error&) {});
  return receipts;
}

tl::expected<pickup_result, std::string> cluster_client::pickup(const std::string& node, const std::string& key,
                                                                const wait_options& options) {
  return implementation_->ask<pickup_result>(node, pickup_atom_v, key, options);
}

} // namespace ariadne::test
