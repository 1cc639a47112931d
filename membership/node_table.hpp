#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// Which other nodes a node knows, which of them it connects to next and when, and which it forgets.
//
//     listed (by the cluster file, or discovered)       tried again for ever, whether it is down or has left
//     unlisted, up                                      a member as any other
//     unlisted, down                                    tried more and more rarely, forgotten `forget_after` after any
//                                                       node was last in contact with it, or on demand
//     unlisted, left                                    forgotten at once
//
// Nodes tell each other who is up (`news`), with the age of the last sign of life. So a node that is up somewhere stays
// known everywhere, and one that is gone is forgotten everywhere at about the same time: news that are too old make
// nobody known, and nobody passes on what others have said. What has left or was forgotten on demand is told as well,
// with its incarnation: whoever has not heard of that, or believes longer that it is up, does not bring it back. A new
// incarnation, and whoever introduces itself, is known as any new node.
//
// Between two calls the table keeps these invariants:
//
//     T1  Who is up does not wait to be tried; who is not waits for it, or is being tried.
//     T2  Who is known has an address.
//     T3  `attempts_max` bounds the attempts that are under way, and these are counted.
//     T4  `gone_max` bounds the unlisted nodes that are not up, and the farewells that are remembered.
//     T5  Nobody who is up has said farewell.
//
// A state machine without I/O: times, in milliseconds of any monotonic clock, and random numbers are arguments.
// Addresses are opaque.

namespace ariadne::membership {

enum class presence : std::uint8_t { up, down, left };

/// What one node tells another of a third one.
struct news {
  std::string name;
  std::string address;
  /// `left`: this incarnation has left, or has been forgotten on demand.
  presence state = presence::up;
  /// Its last incarnation; 0 if none is known.
  std::uint64_t incarnation = 0;
  /// How long ago it last gave the sender a sign of life; or how long ago it has left or was forgotten.
  std::uint64_t age_ms = 0;
};

struct node_table_options {
  /// The pause between two attempts to connect to a node: at first the least, doubled each time up to the most, give or
  /// take half of it.
  std::uint64_t reconnect_min_ms = 100;
  /// The most for a listed node; a tenth of the time for which it has been gone, but no more than
  /// `gone_reconnect_max_ms`, if that is more.
  std::uint64_t reconnect_max_ms = 2'000;
  /// The most for an unlisted node, if `reconnect_max_ms` is not more.
  std::uint64_t gone_reconnect_max_ms = 60'000;
  /// An unlisted node is forgotten so long after the last contact.
  std::uint64_t forget_after_ms = 3'600'000;
  /// No more attempts to connect are under way at a time.
  std::size_t attempts_max = 8;
  /// No more unlisted nodes than these are known that are not up: those that others tell of do not become known, and of
  /// those that go down the one that has been gone longest is forgotten. Also how many are remembered that have left.
  std::size_t gone_max = 1'000;
  /// What one node tells at a time makes no more nodes known than these.
  std::size_t told_max = 256;
};

/// An address of a node, and what came of connecting to it.
struct known_address {
  std::string address;
  /// Why the last attempt failed; empty if none has since the node was last up.
  std::string problem = {};
};

/// What is known of another node.
struct node_record {
  bool is_listed = false;
  presence state = presence::down;
  /// Its last incarnation; 0 if none is known.
  std::uint64_t incarnation = 0;
  /// Where it is reached, in the order in which it is tried: as it has said itself, or as others have; then as it is
  /// listed, if that differs. Never empty.
  std::vector<known_address> addresses;
  /// Why it is down, in the words of the last attempt or of whoever has lost it; empty if nobody knows.
  std::string problem;

  const std::string& address() const {
    return addresses.front().address;
  }
};

/// An attempt to connect that is to be made now.
struct attempt {
  std::string node;
  std::string address;
};

/// What `hear` has changed.
struct changes {
  std::vector<std::string> learnt;
  std::vector<std::string> forgotten;
};

enum class forget_refusal : std::uint8_t { unknown, listed, up };

/// A pause between two attempts, give or take half of it. `random`: any number.
constexpr std::uint64_t spread(std::uint64_t pause_ms, std::uint32_t random) {
  return pause_ms * (50 + random % 101) / 100;
}

class node_table {
public:
  explicit node_table(node_table_options options = {}) : options_(options) {}

  // -- what is known -------------------------------------------------------------------------------------------------

  /// Null if the node is not known. Valid until the next call that is not const.
  const node_record* find(const std::string& node) const;

  /// The names of all nodes that are known, sorted.
  std::vector<std::string> names() const;

