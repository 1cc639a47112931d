#pragma once

#include "actors/answer_budget.hpp"
#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/network/basp.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/error.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace ariadne {

/// What an actor has to ask before it answers a client, so that answers which nobody takes do not pile up. Whoever asks
/// from within this process always passes.
///
/// An answer is charged when it is made, waits in the mailbox of CAF's broker, and is then put into the buffer of its
/// connection, which counts by itself. To learn when that is, the actor asks the broker something right after it has
/// answered: one question at a time for each client, however many answers there are.
///
/// `Self` is a pointer to the actor.
template <class Self>
class answer_gate {
public:
  answer_gate(Self self, std::shared_ptr<answer_budget> budget) : self_(self), budget_(std::move(budget)) {}

  /// Whether to begin with something whose answer may be of any length.
  bool has_room(const caf::strong_actor_ptr& asker) const {
    return !is_remote(asker) || budget_->has_room(asker->node());
  }

  /// Whether an answer of so many bytes may be made. Then `answered` has to follow, once it has been.
  [[nodiscard]] bool admits(const caf::strong_actor_ptr& asker, std::size_t bytes) {
    return !is_remote(asker) || budget_->charge(asker->node(), bytes);
  }

  void answered(const caf::strong_actor_ptr& asker, std::size_t bytes) {
    if (!is_remote(asker))
      return;
    auto& flow = flows_[asker->node()];
    flow.bytes += bytes;
    if (!flow.is_asking)
      ask(asker->node(), flow);
  }

  /// `admits` and `answered` for a short answer, which is made at once.
  [[nodiscard]] bool passes(const caf::strong_actor_ptr& asker, std::size_t bytes) {
    if (!admits(asker, bytes))
      return false;
    answered(asker, bytes);
    return true;
  }

  /// Whether all that was charged has been handed over. An actor that ends before leaves it charged.
  bool is_idle() const {
    return flows_.empty();
  }

private:
  struct flow {
    /// Answered since the last question.
    std::size_t bytes = 0;
    bool is_asking = false;
  };

  bool is_remote(const caf::strong_actor_ptr& asker) const {
    return asker && asker->node() != self_->node();
  }

  void ask(const caf::node_id& client, flow& f) {
    const auto bytes = std::exchange(f.bytes, 0);
    f.is_asking = true;
    mail(self_, caf::get_atom_v, client)
      .request(self_->system().middleman().template named_broker<caf::io::basp_broker>(basp_name), caf::infinite)
      .then([=, this](const caf::node_id&, const std::string&, std::uint16_t) { hand_over(client, bytes); },
            [=, this](const caf::error&) { hand_over(client, bytes); });
  }

  void hand_over(const caf::node_id& client, std::size_t bytes) {
    find_connection(self_->system(), client, [budget = budget_, client, bytes](std::optional<std::int64_t> connection) {
      budget->handed_over(client, bytes, connection);
    });
    const auto found = flows_.find(client);
    if (found == flows_.end())
      return;
    found->second.is_asking = false;
    if (found->second.bytes > 0)
      ask(client, found->second);
    else
      flows_.erase(found);
  }

  Self self_;
  std::shared_ptr<answer_budget> budget_;
  std::map<caf::node_id, flow> flows_;
};

} // namespace ariadne
