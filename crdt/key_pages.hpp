#pragma once

#include "crdt/aw_lww_map.hpp"
#include "crdt/disposal.hpp"
#include "crdt/index_walk.hpp"

#include <absl/container/btree_set.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ariadne::crdt {

struct key_page_limits {
  /// What the keys of one page may take, each counted with 16 bytes besides its own. A single longer key is a page.
  std::size_t page_bytes = std::size_t{64} << 10;
  /// What the keys of one window may take, each counted with 64 bytes besides its own; and how many windows there are.
  std::size_t window_bytes = std::size_t{8} << 20;
  std::size_t windows_max = 8;
  /// How many requests may wait, in all and of one requester.
  std::size_t requests_max = 256;
  std::size_t requests_of_one_max = 32;
  /// How long a window stays that nobody asks for.
  std::uint64_t idle_ms = 10'000;
  /// Keys that start so are listed only by a prefix that starts so, too. Empty: there are none.
  std::string hidden_prefix;
};

/// Keys in ascending order, and whether they are the last ones.
struct key_page {
  std::vector<std::string> keys;
  bool is_last = false;
};

/// Lists the readable keys of a map by prefix, sorted, page by page, without an order that costs every key memory and
/// every write time.
///
/// A page is cut from a **window**: the first keys beyond a cursor, as many as fit. To fill one takes a walk over the
/// map, a few thousand registers in each step. From the beginning of the walk on the window is told of every change, so
/// it holds all keys of its range from the end of the walk on, and serves whoever asks for a page of that range.
///
/// The walk follows the index of dots, whose order no growth of the map disturbs. A live key that does not change is
/// met at its dot; one that changes meanwhile comes in with the change. So a key that stands throughout a listing, each
/// page of which is asked for with the last key of the one before, is listed exactly once.
///
/// Requests take turns, and windows are given back once they are spent, so nobody waits for the end of another listing.
///
/// Not thread-safe. No call but `work` takes longer because the map is large.
class key_pages {
public:
  struct answer {
    std::uint64_t request = 0;
    key_page page;
  };

  explicit key_pages(key_page_limits limits = {}) : limits_(std::move(limits)) {}

  /// Whoever asks as this requester is not limited in number.
  static constexpr std::uint64_t unlimited = 0;

  /// Asks for the keys that start with `prefix` and come after `after`; empty: from the first one. The answer comes out
  /// of `take_answers` under the name `request`, which the caller never uses twice. Returns false, and does nothing, if
  /// too many requests wait already, in all or of this requester.
  [[nodiscard]] bool ask(std::uint64_t request, std::uint64_t requester, std::string prefix, std::string after);

  /// Nobody waits for the answer any more.
  void drop(std::uint64_t request);

  /// Whether keys are listed, so that changes of the map matter.
  bool is_watching() const {
    return !windows_.empty();
  }

  /// The map has changed under `key`: it has live entries now, or none.
  void changed(std::string_view key, bool is_live);

  /// Whether requests wait. Then `work` is to be called soon, over and over.
  bool has_work() const {
    return !requests_.empty() || !spent_keys_.empty();
  }

  /// Works on the request whose turn it is, looking at up to `registers_max` registers. All that wait take turns.
  /// Frees as many keys of windows that have been given up.
  void work(const aw_lww_map& map, std::uint64_t now_ms, std::size_t registers_max);

  /// To be called every second or so: windows that nobody has asked for in a while are given up.
  void tick(std::uint64_t now_ms);

  std::vector<answer> take_answers();

private:
  struct request {
    std::uint64_t name = 0;
    std::uint64_t requester = unlimited;
    std::string prefix;
    /// Where the next key has to come after.
    std::string after;
    key_page page;
    std::size_t page_bytes = 0;
  };

  using key_set = absl::btree_set<std::string, std::less<>>;

  struct window {
    std::string prefix;
    std::string after;
    /// The keys from here on are not in it.
    std::optional<std::string> end;
    key_set keys;
    std::size_t bytes = 0;
    /// While it is under way.
    std::optional<index_walk> walk{std::in_place};
    std::uint64_t last_used_ms = 0;
  };

  static bool serves(const window& w, const request& r);
  window* find_window(const request& r);
  /// A window for the request that is yet to be filled, or nullptr if all are in use.
  window* add_window(const request& r);
  std::list<window>::iterator give_up(std::list<window>::iterator w);
  bool is_waited_for(const window& w) const;
  void take_in(window& w, std::string_view key) const;
  void walk(window& w, const aw_lww_map& map, std::size_t registers_max) const;
  /// `spent`: nothing is left in the window, and more keys come behind it.
  enum class filling { complete, incomplete, spent };
  filling fill(request& r, window& w, const aw_lww_map& map, std::uint64_t now_ms, std::size_t registers_max) const;

  key_page_limits limits_;
  /// In the order of their turns.
  std::list<request> requests_;
  std::list<window> windows_;
  disposal<key_set> spent_keys_;
  std::vector<answer> answers_;
};

} // namespace ariadne::crdt
