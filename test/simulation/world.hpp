#pragma once

#include "crdt/replica.hpp"
#include "test/simulation/history.hpp"
#include "test/simulation/node_disk.hpp"
#include "test/simulation/observer.hpp"
#include "test/simulation/operation.hpp"
#include "test/simulation/scenario.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ariadne::simulation {

/// One end of a link.
struct link_end {
  enum class state { unopened, open, closed };

  std::size_t slot = 0;
  state is = state::unopened;
  bool push = false;
  /// What is on its way here.
  std::deque<std::string> queue;
  /// Nothing arrives here for the time being.
  bool blocked = false;
  /// What the other side has said to have, in its first hello.
  std::optional<crdt::version_vector> promised;
};

/// A link between two replicas. Its ends open and close one by one, as connections do.
struct link {
  crdt::link_id id;
  std::array<link_end, 2> ends;

  bool has_end_open() const {
    return ends[0].is == link_end::state::open || ends[1].is == link_end::state::open;
  }
};

/// A replica with its clock and its observer.
struct node {
  node(crdt::replica_options options, const history& events, std::size_t keys, bool may_refuse)
    : replica(std::move(options)), watch(events, keys, may_refuse) {}

  crdt::replica replica;
  observer watch;
  /// Its wall clock: so far ahead at this time, and so fast from then on, in percent of the true time.
  std::int64_t skew_ms = 0;
  std::uint64_t skewed_at_ms = 0;
  std::int64_t rate_percent = 100;
  /// Its wall clock was right when it was read first.
  std::optional<bool> began_right;
  /// The highest that its clock has ever read.
  std::uint64_t clock_ms_max = 0;
  std::set<crdt::replica_id> members;
  /// What each neighbour has said of the time in the last minute, and when.
  struct said_time {
    std::uint64_t heard_ms = 0;
    std::int64_t ahead_ms = 0;
  };
  std::map<crdt::replica_id, std::deque<said_time>> said;
  /// What each incarnation has said to be durable there, by the names of the nodes.
  std::map<std::string, std::map<crdt::replica_id, crdt::version_vector>> told_durable;
  /// What it has put out and taken in, to be compared with its counters.
  crdt::replica_counters counted;
};

/// Whether a frame is one of those that go on for ever.
bool is_heartbeat(std::string_view frame);

/// A cluster of replicas in one thread: plays operations, and checks the invariants after each.
class world {
public:
  explicit world(const scenario& s);

  /// From now on, tells what happens.
  void trace_to(std::string& text) {
    trace_ = &text;
  }

  /// Plays one operation. Throws a violation if a check fails.
  void play(const operation& o);

  /// How many operations it has played.
  std::uint64_t played() const {
    return played_;
  }
  const scenario& parameters() const {
    return scenario_;
  }
  const history& events() const {
    return history_;
  }

  /// The node in a slot, or nothing if it is down.
  const std::optional<node>& at(std::size_t slot) const {
    return slots_[slot];
  }
  /// The slots that are not down.
  std::vector<std::size_t> up() const;
  observer& watch(std::size_t slot) {
    return slots_[slot]->watch;
  }
  /// The time that the node goes by.
  std::uint64_t clock_ms(std::size_t slot);

  /// The links with an end that is open or a frame on its way to one.
  const std::vector<link*>& links() const {
    return active_;
  }
  /// How an operation names the link: its age among those between its two slots.
  std::uint8_t age(const link& l) const;

  /// The node in the slot has started with nothing, since its disk was damaged.
  bool was_wiped(std::size_t slot) const {
    return disks_[slot] && disks_[slot]->was_wiped();
  }

  /// The events that are durable on the disk of a slot that is up, as the node that wrote them could say.
  std::vector<crdt::dot> durable_receipts() const;
  /// All that is durable at the node in the slot; nothing if it keeps no journal.
  const crdt::version_vector* durable_at(std::size_t slot) const {
    const auto found = durable_.find(last_ids_[slot]);
    return found == durable_.end() ? nullptr : &found->second;
  }

  /// The node in the slot writes all that its journal lacks.
  void commit_all(std::size_t slot);

