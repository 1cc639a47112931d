#include "actors/certificate_authority.hpp"

#include "actors/endpoint.hpp"
#include "actors/network/openssl_pointers.hpp"
#include "actors/network/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ariadne {

namespace {

namespace fs = std::filesystem;
using problem = tl::unexpected<std::string>;

constexpr auto authority_name = "authorities.pem";
constexpr auto authority_key_name = "authority.key";
constexpr auto revocations_name = "revocations.pem";
constexpr auto authority_role = "authority";

std::string openssl_problem(std::string_view what) {
  return fmt::format("cannot {}: {}", what, take_openssl_error());
}

/// Readable by others, unless it is secret.
tl::expected<void, std::string> write_file(const fs::path& file, std::string_view text, bool is_secret) {
  const auto fail = [&] { return problem{fmt::format("cannot write {}: {}", file.string(), std::strerror(errno))}; };
  auto unfinished = file;
  unfinished += ".new";
  ::unlink(unfinished.c_str());
  const auto fd = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, is_secret ? 0600 : 0644);
  if (fd < 0)
    return fail();
  const auto written = ::write(fd, text.data(), text.size());
  const auto is_written = written == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  if (::close(fd) != 0 || !is_written || ::rename(unfinished.c_str(), file.c_str()) != 0)
    return fail();
  return {};
}

template <class Write>
std::string to_pem(Write write) {
  const bio_ptr bio{BIO_new(BIO_s_mem())};
  if (!bio || write(bio.get()) != 1)
    return {};
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string to_pem(X509& certificate) {
  return to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, &certificate); });
}

std::string to_pem(EVP_PKEY& key) {
  return to_pem([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, &key, nullptr, nullptr, 0, nullptr, nullptr); });
}

template <class Read>
auto read_pem(const fs::path& file, Read read) -> tl::expected<decltype(read(nullptr)), std::string> {
  const bio_ptr bio{BIO_new_file(file.c_str(), "r")};
  if (!bio) {
    ERR_clear_error();
    return problem{fmt::format("cannot read {}: {}", file.string(), std::strerror(errno))};
  }
  auto result = read(bio.get());
  if (!result)
    return problem{fmt::format("cannot read {}: {}", file.string(), take_openssl_error())};
  return result;
}

tl::expected<certificate_ptr, std::string> read_certificate(const fs::path& file) {
  return read_pem(file, [](BIO* bio) {
    return certificate_ptr{bio == nullptr ? nullptr : PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)};
  });
}

tl::expected<key_ptr, std::string> read_key(const fs::path& file) {
  return read_pem(file, [](BIO* bio) {
    return key_ptr{bio == nullptr ? nullptr : PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr)};
  });
}

struct issuer {
  certificate_ptr certificate;
  key_ptr key;
};

tl::expected<issuer, std::string> read_issuer(const fs::path& directory) {
  auto certificate = read_certificate(directory / authority_name);
  if (!certificate)
    return problem{certificate.error()};
  return read_key(directory / authority_key_name).map([&](key_ptr&& key) {
    return issuer{std::move(*certificate), std::move(key)};
  });
}

bool add_extension(X509& certificate, X509& issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const extension_ptr extension{X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str())};
  return extension && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

/// One that nobody can guess, and that no other certificate has.
bool draw_serial(X509& certificate) {
  const number_ptr number{BN_new()};
  constexpr int bits = 127;
  return number && BN_rand(number.get(), bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1
         && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

bool set_time(ASN1_TIME* time, certificate_authority::time_point value) {
  return ASN1_TIME_set(time, std::chrono::system_clock::to_time_t(value)) != nullptr;
}

/// A certificate without what it is for, which `add` adds before it is signed. `issuer` null: it signs itself.
template <class Add>
certificate_ptr sign(EVP_PKEY& key, const std::string& common_name, X509* issuer, EVP_PKEY& issuers_key,
                     certificate_authority::time_point now, std::chrono::hours valid_for, Add add) {
  certificate_ptr result{X509_new()};
  if (!result || X509_set_version(result.get(), X509_VERSION_3) != 1 || !draw_serial(*result)
      || !set_time(X509_getm_notBefore(result.get()), now - certificate_authority::begins_before)
      || !set_time(X509_getm_notAfter(result.get()), now + valid_for) || X509_set_pubkey(result.get(), &key) != 1)
    return nullptr;
  auto* name = X509_get_subject_name(result.get());
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
  if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) != 1)
    return nullptr;
  auto& signer = issuer == nullptr ? *result : *issuer;
  if (X509_set_issuer_name(result.get(), X509_get_subject_name(&signer)) != 1 || !add(*result, signer)
      || X509_sign(result.get(), &issuers_key, EVP_sha256()) == 0)
    return nullptr;
  return result;
}

