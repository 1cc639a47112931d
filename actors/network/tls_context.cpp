#include "actors/network/tls_context.hpp"

#include "actors/network/openssl_pointers.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace ariadne {

namespace {

using problem = tl::unexpected<std::string>;

constexpr auto ciphers = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

/// How many certificates may stand between one and its authority.
constexpr int verify_depth_max = 5;

problem cannot_read(const std::filesystem::path& file, const std::string& why) {
  return problem{fmt::format("cannot read {}: {}", file.string(), why)};
}

/// Others on this machine must not be able to take part as this process.
tl::expected<void, std::string> check_key_file(const std::filesystem::path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0)
    return cannot_read(file, std::strerror(errno));
  // A file of root's may be lent to a group that this process is in, as Kubernetes mounts secrets.
  const auto is_lent = found.st_uid == 0 && ::geteuid() != 0;
  if ((found.st_mode & (is_lent ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO)) != 0)
    return problem{
      fmt::format("others may read the private key {0}; make it yours alone: chmod 600 {0}", file.string())};
  return {};
}

/// Calls `take` with each thing that `read` finds in the file, which is to have one at least.
template <class Read, class Take>
tl::expected<void, std::string> read_pem(const std::filesystem::path& file, const char* what, Read read, Take take) {
  const bio_ptr bio{BIO_new_file(file.c_str(), "r")};
  if (!bio) {
    ERR_clear_error();
    return cannot_read(file, std::strerror(errno));
  }
  std::size_t count = 0;
  while (const auto found = read(bio.get())) {
    take(*found);
    ++count;
  }
  const auto is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const auto why = take_openssl_error();
  if (count == 0)
    return problem{fmt::format("{} has no {}", file.string(), what)};
  if (!is_end)
    return cannot_read(file, why);
  return {};
}

template <class Take>
tl::expected<void, std::string> read_certificates(const std::filesystem::path& file, Take take) {
  const auto read = [](BIO* bio) { return certificate_ptr{PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)}; };
  return read_pem(file, "certificate", read, take);
}

bool has_revocations(const credential_files& files) {
  std::error_code ignored;
  return !files.revocations.empty()
         && (!files.may_revocations_be_missing || std::filesystem::exists(files.revocations, ignored));
}

/// Adds what the authorities have revoked to what is checked.
tl::expected<void, std::string> add_revocations(X509_STORE& store, const std::filesystem::path& file) {
  const auto read = [](BIO* bio) { return revocations_ptr{PEM_read_bio_X509_CRL(bio, nullptr, nullptr, nullptr)}; };
  const auto take = [&store](X509_CRL& list) { X509_STORE_add_crl(&store, &list); };
  return read_pem(file, "list of revocations", read, take).map([&store] {
    X509_STORE_set_flags(&store, X509_V_FLAG_CRL_CHECK);
  });
}

/// Whether the authorities have signed the certificate, now: what others are going to look at.
tl::expected<void, std::string> check_signed(SSL_CTX& context, const credential_files& files) {
  const store_context_ptr check{X509_STORE_CTX_new()};
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(&context, &chain);
  if (!check
      || X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(&context), SSL_CTX_get0_certificate(&context), chain)
           != 1)
    return problem{take_openssl_error()};
  if (X509_verify_cert(check.get()) == 1)
    return {};
  const auto error = X509_STORE_CTX_get_error(check.get());
  ERR_clear_error();
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return problem{fmt::format("the certificate {} has expired; renew it with \"ariadne certificates renew\"",
                                 files.certificate.string())};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return problem{fmt::format("the certificate {} is not valid yet; see whether the clock of this machine is right",
                                 files.certificate.string())};
    case X509_V_ERR_CERT_REVOKED:
      return problem{
        fmt::format("the certificate {} is revoked by {}", files.certificate.string(), files.revocations.string())};
    default:
      return problem{fmt::format("the certificate {} is not signed by any of {}: {}", files.certificate.string(),
                                 files.authorities.string(), X509_verify_cert_error_string(error))};
  }
}

