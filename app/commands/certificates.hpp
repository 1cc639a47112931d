#pragma once

#include "actors/identity.hpp"
#include "app/commands/command.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace ariadne {

/// A command of `ariadne certificates`: makes or shows certificates, and says in one line what it has made.
struct certificates_command : command {
  void check() override;

  std::string directory;

protected:
  /// Adds --dir.
  void add_directory(CLI::App& sub);
  /// Adds --days.
  void add_days(CLI::App& sub);
  /// For how long what is signed is valid.
  std::chrono::hours valid_for() const {
    return std::chrono::hours{24} * days_;
  }

private:
  int days_ = 397;
};

/// `ariadne certificates init`: makes the authority of a cluster.
struct certificates_init_command final : certificates_command {
  CLI::App* declare(CLI::App& parent) override;
  exit_code run() const override;

  std::string cluster;
};

/// `ariadne certificates node`: makes keys and certificates of nodes.
struct certificates_node_command final : certificates_command {
  CLI::App* declare(CLI::App& parent) override;
  exit_code run() const override;

  std::vector<std::string> names;
};

/// `ariadne certificates client`: makes the key and the certificate of a client, an operator or an observer.
struct certificates_client_command final : certificates_command {
  CLI::App* declare(CLI::App& parent) override;
  exit_code run() const override;

  std::string name;
  role is = role::client;
};

/// `ariadne certificates show`: shows what a certificate says.
struct certificates_show_command final : command {
  CLI::App* declare(CLI::App& parent) override;
  exit_code run() const override;

  std::string file;
  bool json = false;
};

/// `ariadne certificates renew`: signs certificates anew, with new keys.
struct certificates_renew_command final : certificates_command {
  CLI::App* declare(CLI::App& parent) override;
  exit_code run() const override;

  std::vector<std::string> files;
};

/// `ariadne certificates revoke`: adds certificates to the list of those that are let in no more.
struct certificates_revoke_command final : certificates_command {
  CLI::App* declare(CLI::App& parent) override;
  exit_code run() const override;

  std::vector<std::string> files;
};

} // namespace ariadne
