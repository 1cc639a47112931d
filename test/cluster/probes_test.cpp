#include "test/support/cluster_process.hpp"
#include "test/support/eventually.hpp"
#include "test/support/raw_connection.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

// What an orchestrator asks nodes for by HTTP.

namespace ariadne::test::probes_test {

namespace {

constexpr int done = 0;

/// The nodes a, b and c, all of which run, and can be looked at.
class probed_nodes {
public:
  explicit probed_nodes(std::string_view settings = {}) : nodes_({"a", "b", "c"}, settings) {
    for (const auto* name : {"a", "b", "c"})
      nodes_.add(
        name, {{ARIADNE_PROGRAM, "node", "--cluster", nodes_.file().string(), "--name", name, "--admin", "127.0.0.1:0"},
               {nodes_.host(name), nodes_.port(name)}});
    for (const auto* name : {"a", "b", "c"})
      nodes_.start(name);
    nodes_.settle();
  }

  cluster_process* operator->() {
    return &nodes_;
  }

  std::string get(const std::string& node, const std::string& target) const {
    raw_connection connection{admin_port(node), {.has_tls = false}};
    connection.send(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", target));
    constexpr std::size_t bytes_max = 1 << 20;
    return connection.read(bytes_max);
  }

  bool answers(const std::string& node, const std::string& target, int status) const {
    return get(node, target).starts_with(fmt::format("HTTP/1.1 {} ", status));
  }

private:
  /// It chooses another one whenever it starts.
  std::uint16_t admin_port(const std::string& node) const {
    static constexpr std::string_view mark = "admin: http://127.0.0.1:";
    const auto log = nodes_.log(node);
    return static_cast<std::uint16_t>(std::stoi(log.substr(log.rfind(mark) + mark.size())));
  }

  cluster_process nodes_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(probes)

BOOST_AUTO_TEST_CASE(nodes_that_restart_one_by_one_become_ready_although_another_one_is_dead) {
  probed_nodes nodes;
  nodes->kill("c");
  // No moment of its death makes the others unfit.
  const auto sees_that_it_is_down = [&] {
    const auto ready = nodes.get("a", "/readyz");
    BOOST_TEST(ready.starts_with("HTTP/1.1 200 "), ready);
    return nodes.get("a", "/metrics").find("\nariadne_members{state=\"down\"} 1\n") != std::string::npos;
  };
  BOOST_TEST(eventually(sees_that_it_is_down));
  for (const auto& [restarted, other] : {std::pair{"a", "b"}, std::pair{"b", "a"}}) {
    BOOST_TEST(nodes->stop(restarted) == done);
    BOOST_TEST(eventually([&, o = other] { return nodes.answers(o, "/readyz", 200); }), nodes.get(other, "/readyz"));
    nodes->start(restarted);
    BOOST_TEST(eventually([&, r = restarted] { return nodes.answers(r, "/readyz", 200); }),
               nodes.get(restarted, "/readyz"));
    BOOST_TEST(nodes.answers(restarted, "/livez", 200));
    const auto waited = nodes->run(restarted, {"wait", "ready", "--json"});
    BOOST_TEST(waited.exit_code == done);
    BOOST_TEST(waited.out.starts_with("{\"is_so\":true,\"waited_ms\":"), waited.out);
  }
  BOOST_TEST(nodes.get("a", "/metrics").find("\nariadne_members{state=\"down\"} 1\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_node_without_a_majority_is_alive_and_not_ready_until_there_is_one) {
  probed_nodes nodes{"minority = \"pause\""};
  BOOST_TEST(eventually([&] { return nodes.answers("a", "/readyz", 200); }), nodes.get("a", "/readyz"));
  nodes->kill("b");
  nodes->kill("c");
  const auto says_why = [&] {
    const auto ready = nodes.get("a", "/readyz");
    return ready.starts_with("HTTP/1.1 503 ") && ready.find("\npaused: no, ") != std::string::npos;
  };
  BOOST_TEST(eventually(says_why), nodes.get("a", "/readyz"));
  BOOST_TEST(nodes.answers("a", "/livez", 200));
  nodes->start("b");
  for (const auto* node : {"a", "b"})
    BOOST_TEST(eventually([&] { return nodes.answers(node, "/readyz", 200); }), nodes.get(node, "/readyz"));
}

BOOST_AUTO_TEST_CASE(what_an_alert_waits_for_is_counted_before_it_happens) {
  probed_nodes nodes;
  const auto metrics = nodes.get("a", "/metrics");
  for (const auto* line :
       {"ariadne_session_losses_total{kind=\"minotaur\"} 0", "ariadne_session_strandings_total{kind=\"minotaur\"} 0",
        "ariadne_restarts_total{child=\"handoff\"} 0", "ariadne_restarts_total{child=\"membership\"} 0",
        "ariadne_session_doubles_total 0", "ariadne_replication_divergences_total 0"})
    BOOST_TEST(metrics.find(fmt::format("\n{}\n", line)) != std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_drained_is_alive_and_not_ready) {
  probed_nodes nodes;
  BOOST_TEST(nodes->run("a", {"drain", "b"}).exit_code == done);
  BOOST_TEST(nodes.get("b", "/readyz").find("\ndraining: no, ") != std::string::npos);
  BOOST_TEST(nodes.answers("b", "/livez", 200));
  BOOST_TEST(nodes.answers("a", "/readyz", 200));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::probes_test
