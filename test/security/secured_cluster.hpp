#pragma once

// A cluster of the program whose connections are secured, and those who connect to it.

#include "actors/certificate_authority.hpp"
#include "actors/credentials.hpp"
#include "actors/error.hpp"
#include "actors/internal/node_messages.hpp"
#include "test/support/cluster_process.hpp"
#include "test/support/eventually.hpp"
#include "test/support/raw_connection.hpp"
#include "test/support/test_system.hpp"

#include <caf/actor_cast.hpp>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ariadne::test {

using clock = std::chrono::system_clock;
inline constexpr std::chrono::hours day{24};

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A directory with the certificates of a cluster.
struct certificate_directory {
  explicit certificate_directory(const std::string& cluster = "test") {
    BOOST_REQUIRE(certificate_authority::create(path(), cluster, clock::now()).has_value());
  }

  std::filesystem::path path() const {
    return directory.path() / "certs";
  }

  void issue(const identity& who, clock::time_point now = clock::now()) const {
    const auto made = certificate_authority::open(path()).value().issue(who, now, day);
    BOOST_REQUIRE_MESSAGE(made.has_value(), (made ? std::string{} : made.error()));
  }

  /// Who shows the certificate of this client, or operator, or observer, or of this node.
  raw_identity client(const std::string& name) const {
    return identity_of("client-" + name);
  }
  raw_identity node(const std::string& name) const {
    return identity_of("node-" + name);
  }

  std::string settings() const {
    return fmt::format("[security]\ndirectory = \"{}\"\n", path().string());
  }

  temporary_directory directory;

private:
  raw_identity identity_of(const std::string& file) const {
    return {true, path() / (file + ".pem"), path() / (file + ".key")};
  }
};

/// Nodes a and b, and a client of each role.
struct cluster_with_certificates {
  /// What the cluster file says of some clients, and of the cluster.
  explicit cluster_with_certificates(const std::string& clients = {}, const std::string& settings = {})
    : nodes({"a", "b"}, settings + certificates.settings() + clients) {
    for (const auto* node : {"a", "b"})
      certificates.issue({"test", role::node, node});
    certificates.issue({"test", role::operator_, "operator"});
    certificates.issue({"test", role::client, "client"});
    certificates.issue({"test", role::observer, "observer"});
    nodes.start("a");
    nodes.start("b");
  }

  run_result run(const std::string& node, const std::string& who, std::vector<std::string> arguments,
                 std::string_view input = {}) {
    return run_with(certificates.path(), node, who, std::move(arguments), input);
  }

  run_result run_with(const std::filesystem::path& directory, const std::string& node, const std::string& who,
                      std::vector<std::string> arguments, std::string_view input = {}) {
    arguments.insert(arguments.end(), {"--certificates", directory.string()});
    if (!who.empty())
      arguments.insert(arguments.end(), {"--as", who});
    return nodes.run(node, std::move(arguments), input);
  }

  /// Waits until the nodes see each other.
  void settle() {
    for (const auto* node : {"a", "b"})
      BOOST_TEST(eventually([&] {
        const auto status = run(node, "observer", {"status"});
        return status.exit_code == 0 && contains(status.out, "ago, caught up with,");
      }));
  }

  bool has_logged(const std::string& node, const std::string& text) {
    return eventually([&] { return nodes.log(node).find(text) != std::string::npos; });
  }

  certificate_directory certificates;
  cluster_process nodes;
};

/// Somebody with a certificate, and without our program: it can send whatever CAF can.
struct insider : test_system {
  insider(const cluster_with_certificates& cluster, const credential_files& files)
    : insider(cluster.nodes.port("a"), files) {
    handoff = ask<state_handoff_actor>(membership, handoff_atom_v);
  }
  insider(std::uint16_t port, const credential_files& files)
    : test_system(std::make_unique<test_config>(network_security{credentials::load(files).value()})),
      membership(caf::actor_cast<peer_membership_actor>(node_at({"127.0.0.1", port}))) {}

  /// Why a request is refused; empty if it is not.
  template <class Handle, class... Ts>
  std::string refusal(const Handle& whom, Ts... request) {
    std::string why;
    mail(self, std::move(request)...)
      .request(caf::actor_cast<caf::actor>(whom), patience)
      .receive([] {}, [&](caf::error& reason) { why = describe(reason); });
    return why;
  }

  /// Whether a request is refused since it is not for this role, before any actor has seen it.
  template <class Handle, class... Ts>
  bool is_refused(const Handle& whom, Ts... request) {
    caf::error why;
    mail(self, std::move(request)...)
      .request(caf::actor_cast<caf::actor>(whom), patience)
      .receive([] {}, [&](caf::error& reason) { why = std::move(reason); });
    return why == ec::refused
           && (contains(describe(why), "may not") || contains(describe(why), "and for nothing else"));
  }

  template <class Handle, class... Ts>
  void send(const Handle& whom, Ts... message) {
    mail(self, std::move(message)...).send(caf::actor_cast<caf::actor>(whom));
  }

  /// What was sent before has been looked at.
  bool is_served() {
    return bool{try_ask<node_status>(handoff, status_atom_v)};
  }

  peer_membership_actor membership;
  state_handoff_actor handoff;
};

} // namespace ariadne::test
