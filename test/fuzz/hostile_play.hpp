#pragma once

#include "crdt/replica.hpp"

#include "test/fuzz/allocation_meter.hpp"
#include "test/fuzz/frame_forger.hpp"
#include "test/fuzz/loss_watch.hpp"
#include "test/fuzz/script.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::fuzz {

/// A replica among neighbours, of whom one is honest, and the others say whatever the script makes them say, in frames
/// that are well-formed or not. Its caller does what callers have to do. After each step nothing is lost without a
/// reason (see loss_watch), what the replica says can be read, and its memory is in proportion to what it was told.
class hostile_play {
public:
  explicit hostile_play(script choices);

  /// Takes steps until the script ends.
  void run();

  /// Then all of them go, and a replica that has never heard of anything comes: it must get all that ours holds.
  void hand_over(crdt::replica_id successor);

private:
  void step();
  void put();
  void erase();
  void pass_time();
  void tick();
  void work();
  void work_off();
  void set_members();
  void open_hostile();
  void close_hostile();
  void say(std::string frame);
  void say_old();

  void connect_honest();
  void disconnect_honest();
  void deliver_to_honest();
  void deliver_from_honest();
  void write_honest();
  /// Lets our replica and another one talk until neither has anything more to say.
  void exchange(crdt::replica& heir);

  /// Calls `act(replica)` and then looks at what has come out.
  template <class Action>
  auto ours(Action act);
  void receive(crdt::link_id link, std::string_view frame);
  void close(crdt::link_id link);
  void take_frames();
  void take_honest_frames();
  hostile_link* pick_hostile();

  script choices_;
  std::uint64_t now_ms_;
  std::unique_ptr<crdt::replica> ours_;
  loss_watch watch_;
  std::uint64_t writes_ = 0;
  /// All that the replica was told, and all that it has said, in bytes.
  std::size_t told_bytes_ = 0;

  std::uint64_t last_link_ = 0;
  std::vector<hostile_link> hostile_;
  /// Frames of every kind that have been seen, to be said again.
  std::deque<std::string> seen_;

  crdt::replica honest_;
  std::optional<crdt::link_id> honest_link_;
  std::deque<std::string> to_honest_;
  std::deque<std::string> from_honest_;
};

} // namespace ariadne::fuzz
