#pragma once

#include "actors/member_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ariadne {

/// What a watcher has been shown, so that it can be watched on by way of another node: nothing is missed by that, and
/// nothing is shown twice that the other node only repeats.
///
/// The other node is asked for what stands, page by page, while its events come in already. Both have to be handed over
/// in the order in which the node has sent them. What stands otherwise than it was shown is shown as an event:
/// intermediate states are not. That a key is gone is shown once the node has caught up with all others: before, it may
/// just not be here yet. Not thread-safe.
class watch_picture {
public:
  /// `keeps_keys`: whether it will be watched on by way of other nodes. If not, all events are shown as they come, and
  /// no key is kept.
  explicit watch_picture(bool keeps_keys) : keeps_keys_(keeps_keys) {}

  /// From now on, all comes from a node that knows these nodes, itself first. Answers what is to be shown of them:
  /// nothing, at the beginning, since the node tells it itself.
  std::vector<handoff_event> turn_to(const std::vector<member_status>& members);

  /// What is to be shown of the events that have come from the node.
  std::vector<handoff_event> take(std::vector<handoff_event> events);

  /// What is to be shown of a page of what stands; an empty one is the end.
  std::vector<handoff_event> take_page(const std::vector<handoff_event>& standing);

  /// Whether the node is to be asked for (another) page of what stands, and after which key.
  bool wants_page() const {
    return is_listing_;
  }
  const std::string& last_listed() const {
    return last_listed_;
  }

private:
  struct shown_key {
    event_id event;
    /// The last listing that it was met in, or that had begun when it changed.
    std::uint64_t listing = 0;
  };
  using events = std::vector<handoff_event>;

  void begin_listing();
  events end_listing();
  /// What is to be shown of an event of a node.
  bool take_node_event(const handoff_event& event);
  /// How many of the events of one key, in their order, are older than what has been shown.
  std::size_t count_repeated(const std::vector<const handoff_event*>& of_key);
  void keep(const handoff_event& event);

  bool keeps_keys_;
  bool is_first_node_ = true;
  /// The nodes that have been shown as up, and those of them that the present node is about to repeat.
  std::set<std::string> up_;
  std::set<std::string> repeated_up_;
  /// What has been shown of each key, or stood there from the beginning.
  std::map<std::string, shown_key, std::less<>> keys_;
  /// Up to which key it is known what stood there at the beginning; nothing: all.
  std::optional<std::string> known_through_ = std::string{};
  std::uint64_t listing_ = 0;
  bool is_listing_ = false;
  std::string last_listed_;
  /// Of the present node.
  bool has_caught_up_ = false;
};

} // namespace ariadne