  /// What is to be told to others: who is up, and what has left or was forgotten and might be brought back.
  std::vector<news> tell(std::uint64_t now_ms) const;

  /// The first invariant that does not hold, in words; empty if all do.
  std::string check_invariants() const;

  // -- what happens --------------------------------------------------------------------------------------------------

  /// The cluster file lists the node at this address, or it is discovered there.
  void list(const std::string& node, const std::string& address, std::uint64_t now_ms);
  /// It is listed no more. Returns whether it is forgotten by that, since too many are gone.
  bool unlist(const std::string& node);

  /// The node has introduced itself: it is up, as this incarnation, and reached at `address`; if that is empty, where
  /// it was reached before.
  void up(const std::string& node, const std::string& address, std::uint64_t incarnation, std::uint64_t now_ms);

  /// The node, which is up, has shown that it is alive.
  void alive(const std::string& node, std::uint64_t now_ms);

  /// The node is connected no more, though it has not said that it leaves. `random` is used as by `failed`;
  /// `backoff_factor`: how much longer than usual to wait before the first attempt to connect to it. Returns the nodes
  /// that are forgotten since too many are gone.
  std::vector<std::string> down(const std::string& node, const std::string& problem, std::uint64_t now_ms,
                                std::uint32_t random, std::uint32_t backoff_factor = 1);

  /// The node, which is up, has said that it leaves. Returns whether it is forgotten by that.
  bool leave(const std::string& node, std::uint64_t now_ms);

  /// Takes note of what another node tells. It says nothing of the node `self`.
  changes hear(const std::vector<news>& told, const std::string& self, std::uint64_t now_ms);

  /// Forgets a node on demand. If it is refused, nothing changes.
  std::optional<forget_refusal> forget(const std::string& node, std::uint64_t now_ms);

  /// Forgets what has been gone for too long; returns the names.
  std::vector<std::string> forget_gone(std::uint64_t now_ms);

  // -- connecting ----------------------------------------------------------------------------------------------------

  /// The attempts that are to be made now; each is under way until `ended` or `failed`. Listed nodes come first, then
  /// whoever has waited longest.
  std::vector<attempt> due(std::uint64_t now_ms);

  /// The node is to be tried at once, if it waits to be tried.
  void hurry(const std::string& node, std::uint64_t now_ms);

  /// When `due` may have something to return next; nothing while only what happens can change that.
  std::optional<std::uint64_t> next_due_ms() const;

  /// The attempt, if one is under way, is over: the node is up, or is not needed any more.
  void ended(const std::string& node);

  /// The attempt at `address` has failed, and the node is to be tried again later. `random`: any number; two nodes that
  /// connect to each other again and again at the same moment are parted by it. Returns whether the problem is another
  /// one than at the last attempt at this address.
  bool failed(const std::string& node, const std::string& address, const std::string& problem, std::uint64_t now_ms,
              std::uint32_t random);

private:
  enum class phase : std::uint8_t { idle, waiting, connecting };

  struct entry {
    node_record record;
    std::string listed_address;
    /// When this node, or any that has told it, was last in contact with it, or when it became known.
    std::uint64_t contact_ms = 0;
    phase connecting = phase::idle;
    std::uint64_t due_ms = 0;
    std::uint64_t backoff_ms = 0;
    /// Which of its addresses is tried next.
    std::size_t next_address = 0;
  };

  /// A node that has left, or was forgotten on demand.
  struct farewell {
    std::uint64_t incarnation = 0;
    std::uint64_t since_ms = 0;
  };

  using entries = std::map<std::string, entry>;

  void hear_of_known(entry& e, const news& n, std::uint64_t now_ms);
  bool is_worth_knowing(const news& n, std::size_t gone) const;
  bool has_said_farewell(const news& n) const;
  void learn(const news& n, std::uint64_t now_ms);
  bool hear_of_farewell(const news& n, std::uint64_t now_ms);
  void remember_farewell(const std::string& node, std::uint64_t incarnation, std::uint64_t since_ms);
  void set_address(entry& e, const std::string& address);
  void try_at(entry& e, std::uint64_t due_ms);
  void try_later(entry& e, std::uint64_t now_ms, std::uint32_t random);
  std::uint64_t backoff_max(const entry& e, std::uint64_t now_ms) const;
  void erase(entries::iterator forgotten);
  std::size_t count_gone() const;
  static bool is_gone(const entry& e);

  node_table_options options_;
  entries nodes_;
  std::map<std::string, farewell> farewells_;
  std::size_t attempts_ = 0;
};

} // namespace ariadne::membership
