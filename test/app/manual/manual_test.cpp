#include "app/manual/completion.hpp"
#include "app/manual/man_page.hpp"

#include "test/support/child_process.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <functional>

namespace manual_test {

using namespace ariadne;
using namespace ariadne::manual;

namespace {

const edition today{"1.2.3", "2026-11-29"};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Every command of the program, and the program.
void for_each(const described_command& command, const std::function<void(const described_command&)>& visit) {
  visit(command);
  for (const auto& sub : command.commands)
    for_each(sub, visit);
}

std::string example_file() {
  return test::read_file(ARIADNE_CONFIG_DIR "/example.toml");
}

/// The program ends with 0 and says nothing when it reads the text.
void check_is_accepted(std::vector<std::string> command, const std::string& text) {
  const test::temporary_directory directory;
  const auto file = (directory.path() / "text").string();
  std::ofstream{file} << text;
  command.push_back(file);
  const auto result = test::run_to_end(command);
  BOOST_TEST(result.exit_code == 0, result.out + result.err);
  BOOST_TEST(result.out + result.err == "");
}

/// What bash would offer.
std::string completed(const std::string& typed) {
  const test::temporary_directory directory;
  const auto file = (directory.path() / "ariadne").string();
  std::ofstream{file} << bash_completion(describe_program());
  return test::run_to_end({"/bin/bash", "-c",
                           "source \"$0\"; COMP_WORDS=(ariadne " + typed
                             + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _ariadne; echo -n \"${COMPREPLY[*]}\"",
                           file})
    .out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(manual)

BOOST_AUTO_TEST_CASE(notes_are_paragraphs_and_what_is_indented_in_them_a_table) {
  const described_command command{.path = {"ariadne", "play"},
                                  .description = "Play",
                                  .remarks = "Each line\nbegins a part:\n  drain  no move\nEnds.",
                                  .options = {},
                                  .commands = {}};
  BOOST_TEST(
    has(man_page(command, today), ".SH NOTES\nEach line\nbegins a part:\n.nf\n  drain  no move\n.fi\n.PP\nEnds.\n"),
    man_page(command, today));
}

BOOST_AUTO_TEST_CASE(each_command_has_a_page_with_all_its_options_and_names_the_commands_below_it) {
  std::size_t pages = 0;
  for_each(describe_program(), [&](const described_command& command) {
    const auto page = man_page(command, today);
    ++pages;
    for (const auto& option : command.options)
      BOOST_TEST(has(page, as_roff(option.names.back())), page_name(command) + " " + option.names.back());
    for (const auto& sub : command.commands)
      BOOST_TEST(has(page, as_roff(page_name(sub))), page_name(sub));
    check_is_accepted({"/usr/bin/mandoc", "-T", "lint", "-W", "warning"}, page);
  });
  BOOST_TEST(pages > 15u);
}

BOOST_AUTO_TEST_CASE(the_page_of_the_cluster_file_has_every_key_once_below_its_table) {
  const auto page = file_page(example_file(), today);
  for (const auto* key :
       {"[cluster]", "key_bytes_max = 1_024", "minority = ", "[minotaur]", "[[node]]", "port = 4101", "neighbours = "})
    BOOST_TEST(has(page, as_roff(key)), key);
  BOOST_TEST(!has(page, "4102"));
  check_is_accepted({"/usr/bin/mandoc", "-T", "lint", "-W", "warning"}, page);
}

BOOST_AUTO_TEST_CASE(the_page_of_the_metrics_has_each_of_the_table_in_the_documents) {
  const auto document = test::read_file(ARIADNE_CONFIG_DIR "/../docs/operations.md");
  const auto page = metrics_page(document, today);
  std::size_t metrics = 0;
  for (auto at = document.find("\n| `ariadne_"); at != std::string::npos; at = document.find("\n| `ariadne_", at + 1)) {
    const auto begin = at + std::string_view{"\n| `"}.size();
    const auto name = document.substr(begin, document.find('`', begin) - begin);
    // Commands stand in a table as well.
    if (name.find(' ') != std::string::npos)
      continue;
    ++metrics;
    BOOST_TEST(has(page, ".TP\n\\fB" + as_roff(name) + "\\fR"), name);
  }
  BOOST_TEST(metrics > 60u);
  for (const auto* part : {" {peer, reason}\n", "\\fBprocess_threads\\fR\nthreads.\n", ".SH ALERTS\n"})
    BOOST_TEST(has(page, part), part);
  for (const auto* markdown : {"](", "`", "**", "|"})
    BOOST_TEST(!has(page, markdown), markdown);
  check_is_accepted({"/usr/bin/mandoc", "-T", "lint", "-W", "warning"}, page);
}

BOOST_AUTO_TEST_CASE(a_command_with_commands_below_it_may_be_run_itself) {
  const described_command command{
    .path = {"ariadne", "load"},
    .description = "Make requests",
    .remarks = {},
    .options = {{.names = {"OPERATION"}, .value = {}, .description = {}, .is_argument = true, .variable = {}}},
    .commands = {
      {.path = {"ariadne", "load", "play"}, .description = "Play", .remarks = {}, .options = {}, .commands = {}}}};
  BOOST_TEST(has(man_page(command, today), "\\fBariadne load\\fR [\\fIOPTION\\fR]... \\fIOPERATION\\fR\n.br\n"
                                           "\\fBariadne load\\fR \\fICOMMAND\\fR\n"),
             man_page(command, today));
}

BOOST_AUTO_TEST_CASE(nothing_in_a_text_is_taken_for_a_request_or_an_escape) {
  BOOST_TEST(as_roff(".so /etc/passwd\n'x \\n -e") == "\\&.so /etc/passwd\n\\&\\(aqx \\en \\-e");
}

BOOST_AUTO_TEST_CASE(bash_completes_commands_and_options_where_they_are_expected) {
  BOOST_TEST(completed("ses") == "sessions session");
  BOOST_TEST(completed("session st") == "start stop");
  BOOST_TEST(completed("--node 127.0.0.1:4100 stash --conc") == "--concern");
  BOOST_TEST(completed("stash --concern ''") == "");
  BOOST_TEST(has(completed("''"), "pickup"));
}

BOOST_AUTO_TEST_CASE(the_shells_accept_their_completions) {
  const auto program = describe_program();
  check_is_accepted({"/bin/bash", "-n"}, bash_completion(program));
  check_is_accepted({"/usr/bin/zsh", "-n"}, zsh_completion(program));
  check_is_accepted({"/usr/bin/fish", "-n"}, fish_completion(program));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace manual_test
