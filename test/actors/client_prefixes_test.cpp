#include "actors/client_prefixes.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>

namespace client_prefixes_test {

using namespace ariadne;

BOOST_AUTO_TEST_SUITE(client_prefixes)

namespace {

/// The suite hides its name.
using limits_of_clients = ariadne::client_prefixes;

} // namespace

BOOST_AUTO_TEST_CASE(what_begins_with_a_prefix_is_covered_and_nothing_else) {
  const key_prefixes two{{"shop_", "cart_"}};
  BOOST_TEST(two.cover("shop_"));
  BOOST_TEST(two.cover("cart_17"));
  BOOST_TEST(!two.cover("shop"));
  BOOST_TEST(!two.cover(""));
  BOOST_TEST(!two.cover("Shop_1"));
  BOOST_TEST(!two.cover("my_shop_"));
  const key_prefixes none{{}};
  BOOST_TEST(!none.cover(""));
  BOOST_TEST(!none.cover("shop_"));
}

BOOST_AUTO_TEST_CASE(prefixes_are_told_in_words) {
  BOOST_TEST(key_prefixes{{}}.in_words() == "nothing");
  BOOST_TEST(key_prefixes{{"a"}}.in_words() == "what begins with \"a\"");
  BOOST_TEST((key_prefixes{{"a", "b"}}.in_words() == "what begins with \"a\" or \"b\""));
  BOOST_TEST((key_prefixes{{"a", "b", "c"}}.in_words() == "what begins with \"a\", \"b\" or \"c\""));
}

BOOST_AUTO_TEST_CASE(a_client_that_is_not_listed_may_name_all) {
  const limits_of_clients limits{{{"shop", {"shop_"}}}};
  BOOST_TEST(limits.of("bank") == nullptr);
  BOOST_REQUIRE(limits.of("shop") != nullptr);
  BOOST_TEST(!limits.of("shop")->cover("bank_1"));
  BOOST_TEST(client_limit{}.now() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_replaced_counts_at_once) {
  const auto limits = std::make_shared<limits_of_clients>();
  const client_limit shop{limits, "shop"};
  const auto version = limits->version();
  BOOST_TEST(shop.now() == nullptr);
  limits->replace({{"shop", {"shop_"}}});
  BOOST_TEST(limits->version() != version);
  BOOST_REQUIRE(shop.now() != nullptr);
  BOOST_TEST(!shop.now()->cover("bank_1"));
  limits->replace({});
  BOOST_TEST(shop.now() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_limit_has_shrunk_once_when_something_is_taken_from_it) {
  const auto limits = std::make_shared<limits_of_clients>();
  client_limit shop{limits, "shop"};
  BOOST_TEST(!shop.has_shrunk());
  limits->replace({{"bank", {"bank_"}}});
  BOOST_TEST(!shop.has_shrunk());
  limits->replace({{"shop", {"shop_", "cart_"}}});
  BOOST_TEST(shop.has_shrunk());
  BOOST_TEST(!shop.has_shrunk());
  // In another way, and more besides.
  limits->replace({{"shop", {"cart_", "s"}}});
  BOOST_TEST(!shop.has_shrunk());
  limits->replace({{"shop", {"cart_", "shop_"}}});
  BOOST_TEST(shop.has_shrunk());
  limits->replace({{"shop", {}}});
  BOOST_TEST(shop.has_shrunk());
  limits->replace({});
  BOOST_TEST(!shop.has_shrunk());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace client_prefixes_test