  /// Checks everything that a replica holds and says, see observer::check_all.
  void check_all(std::size_t slot);

private:
  void act(const operation& o);
  link* find_link(const operation& o);
  link_end* find_end(const operation& o, bool of_peer);

  void put(const operation& o);
  void erase(const operation& o);
  void erase_one(const operation& o, std::uint32_t key);
  void deliver(const operation& o);
  void tick(const operation& o);
  void open(const operation& o);
  void close(link& l, link_end& end);
  void work(const operation& o);
  void set_push(const operation& o);
  void set_blocked(const operation& o);
  void set_clock(const operation& o);
  void set_members(const operation& o);
  /// `detail`: see operation.
  void crash(std::size_t slot, std::uint32_t detail);
  void commit(const operation& o);
  /// All that run end at once, and some of them start again.
  void blackout(const operation& o);
  void start(std::size_t slot);

  void open_end(link& l, link_end& end);
  void close_end(link& l, link_end& end);
  void drop_dead_links();

  /// Collects what a call of a replica has put out, and checks what it has changed.
  void settle(std::size_t slot);
  /// Adds the events that the replica has made of itself to the history. Where one stands for an event of `seen`, it
  /// takes its place there.
  void note_rewritten(node& n, std::vector<std::uint32_t>* seen = nullptr);
  /// What the node was told of the time, by a frame that has just come in.
  void note_said(node& n, crdt::link_id link, std::string_view frame);
  /// The same of what is durable there.
  void note_said_durable(node& n, crdt::link_id link, std::string_view frame);
  /// Whether all disks count that any node has been told of, whatever its clock says.
  bool is_patient_with_disks() const;
  /// Whether all disks that the node has been told of have all of it, as far as it has been told.
  bool is_durable_everywhere(const node& n, const crdt::version_vector& context) const;
  void check_believed(std::size_t slot, std::uint64_t wall_ms, std::uint64_t believed_ms);
  /// How many registers of a frame the node has to refuse, given that it has looked at `registers` of them.
  std::uint64_t due_refusals(std::string_view frame, std::uint64_t registers, std::uint64_t clock) const;
  /// The entries that a tick has dropped have expired, and beyond doubt.
  void check_dropped(std::size_t slot);
  /// Whether the node has no reason to believe a time that has not come: nodes that are not ahead are half of those
  /// that it hears, itself counted among them.
  bool knows_better(const node& n) const;
  void check_knowledge(std::size_t slot);
  /// What the node takes for durable elsewhere is, and so is what it says of itself. Takes note of the receipts.
  void check_durable(std::size_t slot);
  /// What a drain would report: that all members have what this replica has written, or which keys are missing.
  void check_acknowledged(const node& n) const;
  void check_acknowledged(const node& n, crdt::replica_id id, const std::vector<std::string>& keys) const;
  crdt::version_vector true_vector(crdt::replica_id id) const;

  /// Adds the line that `text()` makes to the trace, if there is one.
  template <class Text>
  void tell(Text text) {
    if (trace_ != nullptr)
      *trace_ += text() + '\n';
  }
  std::string describe(std::string_view frame) const;
  std::string name(std::size_t slot) const;

  scenario scenario_;
  history history_;
  std::uint64_t now_ms_ = 1'700'000'000'000;
  std::array<std::optional<node>, slots_max> slots_;
  /// If replicas have journals.
  std::array<std::optional<node_disk>, slots_max> disks_;
  /// What is durable at each incarnation that keeps a journal.
  std::map<crdt::replica_id, crdt::version_vector> durable_;
  /// Of the events that a node has taken for durable: the slots on whose disks they are.
  std::map<crdt::dot, std::set<std::size_t>> receipts_;
  /// The slots whose clocks have ever been set, and since when.
  std::map<std::size_t, std::uint64_t> broken_clocks_;
  std::deque<link> links_;
  std::vector<link*> active_;
  /// The last version vectors of replicas that are gone, and the last ids of all slots.
  std::map<crdt::replica_id, crdt::version_vector> remains_;
  std::array<crdt::replica_id, slots_max> last_ids_{};
  std::array<std::uint64_t, slots_max> calls_{};
  std::uint64_t played_ = 0;
  std::string* trace_ = nullptr;
};

} // namespace ariadne::simulation
