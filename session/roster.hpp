#pragma once

#include "session/obstacle.hpp"
#include "session/peer_links.hpp"
#include "session/placement.hpp"
#include "session/session_host_options.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::session {

/// Which hosts are up, what each takes over, and which of them leave; this one among them. Who asks where a session is
/// to run, or who may still come back, asks here.
///
/// Of the incarnations of one node at most one is up, and this host is none of the others. A host that leaves is told
/// of by `leaving`, which it has heard once it has answered the last one that it was sent; whoever is sent anything
/// after that is asked again.
///
/// Not thread-safe. Times are milliseconds of a clock that never goes back.
class roster {
public:
  explicit roster(const session_host_options& options);

  // -- this host -----------------------------------------------------------------------------------------------------

  const host_id& self() const {
    return self_;
  }
  const host_profile& profile() const {
    return profile_;
  }
  bool is_in_service() const {
    return is_in_service_;
  }
  /// Whether what runs here is to run elsewhere.
  bool gives_up() const {
    return profile_.draining || !is_in_service_;
  }
  std::uint64_t drain_began_ms() const {
    return drain_began_ms_;
  }

  void set_cordoned(bool cordoned);
  /// Returns whether it was not so before. So do the next ones.
  bool set_in_service(bool in_service);
  bool drain(std::uint64_t now_ms);
  bool set_ready(bool is_ready);
  void set_paused(bool is_paused);

  /// Whether the profile has changed since this was last asked: then the others are to be told.
  bool take_change();

  // -- the others ----------------------------------------------------------------------------------------------------

  void add(const host_id& peer, std::uint64_t now_ms);
  void remove(const host_id& peer, std::uint64_t now_ms);
  /// Which incarnation of the node is up.
  std::optional<host_id> host_of(const std::string& node) const;
  /// A host that is up has said what it takes. Returns whether that is news.
  bool announced(const host_id& peer, host_profile&& profile);
  /// These nodes are up, and their hosts cannot be asked yet. Returns whether that is news.
  bool set_unmet(std::set<std::string> nodes);

  bool has_peer(const host_id& peer) const {
    return peers_.contains(peer);
  }
  bool is_up(const host_id& host) const {
    return host == self_ || has_peer(host);
  }
  /// Whether what it owns may be running there.
  bool may_run(const host_id& owner) const {
    return is_up(owner) || unmet_.contains(owner.node);
  }
  bool has_unmet() const {
    return !unmet_.empty();
  }
  /// Whether every configured node has been up since this host has started.
  bool has_met_all_configured() const {
    return awaited_.empty();
  }
  /// Whether every host that is up has said what it takes.
  bool knows_all() const;
  std::uint64_t up_since_ms(const host_id& peer) const {
    return peers_.at(peer).up_since_ms;
  }
  /// What a host that is up takes; nothing before it has said so.
  const host_profile& profile_of(const host_id& peer) const {
    return peers_.at(peer).profile;
  }
  std::vector<host_id> peers() const;
  /// This host, then the others that are up. Valid until the next call that changes anything.
  std::vector<candidate> candidates() const;

  // -- where sessions go ---------------------------------------------------------------------------------------------

  std::optional<host_id> place_of(const session_key& key, std::uint32_t schema_version) const;
  bool is_placed_here(const session_key& key, std::uint32_t schema_version) const {
    return place_of(key, schema_version) == self_;
  }
  /// Why nobody can start a session of the kind from a state of this version, if that is so.
  std::optional<obstacle> find_obstacle(const std::string& kind, std::uint32_t schema_version) const;
  /// Whether a host that knows it went only a moment ago: it may be restarted.
  bool may_return(const std::string& kind, std::uint32_t schema_version, std::uint64_t now_ms) const;
  /// Whether nobody who is up can ever start it, nor anybody who may return.
  bool is_hopeless(const std::string& kind, std::uint32_t schema_version, std::uint64_t now_ms) const;
  void forget_departed(std::uint64_t now_ms);

  // -- who leaves ----------------------------------------------------------------------------------------------------

  /// Tells those who do not know, or have been sent something since, that this host has given up all sessions.
  void tell_leaving(peer_links& links);
  void leave_heard(const host_id& peer, std::uint64_t number);
  /// It has to say once more that it has heard everything.
  void has_been_sent_something(const host_id& peer);
  /// The hosts that have yet to say that they know that this one leaves.
  std::vector<host_id> unaware() const;
  void peer_leaves(const host_id& peer) {
    peers_.at(peer).is_leaving = true;
  }
  /// Whether it is up, and has not said that it leaves.
  bool stays(const host_id& peer) const;

  /// Which invariant is broken; nothing, if none is.
  std::string_view check_invariants() const;

private:
  struct peer {
    /// Takes no sessions before it has come in.
    host_profile profile;
    bool has_announced = false;
    std::uint64_t up_since_ms = 0;
    /// It has given up all sessions, and ends soon.
    bool is_leaving = false;
    /// The last `leaving` that it has been sent; 0: none.
    std::uint64_t told_leaving = 0;
    /// It has heard that, and everything that this host has sent it.
    bool has_heard_leaving = false;
  };

  struct departed_host {
    host_profile profile;
    std::uint64_t gone_ms = 0;
  };

  void note_cordon();

  host_id self_;
  std::uint64_t return_wait_ms_;
  host_profile profile_;
  bool is_profile_new_ = false;
  bool is_cordoned_ = false;
  bool is_in_service_ = true;
  std::uint64_t drain_began_ms_ = 0;
  std::map<host_id, peer> peers_;
  /// Hosts that are not up any more, by node, for as long as they may be waited for.
  std::map<std::string, departed_host> departed_;
  std::set<std::string> unmet_;
  /// The configured nodes that have not been up since this host has started.
  std::set<std::string> awaited_;
  std::uint64_t last_leaving_ = 0;
};

} // namespace ariadne::session
