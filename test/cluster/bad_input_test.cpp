#include "actors/caf_edition.hpp"
#include "actors/internal/replica_messages.hpp"
#include "test/support/cluster_process.hpp"
#include "test/support/test_system.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <absl/strings/escaping.h>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace ariadne::test::bad_input_test {

using namespace std::string_literals;

namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int usage = 2;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_one_line(std::string_view text) {
  return std::count(text.begin(), text.end(), '\n') == 1 && text.back() == '\n';
}

/// Sends `bytes` to a port as a peer that speaks no protocol of ours, and waits for the node to hang up if it does.
void send_raw(std::uint16_t port, std::string_view bytes) {
  const auto peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  BOOST_REQUIRE(connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  // The node may hang up in the middle.
  send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  shutdown(peer, SHUT_WR);
  char answer[1024];
  while (recv(peer, answer, sizeof answer, 0) > 0)
    continue;
  close(peer);
}

struct two_nodes : cluster_process {
  two_nodes() : cluster_process({"a", "b"}, "key_bytes_max = 16\nvalue_bytes_max = 1000") {
    start("a");
    start("b");
    settle();
    BOOST_TEST(run("a", {"stash", "kept"}, "round 7").exit_code == done);
  }

  /// Whether both nodes are up, members of each other, and still have what was stashed at the beginning.
  bool unharmed() {
    settle();
    return run("a", {"pickup", "kept"}).out == "round 7" && eventually([this] {
             return run("b", {"pickup", "kept"}).out == "round 7";
           });
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(bad_input)

BOOST_FIXTURE_TEST_CASE(a_port_in_use_is_one_clear_line, two_nodes) {
  const auto second = run_ariadne({"node", "--cluster", file().string(), "--name", "a"});
  BOOST_TEST(second.exit_code == failed);
  BOOST_TEST(contains(second.err, std::to_string(port("a"))), second.err);
  BOOST_TEST(contains(second.err, "in use"), second.err);
  BOOST_TEST(is_one_line(second.err), second.err);
  BOOST_TEST(unharmed());
}

BOOST_FIXTURE_TEST_CASE(an_unknown_node_name_is_answered_with_those_that_the_file_has, two_nodes) {
  const auto unknown = run_ariadne({"node", "--cluster", file().string(), "--name", "z"});
  BOOST_TEST(unknown.exit_code == usage);
  BOOST_TEST(contains(unknown.err, "a, b"), unknown.err);
  BOOST_TEST(is_one_line(unknown.err), unknown.err);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_the_name_of_a_node_is_a_usage_error) {
  for (const auto& command : {std::vector<std::string>{"forget", ""}, {"forget", "a b"}, {"session", "cordon", ""}}) {
    auto arguments = command;
    arguments.insert(arguments.end(), {"--node", "127.0.0.1:1"});
    const auto answer = run_ariadne(arguments);
    BOOST_TEST(answer.exit_code == usage);
    BOOST_TEST(answer.err.starts_with("ariadne: NODE: "), answer.err);
  }
}

BOOST_AUTO_TEST_CASE(a_cluster_file_that_is_none_is_one_clear_line) {
  const temporary_directory directory;
  const auto refused = [&](const std::filesystem::path& file, std::string_view why) {
    const auto node = run_ariadne({"node", "--cluster", file.string(), "--name", "a"});
    BOOST_TEST(node.exit_code == usage);
    BOOST_TEST(contains(node.err, why), node.err);
    BOOST_TEST(is_one_line(node.err), node.err);
    BOOST_TEST(node.err.size() < 1'000u);
  };
  const auto holding = [&](std::string_view text) {
    const auto file = directory.path() / "cluster.toml";
    write_file(file, text);
    return file;
  };
  refused(directory.path(), "Is a directory");
  refused("/dev/zero", "no regular file");
  const auto pipe = directory.path() / "pipe";
  BOOST_REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  refused(pipe, "no regular file");
  refused(directory.path() / "\x1b[2J\n", "\\x1b[2J\\n: cannot be read");
  refused(holding(std::string((1u << 20) + 1, '#')), "more than 1048576 bytes");
  std::string dotted{"a"};
  for (auto i = 0; i < 100'000; ++i)
    dotted += ".a";
  refused(holding("[cluster]\n" + dotted + " = 1\n"), "cluster.toml:2:32: this is nested more than 16 levels deep");
  refused(holding("[cluster]\nname = \"a\0b\"\n"s), "cluster.toml:2:10: ");
  refused(holding("[cluster]\n\"\\u001b[2J\\n\" = 1\n"), R"(unknown key "\x1b[2J\n")");
}

BOOST_AUTO_TEST_CASE(a_node_of_another_cluster_is_refused_by_both_sides_with_the_reason_in_both_logs) {
  cluster_process cluster{{"a", "b"}};
  const temporary_directory directory;
  const auto foreign_file = directory.path() / "foreign.toml";
  auto text = read_file(cluster.file());
  text.replace(text.find("\"test\""), 6, "\"other\"");
  write_file(foreign_file, text);

  cluster.start("a");
  BOOST_TEST(cluster.run("a", {"stash", "kept"}, "round 7").exit_code == done);
  cluster.start("b", foreign_file);
  for (const auto* node : {"a", "b"})
    BOOST_TEST(eventually([&] {
      const auto log = cluster.log(node);
      return contains(log, "refuse") && contains(log, "cluster") && contains(log, "test") && contains(log, "other");
    }));
  for (const auto* node : {"a", "b"})
    BOOST_TEST(eventually([&] {
      const auto status = cluster.client(node).status();
      return status && status->replica.neighbours == 0;
    }));
  BOOST_TEST(cluster.run("a", {"pickup", "kept"}).out == "round 7");
  BOOST_TEST(cluster.run("b", {"keys"}).out == "");
}

BOOST_FIXTURE_TEST_CASE(a_key_over_the_limit_is_refused, two_nodes) {
  BOOST_TEST(run("a", {"stash", std::string(16, 'k')}, "value").exit_code == done);
  const auto refused = run("a", {"stash", std::string(17, 'k')}, "value");
  BOOST_TEST(refused.exit_code == failed);
  BOOST_TEST(contains(refused.err, "key is too long"), refused.err);
  BOOST_TEST(is_one_line(refused.err), refused.err);
  BOOST_TEST(run("a", {"stash", ""}, "value").exit_code == failed);
  BOOST_TEST(unharmed());
}

BOOST_FIXTURE_TEST_CASE(a_key_of_any_bytes_is_shown_so_that_it_can_be_typed_again, two_nodes) {
  const std::string typed = R"(a\nb\x00\x1b[2J\xff\\)";
  const std::string bytes{"a\nb\0\x1b[2J\xff\\", 10};
  BOOST_TEST(run("a", {"stash", "-e", typed}, "value").exit_code == done);
  BOOST_TEST(run("a", {"keys"}).out == typed + "\nkept\n");
  BOOST_TEST(run("a", {"keys", "-e", R"(a\n)"}).out == typed + "\n");
  BOOST_TEST(run("a", {"pickup", "-e", typed}).out == "value");

  const auto listed = nlohmann::json::parse(run("a", {"keys", "--json"}).out);
  BOOST_REQUIRE(listed.size() == 2u);
  std::string decoded;
  BOOST_TEST(absl::Base64Unescape(listed[0].at("key_base64").get<std::string>(), &decoded));
  BOOST_TEST((decoded == bytes));
  BOOST_TEST(listed[1] == "kept");

  const auto missing = run("a", {"pickup", "x\x1b[2J\nb: done"});
  BOOST_TEST(missing.err
             == R"(ariadne: there is nothing under x\x1b[2J\nb: done)"
                "\n");
  BOOST_TEST(unharmed());
}

BOOST_FIXTURE_TEST_CASE(each_event_is_one_line_whatever_the_key, two_nodes) {
  child_process watch{{ARIADNE_PROGRAM, "watch", "--node", "127.0.0.1:" + std::to_string(port("a"))},
                      {.out = directory() / "watched", .err = directory() / "watched"}};
  const auto watched = [this] { return read_file(directory() / "watched"); };
  // Whether it watches yet, is seen by what it shows.
  BOOST_TEST(eventually([&] { return run("a", {"stash", "k"}, "value").exit_code == done && !watched().empty(); }));
  BOOST_TEST(run("a", {"stash", "k\nnode left\x1b["}, "value").exit_code == done);
  BOOST_TEST(eventually([&] { return contains(watched(), R"(stashed k\nnode left\x1b[ (event )"); }), watched());
  BOOST_TEST(!contains(watched(), "\x1b"));
}

BOOST_FIXTURE_TEST_CASE(a_message_that_nobody_expects_is_not_printed, two_nodes) {
  test_system stranger;
  const auto membership = stranger.node_at({host("a"), port("a")});
  mail(stranger.self, std::string{"x\x1b[2J\nariadne: done"}).send(caf::actor_cast<caf::actor>(membership));
  // It has been handled once the next one is answered.
  stranger.ask<state_handoff_actor>(membership, handoff_atom_v);
  for (const auto& printed : {log("a"), output("a")}) {
    BOOST_TEST(!contains(printed, "unexpected message"));
    BOOST_TEST(!contains(printed, "\x1b"));
    BOOST_TEST(!contains(printed, "\nariadne: done"));
  }
  BOOST_TEST(unharmed());
}

BOOST_FIXTURE_TEST_CASE(a_value_over_the_limit_is_refused_and_does_not_replace_the_one_before, two_nodes) {
  const auto refused = run("a", {"stash", "kept"}, std::string(1001, 'v'));
  BOOST_TEST(refused.exit_code == failed);
  BOOST_TEST(contains(refused.err, "value is too long"), refused.err);
  BOOST_TEST(is_one_line(refused.err), refused.err);
  BOOST_TEST(unharmed());
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_speaks_another_protocol_does_no_harm, two_nodes) {
  send_raw(port("a"), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  send_raw(port("a"), std::string(100, '\xff'));
  send_raw(port("a"), std::string(100, '\0'));
  send_raw(port("a"), "");
  BOOST_TEST(unharmed());
}

BOOST_FIXTURE_TEST_CASE(a_replica_refuses_frames_that_are_garbage_and_says_so_in_the_log, two_nodes) {
  constexpr std::uint32_t seed = 17;
  std::mt19937 random{seed};
  test_system stranger;
  const auto handoff = stranger.ask<state_handoff_actor>(stranger.node_at({host("a"), port("a")}), handoff_atom_v);
  const auto replica = stranger.ask<neighbour>(caf::actor_cast<node_handoff_actor>(handoff), replica_atom_v).handle;
  for (const std::size_t size : {0u, 1u, 10u, 100u, 10'000u}) {
    std::string garbage(size, '\0');
    std::generate(garbage.begin(), garbage.end(), [&] { return static_cast<char>(random()); });
    mail(stranger.self, sync_frame{garbage}).send(caf::actor_cast<caf::actor>(replica));
  }
  BOOST_TEST(eventually([&] { return contains(log("a"), "refuse"); }));
  BOOST_TEST(unharmed());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::bad_input_test
