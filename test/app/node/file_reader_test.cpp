#include "app/node/file_reader.hpp"

#include "test/support/child_process.hpp"
#include "test/support/pipe_ends.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace file_reader_test {

using namespace ariadne;
using namespace ariadne::test;

namespace {

/// The reader of node a, and what it writes into the log.
struct file_of_a {
  void write(const std::string& text) const {
    std::ofstream{path} << text;
  }

  void read(const std::string& text) {
    write(text);
    reader.read_again();
  }

  const std::string nodes = "[cluster]\nname = \"games\"\n[[node]]\nname = \"a\"\nport = 4101\n";
  const std::string node_b = "[[node]]\nname = \"b\"\nport = 4102\n";
  temporary_directory directory;
  std::string path = (directory.path() / "cluster.toml").string();
  std::vector<seed_node> listed;
  pipe_ends pipe;
  node_log log{log_level::info, log_format::text, "a", "games", pipe.writer(), pipe.writer()};
  file_reader reader{(write(nodes), path), load_program_config(path).value(), "a", log,
                     [this](const std::vector<seed_node>& seeds) { listed = seeds; }};
};

bool has(const std::string& line, const std::string& part) {
  return line.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(file_reader, file_of_a)

BOOST_AUTO_TEST_CASE(nodes_that_are_listed_later_count_at_once_but_for_a_majority) {
  read(nodes + node_b);
  BOOST_REQUIRE(listed.size() == 2u);
  BOOST_TEST(listed.back().name == "b");
  BOOST_TEST(listed.back().address.port == 4102);
  BOOST_TEST(has(pipe.read_line(), "has changed: [[node]] b name, [[node]] b port"));
  const auto later = pipe.read_line();
  BOOST_TEST(later.ends_with("from the next start of this node on: which nodes count for a majority"), later);
}

BOOST_AUTO_TEST_CASE(what_needs_a_restart_is_said_each_time_until_it_is_as_before) {
  const std::string timeout = "[cluster]\ndrain_timeout = \"9s\"\n" + nodes.substr(std::string{"[cluster]\n"}.size());
  for (const auto& text : {timeout, timeout + "# the same\n"}) {
    read(text);
    BOOST_TEST(has(pipe.read_line(), "SIGHUP: "));
    const auto later = pipe.read_line();
    BOOST_TEST(later.ends_with("from the next start of this node on: [cluster] drain_timeout"), later);
  }
  read(nodes);
  BOOST_TEST(has(pipe.read_line(), "has changed: [cluster] drain_timeout"));
  read(nodes);
  BOOST_TEST(has(pipe.read_line(), "has not changed"));
}

BOOST_AUTO_TEST_CASE(the_level_of_the_log_counts_at_once) {
  read("[cluster]\nlog_level = \"debug\"\n" + nodes.substr(std::string{"[cluster]\n"}.size()));
  BOOST_TEST(has(pipe.read_line(), "has changed: [cluster] log_level"));
  log.sink()({log_level::debug, log_event::node_down, "said now"});
  BOOST_TEST(has(pipe.read_line(), "said now"));
}

BOOST_AUTO_TEST_CASE(what_clients_may_name_counts_at_once_in_a_node_with_certificates) {
  const auto limited =
    nodes + "[security]\ndirectory = \"certs\"\n[security.clients]\nshop = { prefixes = [\"shop_\"] }\n";
  const auto unlimited = nodes + "[security]\ndirectory = \"certs\"\n";
  const auto prefixes = std::make_shared<client_prefixes>();
  ariadne::file_reader secured{(write(unlimited), path),
                               load_program_config(path).value(),
                               "a",
                               log,
                               [](const std::vector<seed_node>&) {},
                               prefixes};
  write(limited);
  secured.read_again();
  BOOST_TEST(has(pipe.read_line(), "has changed: [security] clients"));
  BOOST_REQUIRE(prefixes->of("shop") != nullptr);
  BOOST_TEST(!prefixes->of("shop")->cover("bank_1"));
  write(unlimited);
  secured.read_again();
  BOOST_TEST(has(pipe.read_line(), "has changed: [security] clients"));
  BOOST_TEST(prefixes->of("shop") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_wrong_changes_nothing_and_says_where) {
  read(nodes + "[[node]]\nname = \"a\"\nport = 4102\n");
  const auto line = pipe.read_line();
  BOOST_TEST(has(line, "cluster.toml:7:"), line);
  BOOST_TEST(line.ends_with("what was read before still holds"), line);
  BOOST_TEST(listed.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace file_reader_test
