#pragma once

#include "actors/identity.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ariadne {

class tls_context;

/// The PEM files that say who a process is and whom it believes.
struct credential_files {
  /// The certificate of this process, and those between it and its authority, if there are any.
  std::filesystem::path certificate;
  /// Its private key, which nobody but its owner may read.
  std::filesystem::path key;
  /// The certificates of those whose signature is believed.
  std::filesystem::path authorities;
  /// What these have revoked; empty: nothing. If the file may be missing, a missing one is as good as none.
  std::filesystem::path revocations = {};
  bool may_revocations_be_missing = false;
};

/// The files of a node, or of a client or operator or observer, in a directory as `ariadne certificates` fills it:
/// `authorities.pem` and `node-NAME.pem` and `.key`, or `client-NAME.pem` and `.key`; and `revocations.pem`, if it is
/// there.
credential_files files_of_node(const std::filesystem::path& directory, const std::string& name);
credential_files files_of_client(const std::filesystem::path& directory, const std::string& name);

/// Who a process is, and whom it lets in: made of files that have been checked together, and that may be read anew
/// while connections are open. Thread-safe.
class credentials {
public:
  using time_point = std::chrono::system_clock::time_point;

  /// Reads the files. `cluster` is the one that the process is of; if it is empty, that of its certificate. The error
  /// is one sentence without a final stop: what is wrong with which file.
  static tl::expected<std::shared_ptr<credentials>, std::string> load(credential_files files, std::string cluster = {});

  ~credentials();

  /// Reads the files anew if any of them has changed since. Returns whether they are others now. Connections that are
  /// open stay as they are, but those of whom is revoked are closed. If something is wrong with the new files, all
  /// stays as it was, and the error says what; it is told once for each change.
  tl::expected<bool, std::string> reload_if_changed();

  /// Of which cluster this process is.
  const std::string& cluster() const {
    return cluster_;
  }
  /// Who this process is in its cluster.
  std::vector<identity> own() const;
  /// When the certificate, or an authority that it is believed for, is valid no more: the first of them.
  time_point valid_until() const;

  /// What new connections are made with.
  std::shared_ptr<const tls_context> current() const;

private:
  credentials(credential_files files, std::string cluster);

  const credential_files files_;
  std::string cluster_;
  mutable std::mutex mutex_;
  std::shared_ptr<const tls_context> current_;
  std::string stamp_;
};

/// What is to be said of a certificate that ends within 30, 7 and 1 days: once for each. Nothing else is said.
class expiry_warnings {
public:
  using time_point = credentials::time_point;

  /// One sentence without a final stop, if it is time for one.
  std::optional<std::string> next(time_point valid_until, time_point now);

private:
  std::optional<time_point> warned_of_;
  int days_warned_of_ = 0;
};

} // namespace ariadne
