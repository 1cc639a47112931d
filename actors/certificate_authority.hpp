#pragma once

#include "actors/identity.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace ariadne {

/// A cluster's own authority: a directory with its certificate `authorities.pem`, its private key `authority.key`, and
/// what it has signed. Who has the directory can let anybody in. Keys are of the curve P-256; files are written under
/// another name first, so that whoever reads them has the old ones or the new ones. Errors are one sentence without a
/// final stop.
class certificate_authority {
public:
  using time_point = std::chrono::system_clock::time_point;
  using expected = tl::expected<std::filesystem::path, std::string>;

  static constexpr std::chrono::hours authority_valid_for{24 * 3650};
  static constexpr std::chrono::hours valid_for_max = authority_valid_for;
  /// What begins a little before it is signed is valid on machines whose clocks are late.
  static constexpr std::chrono::minutes begins_before{5};

  /// Makes the directory, if it is not there, and a new authority in it for the cluster. An error if there is one.
  static expected create(const std::filesystem::path& directory, const std::string& cluster, time_point now);

  /// The authority of a directory.
  static tl::expected<certificate_authority, std::string> open(const std::filesystem::path& directory);

  /// Makes a new private key, and signs a certificate for its holder: `node-NAME.pem` and `.key` for a node, else
  /// `client-NAME.pem` and `.key`. Returns the certificate's file. An error if there is one already.
  expected issue(const identity& who, time_point now, std::chrono::hours valid_for) const;

  /// Signs anew what a certificate of this directory says, with a new private key. Returns the certificate's file.
  expected renew(const std::filesystem::path& certificate, time_point now, std::chrono::hours valid_for) const;

  /// Adds a certificate to `revocations.pem`: who shows it is not let in any more. Nodes need the file as well.
  expected revoke(const std::filesystem::path& certificate, time_point now) const;

  const std::string& cluster() const {
    return cluster_;
  }

private:
  certificate_authority(std::filesystem::path directory, std::string cluster)
    : directory_(std::move(directory)), cluster_(std::move(cluster)) {}

  expected write_signed(const std::vector<identity>& who, const std::filesystem::path& certificate, time_point now,
                        std::chrono::hours valid_for) const;

  std::filesystem::path directory_;
  std::string cluster_;
};

/// What a certificate says, for people.
struct certificate_summary {
  std::vector<identity> holders;
  /// Of a certificate that signs others: the cluster; else empty.
  std::string authority_of;
  std::string issuer;
  /// In hexadecimal digits.
  std::string serial;
  certificate_authority::time_point valid_from;
  certificate_authority::time_point valid_until;
};

/// Reads the first certificate of a file.
tl::expected<certificate_summary, std::string> summarise_certificate(const std::filesystem::path& file);

} // namespace ariadne
