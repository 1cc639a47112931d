// Clients that come and go leave no memory behind, with TLS and without.

#include "test/security/secured_cluster.hpp"
#include "test/support/measured.hpp"
#include "test/support/raw_frames.hpp"

#include "actors/internal/caf_edition_network.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include <sys/types.h>

namespace ariadne::test::coming_clients_test {

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// What one client after the other does at node a: each has a node id of its own, reads a key that is there, waits for
/// one that is not, watches the end of the actor that it asks, and goes without a word.
class coming_clients {
public:
  coming_clients(cluster_process& nodes, raw_identity who, test_system& writer, const state_handoff_actor& handoff)
    : nodes_(nodes), who_(std::move(who)), handoff_(handoff->id()),
      pickup_(detail::bytes_of(writer.system, caf::make_message(pickup_atom_v, std::string{"kept"}))),
      wait_(detail::bytes_of(writer.system, caf::make_message(pickup_atom_v, std::string{"none"},
                                                              wait_options{600'000, wait_end::arrival}))) {}

  void come(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      come();
  }

  /// How much memory the node has more after so many of them.
  double grown_by(std::size_t count) {
    const auto descriptors = nodes_.open_descriptors("a");
    const auto before = nodes_.resident_bytes("a");
    come(count);
    BOOST_TEST(eventually([&] { return nodes_.open_descriptors("a") <= descriptors; }));
    return (static_cast<double>(nodes_.resident_bytes("a")) - static_cast<double>(before)) / mebibyte;
  }

private:
  void come() {
    raw_connection client{nodes_.port("a"), who_};
    auto id = raw_node_id('c');
    const auto digits = raw_number(++met_, 4);
    std::copy(digits.begin(), digits.end(), id.end() - 4);
    const auto ids = id + client.read_node_id();
    client.send(raw_client_handshake(id) + bytes_of({.operation = 4, .size = ids.size(), .target = handoff_}) + ids
                + raw_message(wait_, 5, handoff_, normal_message | 1)
                + raw_message(pickup_, 5, handoff_, normal_message | 2));
    // The value, somewhere in what comes.
    std::string answer;
    while (answer.find("round 7") == std::string::npos) {
      const auto more = client.read(1);
      BOOST_REQUIRE(!more.empty());
      answer += more;
    }
  }

  cluster_process& nodes_;
  raw_identity who_;
  std::uint64_t handoff_;
  std::string pickup_;
  std::string wait_;
  std::uint64_t met_ = 0;
};

/// Clients of a node with certificates, or without.
double grown_by(std::size_t count, bool has_tls) {
  if (has_tls) {
    cluster_with_certificates cluster;
    BOOST_TEST(cluster.run("a", "client", {"stash", "kept"}, "round 7").exit_code == 0);
    insider writer{cluster, files_of_client(cluster.certificates.path(), "client")};
    coming_clients clients{cluster.nodes, cluster.certificates.client("client"), writer, writer.handoff};
    clients.come(count / 10);
    return clients.grown_by(count);
  }
  cluster_process nodes{{"a", "b"}};
  nodes.start("a");
  nodes.start("b");
  BOOST_TEST(nodes.run("a", {"stash", "kept"}, "round 7").exit_code == 0);
  test_system writer;
  const auto handoff = writer.ask<state_handoff_actor>(writer.node_at({"127.0.0.1", nodes.port("a")}), handoff_atom_v);
  coming_clients clients{nodes, {.has_tls = false}, writer, handoff};
  clients.come(count / 10);
  return clients.grown_by(count);
}

void check_that_nothing_is_left(std::size_t count, double mebibytes_max) {
  for (const auto has_tls : {true, false}) {
    const auto grown = grown_by(count, has_tls);
    measured(
      fmt::format("{} clients that come and go {} TLS, memory of the node grown", count, has_tls ? "with" : "without"),
      grown, "MiB");
    BOOST_TEST(grown < mebibytes_max);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(coming_clients)

BOOST_AUTO_TEST_CASE(clients_that_come_and_go_leave_no_memory_behind) {
  check_that_nothing_is_left(1'000, 4);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(coming_clients_nightly)

BOOST_AUTO_TEST_CASE(ten_thousand_clients_that_come_and_go_leave_no_memory_behind) {
  check_that_nothing_is_left(10'000, 8);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::coming_clients_test
