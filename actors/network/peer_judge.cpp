#include "actors/network/peer_judge.hpp"

#include "actors/network/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>
#include <openssl/x509v3.h>

#include <utility>

namespace ariadne {

namespace {

std::string describe_verification(int error) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is not valid yet, or a clock is wrong";
    case X509_V_ERR_CERT_REVOKED:
      return "its certificate is revoked";
    case X509_V_ERR_INVALID_PURPOSE:
      return "its certificate is not for what it does: only that of a node lets one accept connections";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "its certificate is not signed by an authority that is believed here";
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_CRL_HAS_EXPIRED:
      return "the list of revocations here says nothing of its authority, or is too old";
    default:
      return fmt::format("its certificate is not accepted: {}", X509_verify_cert_error_string(error));
  }
}

} // namespace

bool peer_judge::judge(bool is_accepted, x509_store_ctx_st& verification) {
  if (!is_accepted) {
    problem_ = describe_verification(X509_STORE_CTX_get_error(&verification));
    return false;
  }
  if (X509_STORE_CTX_get_error_depth(&verification) != 0)
    return true;
  auto shown = identities_of(*X509_STORE_CTX_get_current_cert(&verification));
  const auto& [cluster, node] = expected_;
  const auto* found = opens_ ? find_node(shown, cluster, node) : find_in_cluster(shown, cluster);
  if (found != nullptr) {
    std::erase_if(shown, [this](const identity& who) { return who.cluster != expected_.cluster; });
    peer_ = std::move(shown);
    return true;
  }
  if (shown.empty())
    problem_ = "its certificate says of nobody who it is";
  else if (!opens_)
    problem_ = fmt::format("its certificate is for {}, and nobody of this cluster", in_words(shown));
  else
    problem_ =
      fmt::format("its certificate is for {}, and not for {}", in_words(shown),
                  node.empty() ? "a node of cluster " + cluster : in_words(identity{cluster, role::node, node}));
  X509_STORE_CTX_set_error(&verification, X509_V_ERR_APPLICATION_VERIFICATION);
  return false;
}

bool is_revoked_by(const tls_context& now, const SSL& connection) {
  const auto* chain = SSL_get0_verified_chain(&connection);
  for (int i = 0; i < sk_X509_num(chain); ++i)
    if (now.has_revoked(*sk_X509_value(chain, i)))
      return true;
  return false;
}

std::string describe_tls_failure(int reason) {
  switch (reason) {
    // What the other side says when it refuses.
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return "it refuses who this side is: it is another cluster, or has another name";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return "it wants a certificate of this side";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return "it says that the certificate of this side has expired";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
      return "it says that the certificate of this side is revoked";
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return "it does not believe the authority of this side's certificate";
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
      return "it says that the certificate of this side is not for what this side does";
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
      return "it does not accept the certificate of this side; see its log, and the clocks of both";
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return "it does not speak TLS 1.3";
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_BAD_RECORD_TYPE:
      return "it does not speak TLS; perhaps its cluster file has no [security]";
    case SSL_R_UNSUPPORTED_PROTOCOL:
      return "it does not speak TLS 1.3";
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return "it shows no certificate";
    default:
      return {};
  }
}

} // namespace ariadne