std::string file_name_of(const identity& who) {
  return fmt::format("{}-{}", who.is == role::node ? "node" : "client", who.name);
}

/// The cluster that a certificate is the authority of, as its name says; empty if it is none.
std::string cluster_of(const X509& authority) {
  char text[256];
  if (X509_NAME_get_text_by_NID(X509_get_subject_name(&authority), NID_commonName, text, sizeof(text)) < 0)
    return {};
  const std::string_view name{text};
  const auto prefix = fmt::format("ariadne {} ", authority_role);
  const auto is_authority = X509_get_extension_flags(const_cast<X509*>(&authority)) & EXFLAG_CA;
  return is_authority && name.starts_with(prefix) ? std::string{name.substr(prefix.size())} : std::string{};
}

fs::path key_file_of(fs::path certificate) {
  return certificate.replace_extension(".key");
}

std::string serial_of(const X509& certificate) {
  const number_ptr number{ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr)};
  auto* digits = number ? BN_bn2hex(number.get()) : nullptr;
  std::string result = digits == nullptr ? "" : digits;
  OPENSSL_free(digits);
  return result;
}

} // namespace

certificate_authority::expected certificate_authority::create(const fs::path& directory, const std::string& cluster,
                                                              time_point now) {
  if (!is_name(cluster))
    return problem{"the name of a cluster " + name_rule()};
  const auto file = directory / authority_name;
  std::error_code error;
  if (fs::exists(file, error) || fs::exists(directory / authority_key_name, error))
    return problem{fmt::format("{} has an authority already; give another directory", directory.string())};
  if (!fs::exists(directory, error)) {
    fs::create_directories(directory, error);
    // Who has the key of the authority can let anybody in.
    if (!error)
      fs::permissions(directory, fs::perms::owner_all, error);
  }
  if (error)
    return problem{fmt::format("cannot make the directory {}: {}", directory.string(), error.message())};
  const key_ptr key{EVP_EC_gen("P-256")};
  if (!key)
    return problem{openssl_problem("make a private key")};
  const auto certificate =
    sign(*key, fmt::format("ariadne {} {}", authority_role, cluster), nullptr, *key, now, authority_valid_for,
         [](X509& made, X509& issuer) {
           return add_extension(made, issuer, NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
                  && add_extension(made, issuer, NID_key_usage, "critical,keyCertSign,cRLSign")
                  && add_extension(made, issuer, NID_subject_key_identifier, "hash");
         });
  if (!certificate)
    return problem{openssl_problem("sign a certificate")};
  if (auto written = write_file(directory / authority_key_name, to_pem(*key), true); !written)
    return problem{written.error()};
  if (auto written = write_file(file, to_pem(*certificate), false); !written)
    return problem{written.error()};
  return file;
}

tl::expected<certificate_authority, std::string> certificate_authority::open(const fs::path& directory) {
  const auto certificate = read_certificate(directory / authority_name);
  if (!certificate)
    return problem{fmt::format("{}; \"ariadne certificates init\" makes an authority", certificate.error())};
  auto cluster = cluster_of(**certificate);
  if (cluster.empty())
    return problem{fmt::format("{} is not the authority of a cluster that \"ariadne certificates init\" has made",
                               (directory / authority_name).string())};
  return certificate_authority{directory, std::move(cluster)};
}

certificate_authority::expected certificate_authority::issue(const identity& who, time_point now,
                                                             std::chrono::hours valid_for) const {
  if (!is_name(who.name))
    return problem{fmt::format("the name of a {} {}", to_string(who.is), name_rule())};
  const auto file = directory_ / (file_name_of(who) + ".pem");
  std::error_code error;
  if (fs::exists(file, error))
    return problem{
      fmt::format("{0} is there already; \"ariadne certificates renew {0}\" signs it anew", file.string())};
  return write_signed({who}, file, now, valid_for);
}

certificate_authority::expected certificate_authority::renew(const fs::path& certificate, time_point now,
                                                             std::chrono::hours valid_for) const {
  const auto former = read_certificate(certificate);
  if (!former)
    return problem{former.error()};
  const auto who = identities_of(**former);
  if (who.empty())
    return problem{fmt::format("{} says of nobody who it is, so it cannot be renewed", certificate.string())};
  return write_signed(who, certificate, now, valid_for);
}

certificate_authority::expected certificate_authority::write_signed(const std::vector<identity>& who,
                                                                    const fs::path& certificate, time_point now,
                                                                    std::chrono::hours valid_for) const {
  const auto issuer = read_issuer(directory_);
  if (!issuer)
    return problem{issuer.error()};
  const key_ptr key{EVP_EC_gen("P-256")};
  if (!key)
    return problem{openssl_problem("make a private key")};
  std::string names = "critical";
  auto is_node = false;
  for (const auto& each : who) {
    names += ",URI:" + to_uri(each);
    is_node = is_node || each.is == role::node;
  }
  // Whoever looks at the cluster by HTTPS asks for it by this name, whatever the address of the node.
  if (is_node)
    names += ",DNS:" + who.front().cluster;
  const auto common_name = fmt::format("{} {}", to_string(who.front().is), who.front().name);
  const auto made =
    sign(*key, common_name, issuer->certificate.get(), *issuer->key, now, valid_for, [&](X509& subject, X509& signer) {
      return add_extension(subject, signer, NID_basic_constraints, "critical,CA:FALSE")
             && add_extension(subject, signer, NID_key_usage, "critical,digitalSignature")
             // Only a node answers those who connect.
             && add_extension(subject, signer, NID_ext_key_usage, is_node ? "serverAuth,clientAuth" : "clientAuth")
             && add_extension(subject, signer, NID_subject_key_identifier, "hash")
             && add_extension(subject, signer, NID_authority_key_identifier, "keyid")
             && add_extension(subject, signer, NID_subject_alt_name, names);
    });
  if (!made)
    return problem{openssl_problem("sign a certificate")};
  // Who looks between the two sees files that do not fit together, and keeps what it has.
  if (auto written = write_file(key_file_of(certificate), to_pem(*key), true); !written)
    return problem{written.error()};
  if (auto written = write_file(certificate, to_pem(*made), false); !written)
    return problem{written.error()};
  return certificate;
}

certificate_authority::expected certificate_authority::revoke(const fs::path& certificate, time_point now) const {
  const auto issuer = read_issuer(directory_);
  if (!issuer)
    return problem{issuer.error()};
  const auto revoked = read_certificate(certificate);
  if (!revoked)
    return problem{revoked.error()};
  const auto file = directory_ / revocations_name;
  std::error_code error;
  revocations_ptr list{X509_CRL_new()};
  if (fs::exists(file, error)) {
    auto former = read_pem(file, [](BIO* bio) {
      return revocations_ptr{bio == nullptr ? nullptr : PEM_read_bio_X509_CRL(bio, nullptr, nullptr, nullptr)};
    });
    if (!former)
      return problem{former.error()};
    list = std::move(*former);
  }
  const time_ptr time{ASN1_TIME_set(nullptr, std::chrono::system_clock::to_time_t(now - begins_before))};
  const time_ptr next{ASN1_TIME_set(nullptr, std::chrono::system_clock::to_time_t(now + authority_valid_for))};
  revoked_ptr entry{X509_REVOKED_new()};
  if (!list || !time || !next || !entry
      || X509_REVOKED_set_serialNumber(entry.get(), X509_get_serialNumber(revoked->get())) != 1
      || X509_REVOKED_set_revocationDate(entry.get(), time.get()) != 1
      || X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) != 1
      || X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer->certificate.get())) != 1
      || X509_CRL_set1_lastUpdate(list.get(), time.get()) != 1 || X509_CRL_set1_nextUpdate(list.get(), next.get()) != 1
      || X509_CRL_add0_revoked(list.get(), entry.release()) != 1 || X509_CRL_sort(list.get()) != 1
      || X509_CRL_sign(list.get(), issuer->key.get(), EVP_sha256()) == 0)
    return problem{openssl_problem("sign a list of revocations")};
  const auto pem = to_pem([&](BIO* bio) { return PEM_write_bio_X509_CRL(bio, list.get()); });
  if (auto written = write_file(file, pem, false); !written)
    return problem{written.error()};
  return file;
}

tl::expected<certificate_summary, std::string> summarise_certificate(const fs::path& file) {
  const auto certificate = read_certificate(file);
  if (!certificate)
    return problem{certificate.error()};
  certificate_summary result;
  result.holders = identities_of(**certificate);
  result.authority_of = cluster_of(**certificate);
  result.serial = serial_of(**certificate);
  char issuer[256];
  if (X509_NAME_get_text_by_NID(X509_get_issuer_name(certificate->get()), NID_commonName, issuer, sizeof(issuer)) >= 0)
    result.issuer = issuer;
  std::tm from{};
  if (ASN1_TIME_to_tm(X509_get0_notBefore(certificate->get()), &from) == 1)
    result.valid_from = std::chrono::system_clock::from_time_t(::timegm(&from));
  result.valid_until = valid_until(**certificate);
  return result;
}

} // namespace ariadne
