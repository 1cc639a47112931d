#include "membership/view_reports.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace view_reports_test {

using namespace ariadne::membership;
using namespace std::chrono_literals;

namespace {

/// The name of the suite is that of the class.
using reports_of_node = ariadne::membership::view_reports;

const instant start{1h};

/// A node that knows `b`.
struct reporting_node {
  reporting_node() {
    table.list("b", "b:1", 0);
    life.up("b", 7, start);
  }

  /// The link to `b` breaks again and again.
  void shake() {
    for (std::size_t i = 0; i < link_losses::many; ++i)
      life.losses("b")->lost(start);
  }

  std::vector<report> take() {
    std::vector<report> result;
    for (auto& command : std::exchange(commands, {}))
      result.push_back(std::get<report>(std::move(command)));
    return result;
  }

  std::vector<view_command> commands;
  node_table table;
  liveness life{{100ms, 500ms}, {start, 0us}};
  reports_of_node reports{table, life, commands};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(view_reports, reporting_node)

BOOST_AUTO_TEST_CASE(a_loss_is_told_with_its_reason_its_cause_and_the_address) {
  reports.note_cause("b", loss_cause::silence);
  reports.lost("b", "no sign of life", start);
  const auto told = take();
  BOOST_TEST_REQUIRE(told.size() == 1u);
  BOOST_TEST((told[0].about == report::subject::down));
  BOOST_TEST(told[0].text == "no sign of life");
  BOOST_TEST(told[0].address == "b:1");
  BOOST_TEST((told[0].cause == loss_cause::silence));
}

BOOST_AUTO_TEST_CASE(only_the_cause_of_the_last_loss_counts) {
  reports.note_cause("b", loss_cause::silence);
  reports.note_cause("b", loss_cause::connection);
  reports.lost("b", "closed", start);
  BOOST_TEST((take().at(0).cause == loss_cause::connection));
}

BOOST_AUTO_TEST_CASE(losses_of_a_link_that_breaks_again_and_again_are_not_told_one_by_one) {
  shake();
  BOOST_TEST(reports.is_unsteady("b"));
  reports.lost("b", "closed", start);
  reports.lost("b", "closed", start);
  const auto told = take();
  BOOST_TEST_REQUIRE(told.size() == 1u);
  BOOST_TEST((told[0].about == report::subject::unsteady));
}

BOOST_AUTO_TEST_CASE(a_link_that_is_steady_again_is_told_as_it_stands) {
  reports.steady("b");
  BOOST_TEST((take().at(0).about == report::subject::down));
  table.up("b", "b:1", 7, 0);
  reports.steady("b");
  BOOST_TEST(take().at(0).text == "is up, and the link to it holds again");
  reports.steady("nobody");
  BOOST_TEST(take().empty());
}

BOOST_AUTO_TEST_CASE(a_claimant_of_the_name_is_told_once) {
  reports.name_claimed("a", "x:1");
  reports.name_claimed("a", "x:1");
  BOOST_TEST(take().size() == 1u);
  reports.name_claimed("a", "y:1");
  BOOST_TEST(take().at(0).address == "y:1");
}

BOOST_AUTO_TEST_CASE(losses_are_no_news_once_this_node_leaves) {
  reports.leave();
  reports.lost("b", "closed", start);
  reports.steady("b");
  BOOST_TEST(take().empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace view_reports_test
