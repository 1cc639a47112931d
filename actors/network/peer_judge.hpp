#pragma once

#include "actors/identity.hpp"

#include <string>
#include <utility>
#include <vector>

struct ssl_st;
struct x509_store_ctx_st;

namespace ariadne {

class tls_context;

/// Whom a connection has to lead to.
struct expected_peer {
  std::string cluster;
  /// For a connection that is opened: the name of the node; empty, if any node of the cluster will do.
  std::string node = {};
};

/// Judges who the other side of a TLS connection is, while the handshake is made, and says what is wrong with it.
class peer_judge {
public:
  /// `opens`: this side has opened the connection, which has to lead to a node.
  peer_judge(expected_peer expected, bool opens) : expected_(std::move(expected)), opens_(opens) {}

  /// What OpenSSL asks of each certificate of the chain, the last one being that of the other side: whether it is
  /// accepted, if OpenSSL has accepted it itself.
  bool judge(bool is_accepted, x509_store_ctx_st& verification);

  /// Who the other side is in the cluster, once its certificate has been accepted; else nobody.
  const std::vector<identity>& peer() const {
    return peer_;
  }

  /// Why its certificate is not accepted: the end of a sentence about the other side, such as "its certificate has
  /// expired"; empty as long as nothing is wrong.
  const std::string& problem() const {
    return problem_;
  }

private:
  expected_peer expected_;
  bool opens_;
  std::vector<identity> peer_;
  std::string problem_;
};

/// Whether what the other side has shown in the handshake, or an authority that it is believed for, is revoked by now.
bool is_revoked_by(const tls_context& now, const ssl_st& connection);

/// What a handshake has failed of, by the reason that OpenSSL tells: the end of a sentence about the other side, such
/// as "it shows no certificate"; empty if it is nothing that is known here.
std::string describe_tls_failure(int reason);

} // namespace ariadne
