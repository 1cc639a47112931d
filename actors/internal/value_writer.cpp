#include "actors/internal/value_writer.hpp"

#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/piece_messages.hpp"
#include "actors/internal/snapshot_view.hpp"
#include "actors/internal/value_transfer.hpp"
#include "crdt/shared_bytes.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne {

namespace {

using ticking_writer_actor = value_writer_actor::extend<
  // Time has passed.
  takes<tick_atom>>;

class value_writer_state {
public:
  static inline const char* name = "value_writer";

  explicit value_writer_state(ticking_writer_actor::pointer self) : self_(self) {}

  void start(value_writer_options options, std::shared_ptr<budget_share> share) {
    options_ = std::move(options);
    share_ = std::move(share);
    encoded_ = begin_encoding(options_.state, options_.total_bytes);
    head_bytes_ = encoded_->written();
    term_.emplace(self_, options_.idle_max, [this] { self_->quit(); });
    term_->begin(options_.client);
  }

  caf::result<std::uint64_t> put(std::uint64_t offset, std::string_view piece) {
    if (!term_->is_from_client() || (is_committed_ && !piece.empty()))
      return make_error(ec::refused, "these bytes belong to no value that is being stashed");
    term_->note_use();
    if (auto problem = check_next_piece(offset, piece.size(), come(), options_.total_bytes))
      return problem;
    encoded_->append(piece);
    return come();
  }

  caf::result<receipt> commit(const write_options& options) {
    if (!term_->is_from_client() || !encoded_->is_whole() || std::exchange(is_committed_, true))
      return make_error(ec::refused,
                        fmt::format("{} of {} bytes of the value have come", come(), options_.total_bytes));
    // From here on the write has a time of its own.
    term_->suspend(true);
    auto promise = self_->make_response_promise<receipt>();
    const auto answer = std::make_shared<kept_promise<receipt>>(promise);
    mail(self_, stash_atom_v, options_.key, shared_value{encoded_->bytes()}, options)
      .request(caf::actor_cast<value_stashing_actor>(options_.handoff), caf::infinite)
      .then(
        [this, answer](const receipt& done) {
          answer->deliver(done);
          self_->quit();
        },
        [this, answer](caf::error& error) {
          answer->deliver(std::move(error));
          self_->quit();
        });
    return promise;
  }

  void tick() {
    term_->tick();
  }

private:
  /// How many bytes of the value are here.
  std::uint64_t come() const {
    return encoded_->written() - head_bytes_;
  }

  ticking_writer_actor::pointer self_;
  value_writer_options options_;
  std::shared_ptr<budget_share> share_;
  /// As it is going to stand in the map, which shares it.
  std::optional<crdt::bytes_builder> encoded_;
  std::size_t head_bytes_ = 0;
  std::optional<transfer_term<ticking_writer_actor::pointer>> term_;
  bool is_committed_ = false;
};

ticking_writer_actor::behavior_type value_writer(ticking_writer_actor::stateful_pointer<value_writer_state> self,
                                                 value_writer_options options, std::shared_ptr<budget_share> share) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  state.start(std::move(options), std::move(share));
  return {
    [&state](put_atom, std::uint64_t offset, const std::string& piece) { return state.put(offset, piece); },
    [&state](stash_atom, const write_options& options) { return state.commit(options); },
    [&state](tick_atom) { state.tick(); },
  };
}

} // namespace

caf::expected<value_writer_actor> spawn_value_writer(caf::actor_system& system, value_writer_options options) {
  auto share = std::make_shared<budget_share>();
  if (!share->take(options.answers, system.node(), options.client->node(), options.total_bytes))
    return make_error(ec::too_many_answers);
  return caf::actor_cast<value_writer_actor>(system.spawn(value_writer, std::move(options), std::move(share)));
}

} // namespace ariadne
