#pragma once

#include "actors/credentials.hpp"
#include "actors/identity.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;
struct x509_st;

namespace ariadne {

/// What connections are secured with, as it was read from files at one time: the certificate, its key, and the
/// authorities. Does not change; a connection keeps what it was made with.
///
/// TLS 1.3 alone, both sides show a certificate, and nothing is resumed. AES with keys of 128 bits comes first: with it
/// the largest messages are fastest.
class tls_context {
public:
  /// Checks that the files fit together. The error is one sentence without a final stop.
  static tl::expected<std::shared_ptr<const tls_context>, std::string> load(const credential_files& files);

  ssl_ctx_st* get() const {
    return context_.get();
  }
  const std::vector<identity>& own() const {
    return own_;
  }
  /// Whether the authority of the certificate has revoked it, as far as the files tell.
  bool has_revoked(const x509_st& certificate) const;

  credentials::time_point valid_until() const {
    return valid_until_;
  }

private:
  tls_context() = default;

  std::shared_ptr<ssl_ctx_st> context_;
  std::vector<identity> own_;
  credentials::time_point valid_until_;
};

/// Who a certificate is for.
std::vector<identity> identities_of(const x509_st& certificate);

/// Until when it is valid.
credentials::time_point valid_until(const x509_st& certificate);

/// What OpenSSL has to say about the last failure, and forgets; "no reason is known" if it has nothing.
std::string take_openssl_error();

} // namespace ariadne
