#pragma once

#include "actors/answer_budget.hpp"
#include "actors/internal/monitored_actors.hpp"
#include "actors/value_messages.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/error.hpp>
#include <caf/node_id.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace ariadne {

/// Bytes that are kept for a client, charged to the share of its node for as long as this object lives. Those for a
/// client on this node are not charged.
class budget_share {
public:
  budget_share() = default;
  budget_share(const budget_share&) = delete;
  budget_share& operator=(const budget_share&) = delete;
  ~budget_share() {
    release();
  }

  void release() {
    if (const auto budget = std::exchange(budget_, nullptr))
      budget->release(client_, bytes_);
  }

  /// Returns whether there is room; nothing else is charged by this object. `here`: this node.
  [[nodiscard]] bool take(std::shared_ptr<answer_budget> budget, const caf::node_id& here, const caf::node_id& client,
                          std::size_t bytes) {
    if (bytes == 0 || client == here)
      return true;
    if (!budget->charge(client, bytes))
      return false;
    budget_ = std::move(budget);
    client_ = client;
    bytes_ = bytes;
    return true;
  }

private:
  std::shared_ptr<answer_budget> budget_;
  caf::node_id client_;
  std::size_t bytes_ = 0;
};

/// Why a piece of this length is not the next one of a whole of `total_bytes`, of which the first `come_bytes` have
/// come.
caf::error check_next_piece(std::uint64_t offset, std::size_t piece_bytes, std::uint64_t come_bytes,
                            std::uint64_t total_bytes);

/// When a transfer is over: its client has ended, or has not asked for anything for a while.
///
/// `Self` is a pointer to the actor, which takes `tick_atom`.
template <class Self>
class transfer_term {
public:
  /// `over` is called in the actor.
  transfer_term(Self self, std::chrono::milliseconds idle_max, std::function<void()> over)
    : self_(self), monitored_(self, [over](const caf::down_msg&) { over(); }), idle_max_(idle_max),
      over_(std::move(over)) {}

  void begin(const caf::strong_actor_ptr& client) {
    monitored_.add(client);
    client_ = caf::actor_cast<caf::actor_addr>(client);
    note_use();
    schedule();
  }

  /// Whether the message that is being handled comes from the client of this transfer.
  bool is_from_client() const {
    return client_ == self_->current_sender();
  }

  void note_use() {
    last_use_ = clock::now();
  }

  /// While the node itself lets the client wait.
  void suspend(bool is_suspended) {
    is_suspended_ = is_suspended;
    note_use();
  }

  void tick() {
    if (!is_suspended_ && clock::now() - last_use_ >= idle_max_)
      over_();
    else
      schedule();
  }

private:
  using clock = std::chrono::steady_clock;

  void schedule() {
    mail(self_, tick_atom_v).delay(idle_max_ / 2).send(self_);
  }

  Self self_;
  monitored_actors<Self> monitored_;
  std::chrono::milliseconds idle_max_;
  std::function<void()> over_;
  caf::actor_addr client_;
  clock::time_point last_use_;
  bool is_suspended_ = false;
};

} // namespace ariadne