/// How connections are made, whoever makes them.
void configure(SSL_CTX& context) {
  SSL_CTX_set_min_proto_version(&context, TLS1_3_VERSION);
  SSL_CTX_set_ciphersuites(&context, ciphers);
  SSL_CTX_set_options(&context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(&context, 0);
  SSL_CTX_set_verify_depth(&context, verify_depth_max);
  SSL_CTX_set_mode(&context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(&context, 1);
}

} // namespace

tl::expected<std::shared_ptr<const tls_context>, std::string> tls_context::load(const credential_files& files) {
  std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_method()), SSL_CTX_free};
  if (!context)
    return problem{fmt::format("OpenSSL cannot be used: {}", take_openssl_error())};
  configure(*context);
  auto until = credentials::time_point::max();
  auto& store = *SSL_CTX_get_cert_store(context.get());
  auto read = read_certificates(files.authorities, [&](X509& certificate) {
    X509_STORE_add_cert(&store, &certificate);
    // The other side is told by whom its certificate may be signed.
    SSL_CTX_add_client_CA(context.get(), &certificate);
  });
  if (read && has_revocations(files))
    read = add_revocations(store, files.revocations);
  std::vector<identity> own;
  if (read)
    read = read_certificates(files.certificate, [&](X509& certificate) {
      if (own.empty())
        own = identities_of(certificate);
      until = std::min(until, ariadne::valid_until(certificate));
    });
  if (read)
    read = check_key_file(files.key);
  if (!read)
    return problem{std::move(read.error())};
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1)
    return cannot_read(files.certificate, take_openssl_error());
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const auto is_other = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
    const auto why = take_openssl_error();
    if (is_other)
      return problem{fmt::format("the private key {} is not that of the certificate {}", files.key.string(),
                                 files.certificate.string())};
    return cannot_read(files.key, why);
  }
  if (own.empty())
    return problem{fmt::format("the certificate {} says of nobody who it is: it has no name "
                               "ariadne://CLUSTER/ROLE/NAME",
                               files.certificate.string())};
  if (auto is_signed = check_signed(*context, files); !is_signed)
    return problem{std::move(is_signed.error())};
  std::shared_ptr<tls_context> result{new tls_context};
  result->context_ = std::move(context);
  result->own_ = std::move(own);
  result->valid_until_ = until;
  return result;
}

bool tls_context::has_revoked(const X509& certificate) const {
  auto* store = SSL_CTX_get_cert_store(context_.get());
  X509_STORE_lock(store);
  const auto* objects = X509_STORE_get0_objects(store);
  auto result = false;
  for (int i = 0; i < sk_X509_OBJECT_num(objects) && !result; ++i) {
    auto* list = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(objects, i));
    X509_REVOKED* entry = nullptr;
    result = list != nullptr && X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(&certificate)) == 0
             && X509_CRL_get0_by_serial(list, &entry, X509_get0_serialNumber(&certificate)) == 1;
  }
  X509_STORE_unlock(store);
  return result;
}

std::vector<identity> identities_of(const X509& certificate) {
  std::vector<identity> result;
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const auto* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_URI)
      continue;
    const auto* uri = name->d.uniformResourceIdentifier;
    const std::string_view text{reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                                static_cast<std::size_t>(ASN1_STRING_length(uri))};
    if (auto who = identity_from_uri(text))
      result.push_back(std::move(*who));
  }
  GENERAL_NAMES_free(names);
  return result;
}

credentials::time_point valid_until(const X509& certificate) {
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &end) != 1)
    return {};
  return std::chrono::system_clock::from_time_t(::timegm(&end));
}

std::string take_openssl_error() {
  const auto error = ERR_peek_last_error();
  std::string result = "no reason is known";
  if (ERR_SYSTEM_ERROR(error))
    result = std::strerror(ERR_GET_REASON(error));
  else if (const auto* reason = ERR_reason_error_string(error))
    result = reason;
  ERR_clear_error();
  return result;
}

} // namespace ariadne
