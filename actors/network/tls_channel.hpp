#pragma once

#include "actors/identity.hpp"
#include "actors/network/peer_judge.hpp"
#include "actors/network/tls_context.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;
struct x509_store_ctx_st;

namespace ariadne {

/// TLS over one connection, whose descriptor it does not own. Does not block if that does not. The handshake is made
/// step by step, in any thread; whoever uses the channel afterwards has it to itself. Never raises SIGPIPE.
class tls_channel {
public:
  enum class side { opened, accepted };
  enum class progress { done, wants_to_read, wants_to_write, failed };

  /// `context` has to live as long as new connections are made with it: it is kept.
  tls_channel(std::shared_ptr<const tls_context> context, side of, expected_peer peer, int fd);
  ~tls_channel();
  tls_channel(const tls_channel&) = delete;
  tls_channel& operator=(const tls_channel&) = delete;

  /// Goes on with the handshake. Once it is done, the other side is one of its cluster, and a node if this side has
  /// opened the connection.
  progress shake_hands();

  /// Who the other side is in this cluster, after the handshake.
  const std::vector<identity>& peer() const {
    return judge_.peer();
  }

  /// Whether what the other side has shown in the handshake, or an authority that it is believed for, is revoked by
  /// now.
  bool is_revoked_by(const tls_context& now) const;

  /// Why the handshake, or what came after, has failed: the end of a sentence about the other side, such as "it does
  /// not speak TLS".
  const std::string& problem() const {
    return judge_.problem().empty() ? problem_ : judge_.problem();
  }

  struct transfer {
    std::size_t count = 0;
    bool has_failed = false;
  };

  /// Reads what has come, at most as much as there is room for. Nothing and no failure: nothing has come.
  transfer read(std::span<std::byte> bytes);
  /// Sends some of the bytes, of which there are some. Nothing and no failure: the connection takes none now; the same
  /// bytes have to be offered again.
  transfer write(std::span<const std::byte> bytes);

  /// These bytes are read again before all others.
  void put_back(std::string bytes);

  /// Whether something has been taken from the connection that `read` may return without another byte.
  bool has_pending() const;

  /// Lets the next call of `read` take nothing from the connection, but only what is pending.
  void hold_off() {
    is_held_off_ = true;
  }

private:
  friend struct tls_channel_socket;

  static int judge(int is_accepted, x509_store_ctx_st* verification);
  void note_failure(int error);

  std::shared_ptr<const tls_context> context_;
  side side_;
  peer_judge judge_;
  int fd_;
  std::shared_ptr<ssl_st> ssl_;
  std::string problem_;
  std::string unread_;
  bool has_come_ = false;
  bool is_held_off_ = false;
};

} // namespace ariadne
