#include "crdt/dot.hpp"

#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

namespace dot_test {

using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(dot)

using ariadne::crdt::replica_id;

BOOST_AUTO_TEST_CASE(a_replica_id_is_sixteen_hexadecimal_digits) {
  BOOST_TEST(to_string(replica_id{0x0123456789abcdef}) == "0123456789abcdef");
  BOOST_TEST(to_string(replica_id{1}) == "0000000000000001");
  BOOST_TEST(to_string(ariadne::crdt::dot{a, 42}) == "000000000000000a:42");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace dot_test
