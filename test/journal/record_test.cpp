#include "journal/record.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>

namespace record_test {

using namespace ariadne;

BOOST_AUTO_TEST_SUITE(record)

namespace {

using disks = std::map<std::string, crdt::version_vector>;

journal::claim_record claim_with(disks known) {
  journal::claim_record result;
  result.claim.own = {1};
  result.claim.disks = std::move(known);
  result.at_ms = 7;
  return result;
}

constexpr crdt::replica_id a{11};
constexpr crdt::replica_id b{12};

} // namespace

BOOST_AUTO_TEST_CASE(a_claim_says_of_the_disks_of_others_what_has_changed) {
  const auto first = claim_with({{"north", {{a, 1}, {b, 2}}}, {"south", {{a, 1}}}});
  const auto second = claim_with({{"north", {{a, 5}}}, {"west", {{b, 9}}}});
  journal::claim_record read;
  BOOST_REQUIRE(journal::decode(journal::encode(first, nullptr), read, true));
  BOOST_TEST((read.claim.disks == first.claim.disks));
  BOOST_REQUIRE(journal::decode(journal::encode(second, &first.claim), read, false));
  BOOST_TEST((read.claim.disks == second.claim.disks));
}

BOOST_AUTO_TEST_CASE(what_has_not_changed_of_other_disks_costs_one_byte) {
  const auto with = claim_with({{"north", {{a, 1}, {b, 2}}}});
  const auto without = claim_with({});
  BOOST_TEST(journal::encode(with, &with.claim).size() == journal::encode(without, &without.claim).size());
}

BOOST_AUTO_TEST_CASE(a_claim_that_says_an_unknown_thing_of_a_disk_is_refused) {
  const auto known = claim_with({{"north", {}}});
  auto bytes = journal::encode(known, nullptr);
  const auto at = bytes.find("north") + 5;
  BOOST_REQUIRE(at < bytes.size());
  bytes[at] = 2;
  journal::claim_record read;
  BOOST_TEST(!journal::decode(bytes, read, true));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace record_test
