#include "app/node/node_log.hpp"

#include "app/node/caught_streams.hpp"
#include "test/support/pipe_ends.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace node_log_test {

using namespace ariadne;
using namespace ariadne::test;

namespace {

/// A log with both its outputs in one pipe.
struct written_log {
  explicit written_log(log_format format = log_format::text, log_level least = log_level::info)
    : log(least, format, "a", "games", pipe.writer(), pipe.writer()) {}

  pipe_ends pipe;
  node_log log;
};

const std::filesystem::path source_directory{ARIADNE_CONFIG_DIR "/.."};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::set<std::string> all_matches(const std::string& text, const char* expression) {
  const std::regex pattern{expression};
  std::set<std::string> result;
  for (std::sregex_iterator match{text.begin(), text.end(), pattern}, end; match != end; ++match)
    result.insert((*match)[1]);
  return result;
}

/// What the table of docs/operations.md says.
std::map<std::string, std::set<std::string>> documented_fields() {
  const auto text = text_of(source_directory / "docs" / "operations.md");
  const std::regex row{"\n\\| `([a-z_]+)` \\| [^|\n]* \\|([^|\n]*)\\|(?=\n)"};
  std::map<std::string, std::set<std::string>> result;
  const auto table = text.substr(text.find("| event | when | fields |"));
  for (std::sregex_iterator match{table.begin(), table.end(), row}, end; match != end; ++match)
    result[(*match)[1]] = all_matches((*match)[2], "([a-z_]+)");
  return result;
}

struct told_event {
  std::string event;
  std::set<std::string> fields;
  /// Those that the sentence names.
  std::set<std::string> named;
};

/// What a source says in the log: from the name of each event to the end of the statement.
std::vector<told_event> events_told_in(const std::string& source) {
  std::vector<told_event> result;
  const std::regex name{"(say\\((?:event\\.)?key,[^;\"]*)?log_event::([a-z_]+),"};
  for (std::sregex_iterator match{source.begin(), source.end(), name}, end; match != end; ++match) {
    auto is_quoted = false;
    std::string statement;
    std::string sentence;
    for (auto at = (*match)[0].second; at != source.end() && (is_quoted || *at != ';'); ++at) {
      statement += *at;
      if (*at == '"' && *(at - 1) != '\\')
        is_quoted = !is_quoted;
      else if (is_quoted)
        sentence += *at;
    }
    auto fields = all_matches(statement, "\\{\"([a-z_]+)\",");
    // Of a session: see session_events.
    if ((*match)[1].matched)
      fields.insert({"kind", "id"});
    result.push_back({(*match)[2], std::move(fields), all_matches(sentence, "\\{([a-z_]+)\\}")});
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(node_log)

BOOST_FIXTURE_TEST_CASE(an_event_is_one_line_with_level_and_node, written_log) {
  log.sink()({log_level::debug, log_event::node_down, "not said"});
  log.sink()({log_level::warning, log_event::node_down, "node b is down"});
  const auto line = pipe.read_line();
  const std::string end = "Z warning a: node b is down";
  BOOST_TEST(line.ends_with(end), line);
  BOOST_TEST(line.size() == std::string{"2026-01-02T03:04:05.678"}.size() + end.size(), line);
}

BOOST_FIXTURE_TEST_CASE(an_event_stays_one_line_whatever_others_call_themselves, written_log) {
  log.sink()({log_level::info, log_event::node_down, "node \x1b[2J\r\n\xff"});
  BOOST_TEST(pipe.read_line().ends_with(" a: node \\x1b[2J\\r\\n\\xff"));
  log.sink()({log_level::info, log_event::node_down, std::string(100'000, 'x')});
  BOOST_TEST(pipe.read_line().size() < 2'200u);
}

BOOST_FIXTURE_TEST_CASE(announcements_and_complaints_stand_for_themselves, written_log) {
  log.announce("ariadne: node a of cluster c caught up");
  BOOST_TEST(pipe.read_line() == "ariadne: node a of cluster c caught up");
  log.complain("port 1 is in use");
  BOOST_TEST(pipe.read_line() == "ariadne: port 1 is in use");
}

BOOST_AUTO_TEST_CASE(what_libraries_print_comes_line_by_line) {
  std::vector<std::string> lines;
  {
    const caught_streams caught{[&](std::string_view line) { lines.emplace_back(line); }};
    std::cout << "*** unexpected " << 7 << std::endl << "second\nbegun";
    std::cerr << "error" << '\n';
    std::cout << ", ended\n";
  }
  BOOST_TEST(lines == (std::vector<std::string>{"*** unexpected 7", "second", "error", "begun, ended"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_line_for_programs_is_an_object_with_the_name_of_the_event) {
  written_log with{log_format::json};
  with.log.sink()({log_level::warning,
                   log_event::node_down,
                   "node {peer} has been down {times} times; {nothing} {",
                   {{"peer", "\"b\"\n\xff"}, {"times", 7u}, {"left_ms", -3}, {"share", 0.5}, {"is_known", true}}});
  auto line = nlohmann::json::parse(with.pipe.read_line());
  BOOST_TEST(line["time"].get<std::string>().size() == std::string{"2026-01-02T03:04:05.678Z"}.size());
  line.erase("time");
  BOOST_TEST(
    line
    == nlohmann::json(
      {{"level", "warning"},
       {"node", "a"},
       {"cluster", "games"},
       {"event", "node_down"},
       {"message", "node \"b\"\\n\\xff has been down 7 times; {nothing} {"},
       {"fields", {{"peer", "\"b\"\\n\\xff"}, {"times", 7}, {"left_ms", -3}, {"share", 0.5}, {"is_known", true}}}}));
}

BOOST_AUTO_TEST_CASE(a_line_for_the_journal_has_a_priority_and_no_time) {
  written_log with{log_format::journal, log_level::debug};
  with.log.sink()({log_level::error, log_event::replication_refused, "refused"});
  BOOST_TEST(with.pipe.read_line() == "<3>a: refused");
  with.log.sink()({log_level::debug, log_event::session_started, "started"});
  BOOST_TEST(with.pipe.read_line() == "<7>a: started");
}

BOOST_AUTO_TEST_CASE(who_does_not_write_an_event_does_not_pay_for_its_sentence) {
  const std::string name(100, 'b');
  const std::array fields{log_field{"peer", name}};
  const log_entry entry{log_level::debug, log_event::node_down, "node {peer} is down", fields};
  BOOST_TEST(std::get<std::string_view>(entry.fields.front().value).data() == name.data());
  BOOST_TEST(entry.message() == "node " + name + " is down");
}

BOOST_AUTO_TEST_CASE(each_event_has_a_name_of_its_own_which_the_documents_explain) {
  const auto documented = documented_fields();
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(last_log_event); ++i) {
    const auto name = to_text(static_cast<log_event>(i));
    BOOST_TEST(name != "unknown");
    BOOST_TEST(names.insert(name).second, name);
    BOOST_TEST(documented.contains(std::string{name}), name);
  }
}

BOOST_AUTO_TEST_CASE(each_field_of_an_event_is_documented_and_each_that_its_sentence_names_is_there) {
  const auto documented = documented_fields();
  std::map<std::string, std::set<std::string>> found;
  for (const auto* layer : {"actors", "ops", "app"})
    for (const auto& file : std::filesystem::recursive_directory_iterator{source_directory / layer})
      if (file.path().extension() == ".cpp" || file.path().extension() == ".hpp")
        for (const auto& told : events_told_in(text_of(file.path()))) {
          found[told.event].insert(told.fields.begin(), told.fields.end());
          for (const auto& name : told.named)
            BOOST_TEST(told.fields.contains(name), fmt::format("{}: {} in {}", told.event, name, file.path().string()));
        }
  for (const auto& [event, fields] : found)
    BOOST_TEST(fields == documented.at(event), fmt::format("{}: {}", event, fmt::join(fields, ", ")));
  BOOST_TEST(found.size() == documented.size());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace node_log_test
