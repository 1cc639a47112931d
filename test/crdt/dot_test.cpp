#include "crdt/dot.hpp"

#include "test/support/crdt_values.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace dot_test {

using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(dot)

using ariadne::crdt::replica_id;
using ariadne::crdt::replica_id_from_string;

BOOST_AUTO_TEST_CASE(a_replica_id_is_sixteen_hexadecimal_digits) {
  BOOST_TEST(to_string(replica_id{0x0123456789abcdef}) == "0123456789abcdef");
  BOOST_TEST(to_string(replica_id{1}) == "0000000000000001");
  BOOST_TEST(to_string(ariadne::crdt::dot{a, 42}) == "000000000000000a:42");
}

BOOST_AUTO_TEST_CASE(the_text_of_a_replica_id_is_read_back) {
  for (auto id : {replica_id{1}, replica_id{0x0123456789abcdef}, replica_id{~0ull}})
    BOOST_TEST(replica_id_from_string(to_string(id)) == id);
}

BOOST_DATA_TEST_CASE(any_other_text_is_nobody,
                     boost::unit_test::data::make<std::string>({"", "1", "0123456789abcde", "0123456789abcdef0",
                                                                "0123456789abcdeg", " 123456789abcdef",
                                                                "-123456789abcdef", "0x23456789abcdef"}),
                     text) {
  BOOST_TEST(replica_id_from_string(text) == replica_id{});
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace dot_test
