#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// Addresses at which other nodes may be found, as a discovery tells them, without their names: who is there says its
// name itself. Each is tried until it is known who is there. From then on that node is tried as any other, for as long
// as one of its addresses is listed.
//
// Between two calls the list keeps these invariants:
//
//     S1  An attempt is under way at no address of which it is known who is there.
//     S2  `attempts_max` bounds the attempts that are under way.
//
// A state machine without I/O: times, in milliseconds of any monotonic clock, and random numbers are arguments.
// Addresses are opaque.

namespace ariadne::membership {

struct seed_list_options {
  /// The pause between two attempts at an address: at first the least, doubled each time up to the most, give or take
  /// half of it.
  std::uint64_t reconnect_min_ms = 100;
  std::uint64_t reconnect_max_ms = 2'000;
  /// No more attempts to connect are under way at a time.
  std::size_t attempts_max = 8;
  /// Of more addresses than these, the last ones are not taken.
  std::size_t addresses_max = 256;
};

class seed_list {
public:
  explicit seed_list(seed_list_options options = {}) : options_(options) {}

  /// What is listed from now on. What was listed before stays as it is; what was not is to be tried at once. Returns
  /// the nodes that were met at what is not listed any more, and at nothing else.
  std::vector<std::string> set(const std::vector<std::string>& addresses, std::uint64_t now_ms);

  /// Where attempts are to be made now; each is under way until `met`, `is_self`, `failed` or `ended`. Whoever has
  /// waited longest comes first.
  std::vector<std::string> due(std::uint64_t now_ms);

  /// When `due` may have something to return next; nothing while only what happens can change that.
  std::optional<std::uint64_t> next_due_ms() const;

  /// Whether this node was met at an address that is listed.
  bool has_met(const std::string& node) const;

  bool is_listed(const std::string& address) const {
    return entries_.contains(address);
  }

  /// Whether an attempt at this address is under way, and of use.
  bool is_tried(const std::string& address) const;

  /// This node is there, as an attempt has shown. Returns the one that was met there before, if it was met nowhere
  /// else.
  std::optional<std::string> met(const std::string& address, const std::string& node);
  /// It has led to this node itself.
  void is_self(const std::string& address);
  /// It has failed, and is to be made again later. `random`: any number. Returns whether the problem is another one
  /// than at the last attempt.
  bool failed(const std::string& address, const std::string& problem, std::uint64_t now_ms, std::uint32_t random);
  /// It is over, and nothing has come of it.
  void ended(const std::string& address, std::uint64_t now_ms);

  std::size_t size() const {
    return entries_.size();
  }

  /// The first invariant that does not hold, in words; empty if all do.
  std::string check_invariants() const;

private:
  struct entry {
    std::uint64_t due_ms = 0;
    std::uint64_t backoff_ms = 0;
    bool is_connecting = false;
    bool is_self = false;
    /// Who is there; empty if that is not known.
    std::string node;
    std::string problem;
  };

  entry* end_attempt(const std::string& address);
  static bool waits(const entry& e);
  std::size_t count_attempts() const;

  seed_list_options options_;
  std::map<std::string, entry> entries_;
};

} // namespace ariadne::membership
