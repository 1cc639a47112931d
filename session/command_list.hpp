#pragma once

#include "session/session_command.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace ariadne::session {

/// What a host wants to be done, in this order, since it was last asked.
class command_list {
public:
  /// `state_bytes`: how long the state is that goes with it.
  void add(command c, std::size_t state_bytes = 0) {
    commands_.push_back(std::move(c));
    state_bytes_ += state_bytes;
  }

  void emit(host_event::type what, const session_key& key = {}, const host_id& other = {}, snapshot state = {}) {
    add(host_event{what, key, other, std::move(state)});
  }

  /// Counts a state that is about to be sent.
  void count(std::size_t state_bytes) {
    state_bytes_ += state_bytes;
  }

  /// Whether it is so much already that a call goes on with nothing more.
  bool is_enough() const {
    return commands_.size() >= commands_max || state_bytes_ >= state_bytes_max;
  }

  std::vector<command> take() {
    state_bytes_ = 0;
    return std::exchange(commands_, {});
  }

private:
  static constexpr std::size_t commands_max = 512;
  static constexpr std::size_t state_bytes_max = std::size_t{1} << 20;

  std::vector<command> commands_;
  std::size_t state_bytes_ = 0;
};

} // namespace ariadne::session
