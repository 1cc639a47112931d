#include "session/news.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace ariadne::session::news_of_all_sessions_test {

namespace {

struct told_news {
  news_log log;
  std::vector<std::string> told;

  void add(const std::string& node) {
    log.add({news::type::host_gone, {node, 1}});
  }
  void tell(news_log::number& heard) {
    log.tell(heard, [&](const news& n) { told.push_back(n.host.node); });
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(news_of_all_sessions, told_news)

BOOST_AUTO_TEST_CASE(news_are_told_once_and_in_order) {
  news_log::number heard = 0;
  add("a");
  add("b");
  tell(heard);
  add("c");
  tell(heard);
  tell(heard);
  BOOST_TEST(told == (std::vector<std::string>{"a", "b", "c"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_session_that_is_new_hears_nothing_old) {
  add("a");
  auto heard = log.last();
  tell(heard);
  BOOST_TEST(told.empty());
}

BOOST_AUTO_TEST_CASE(what_all_have_heard_is_forgotten_and_the_rest_is_not) {
  news_log::number late = 0;
  add("a");
  log.tell(late, [](const news&) {});
  add("b");
  log.forget_up_to(1);
  BOOST_TEST(log.size() == 1u);
  BOOST_TEST(log.last() == 2u);
  tell(late);
  BOOST_TEST(told == std::vector<std::string>{"b"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::session::news_of_all_sessions_test
