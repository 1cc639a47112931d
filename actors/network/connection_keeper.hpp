#pragma once

#include "actors/internal/node_tally.hpp"
#include "actors/log.hpp"
#include "actors/network/admission_desk.hpp"
#include "actors/network/pending_handshakes.hpp"
#include "actors/network/report_throttle.hpp"
#include "actors/network/stalled_writes.hpp"
#include "actors/network/ticker.hpp"
#include "actors/network/tls_context.hpp"
#include "crdt/replica_options.hpp"

#include <caf/io/abstract_broker.hpp>
#include <caf/node_id.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

namespace ariadne {

/// The largest payload that a node with these limits of its map takes. A register has one value for each of those that
/// have written it without knowing of each other; the rest is room for messages that carry more than one register.
std::size_t payload_bytes_max_of(const crdt::replica_limits& limits);

/// That of a client, which does not know the limits of the nodes.
inline constexpr std::size_t client_payload_bytes_max = (std::size_t{1} << 30) + (std::size_t{128} << 20);

/// A connection, as its keeper sees it. Lives in the thread of the multiplexer.
class kept_connection {
public:
  virtual ~kept_connection() = default;

  /// From where it comes, or where it leads to: an IP address.
  virtual const std::string& address() const = 0;
  /// As which the other side has shown a certificate; "unknown" if the connection is plain.
  virtual std::string_view role_name() const = 0;
  /// Whether the certificate of the other side has been revoked since it was shown.
  virtual bool is_revoked_by(const tls_context& now) const = 0;
  /// Whether the other side may name less than when this was asked last, or when it has shaken hands.
  virtual bool has_lost_names() = 0;
  /// Whether something waits for the other side.
  virtual bool is_sending() const = 0;
  /// CAF's broker, or null when that has done with the connection.
  virtual caf::io::abstract_broker* broker() = 0;
  /// Logs the reason, counts the connection as refused under the label, and closes it. Returns before.
  virtual void cut(const char* label, std::string_view reason) = 0;
  /// CAF's loop has nothing more to do with the connection, which may be destroyed by this.
  virtual void let_go() = 0;

  /// It is closed, and has sent all that was left.
  bool is_done() const {
    return is_closing && !is_sending();
  }

  stalled_writes stalled;
  /// Nothing is read any more; what is left to be sent still is.
  bool is_closing = false;
  /// It was closed, and had nothing more to send, at the last tick.
  bool is_over = false;
  /// 0: it is not kept.
  pending_handshakes::connection_id id = 0;
  /// Among which it is counted; null: among none.
  quantity* counted = nullptr;
};

/// An open port, as the keeper sees it.
class kept_doorman {
public:
  virtual ~kept_doorman() = default;
  /// Goes on after a failure, if there has been one.
  virtual void go_on() = 0;
  virtual caf::io::abstract_broker* broker() = 0;
};

/// Keeps the connections of an actor system: closes those that do not shake hands, those whose other side takes next to
/// nothing, and those whose other side is let in no more; and lets CAF forget the nodes that have gone. Counts them by
/// state: "shaking_hands", "open", or "closing", which still sends what was left. Where nothing else is said, its
/// functions are called in the thread of the multiplexer.
class connection_keeper {
public:
  static constexpr std::chrono::milliseconds tick_interval{250};
  static constexpr std::chrono::seconds handshake_time_max{2};
  static constexpr std::chrono::seconds stall_time_max{30};
  /// For a connection that is closing.
  static constexpr std::chrono::seconds linger_time_max{2};

  /// `desk` is null if connections are plain.
  connection_keeper(caf::io::network::default_multiplexer& multiplexer, std::shared_ptr<admission_desk> desk);

  const std::shared_ptr<admission_desk>& desk() const {
    return desk_;
  }

  // Any thread may call these five.
  void configure(std::size_t payload_bytes_max, log_sink log);
  std::size_t payload_bytes_max() const {
    return payload_bytes_max_;
  }
  void log(const log_entry& entry);
  /// The same, at most once a minute for each address and message.
  void report(std::string_view address, const log_entry& entry);
  /// A connection is refused, or closed for a reason that the label names.
  void count_refusal(const char* label) {
    tally_.connections_refused[label].add();
  }

  /// A connection begins; `is_accepted` if others have made it.
  void add(kept_connection& connection, bool is_accepted);
  void has_shaken_hands(kept_connection& connection);
  /// CAF has done with the connection. What waits for the other side is still sent.
  void close(kept_connection& connection);
  /// Its destructor runs.
  void remove(kept_connection& connection);

  void add(kept_doorman& doorman);
  void remove(kept_doorman& doorman);
  /// There are no descriptors left: closes a connection that has not shaken hands.
  void make_room();

  /// CAF waits for each new node to tell whether it starts actors for others, and never forgets that it has. Ends that,
  /// and takes down the node.
  void note_nodes(caf::io::abstract_broker* broker);

  /// The loop of the multiplexer has ended: lets go all connections that are left. After the thread of the multiplexer.
  void end();

private:
  void tick();
  void watch_connections();
  void judge_anew();
  void limit_anew();
  void forget_nodes();
  void stop_if_idle();
  void let_go(const std::vector<kept_connection*>& connections);
  void count(kept_connection& connection, std::string_view state);
  static void count_no_more(kept_connection& connection);
  caf::io::abstract_broker* find_broker() const;
  void cut(const std::vector<pending_handshakes::connection_id>& ids, const char* label, std::string_view reason);

  node_tally& tally_;
  const std::shared_ptr<admission_desk> desk_;
  ticker ticker_;
  std::atomic<std::size_t> payload_bytes_max_{client_payload_bytes_max};
  std::map<pending_handshakes::connection_id, kept_connection*> connections_;
  pending_handshakes::connection_id last_id_ = 0;
  pending_handshakes pending_;
  /// By whose revocations the connections were judged last.
  std::shared_ptr<const tls_context> judged_by_;
  /// The same of what clients may name.
  std::uint64_t version_of_limits_ = 0;
  std::set<kept_doorman*> doormen_;
  std::unordered_set<caf::node_id> nodes_;

  std::mutex mutex_;
  log_sink log_ = log_nothing;
  report_throttle throttle_;
};

} // namespace ariadne
