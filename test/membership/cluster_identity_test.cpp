#include "membership/cluster_identity.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cluster_identity_test {

using namespace ariadne::membership;

namespace {

/// The suite has the name of the class.
using identity_of_cluster = ariadne::membership::cluster_identity;

/// Nodes that meet as they are told to, with disks that keep at once.
class cluster_of_nodes {
public:
  explicit cluster_of_nodes(std::set<std::string> voters) : voters_(std::move(voters)) {}

  void start(const std::string& node, cluster_id kept) {
    nodes_.insert_or_assign(node, identity_of_cluster{node, voters_, kept});
    keep(node);
  }
  void start_without_journal(const std::string& node) {
    nodes_.insert_or_assign(node, identity_of_cluster{node, voters_, std::nullopt});
  }

  /// Each is told what the other one has on its disk; once.
  void meet(const std::string& a, const std::string& b) {
    const auto of_a = of(a).told();
    const auto of_b = of(b).told();
    of(a).met(b, of_b);
    of(b).met(a, of_a);
    keep(a);
    keep(b);
  }
  /// All meet all, until nothing changes.
  void settle() {
    for (int round = 0; round < 10; ++round)
      for (const auto& a : nodes_)
        for (const auto& b : nodes_)
          if (a.first < b.first)
            meet(a.first, b.first);
  }

  identity_of_cluster& of(const std::string& node) {
    return nodes_.at(node);
  }
  std::set<std::uint64_t> numbers() const {
    std::set<std::uint64_t> result;
    for (const auto& [name, node] : nodes_)
      result.insert(node.told().number);
    return result;
  }
  bool are_final(std::initializer_list<const char*> nodes) {
    for (const auto* node : nodes)
      if (of(node).told().is != agreement::final)
        return false;
    return true;
  }

private:
  void keep(const std::string& node) {
    while (of(node).to_keep())
      of(node).kept();
    BOOST_TEST(of(node).check_invariants() == "");
  }

  std::set<std::string> voters_;
  std::map<std::string, identity_of_cluster> nodes_;
};

constexpr cluster_id provisional(std::uint64_t number) {
  return {number, agreement::provisional};
}
constexpr cluster_id pledged(std::uint64_t number) {
  return {number, agreement::pledged};
}
constexpr cluster_id final_id(std::uint64_t number) {
  return {number, agreement::final};
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_identity)

BOOST_AUTO_TEST_CASE(nodes_that_start_for_the_first_time_together_agree_on_the_smallest_id_that_was_drawn) {
  cluster_of_nodes nodes{{"a", "b", "c"}};
  nodes.start("a", provisional(30));
  nodes.start("b", provisional(10));
  nodes.start("c", provisional(20));
  nodes.settle();
  BOOST_TEST((nodes.numbers() == std::set<std::uint64_t>{10}));
  BOOST_TEST(nodes.are_final({"a", "b", "c"}));
}

BOOST_AUTO_TEST_CASE(an_id_is_provisional_until_a_majority_has_it) {
  cluster_of_nodes nodes{{"a", "b", "c"}};
  nodes.start("a", provisional(30));
  BOOST_TEST((nodes.of("a").told() == provisional(30)));
  nodes.start("b", provisional(20));
  nodes.meet("a", "b");
  BOOST_TEST((nodes.of("b").told() == provisional(20)));
  nodes.settle();
  BOOST_TEST(nodes.are_final({"a", "b"}));
}

BOOST_AUTO_TEST_CASE(a_node_that_is_the_only_one_of_its_file_needs_nobody) {
  cluster_of_nodes nodes{{"a"}};
  nodes.start("a", provisional(30));
  BOOST_TEST((nodes.of("a").told() == final_id(30)));
}

BOOST_AUTO_TEST_CASE(nodes_that_get_a_journal_one_by_one_have_the_id_of_the_first) {
  cluster_of_nodes nodes{{"a", "b", "c"}};
  nodes.start("a", provisional(30));
  nodes.start_without_journal("b");
  nodes.start_without_journal("c");
  nodes.settle();
  BOOST_TEST((nodes.of("a").told() == provisional(30)));
  BOOST_TEST((nodes.of("b").told() == cluster_id{}));
  nodes.start("b", provisional(40));
  nodes.settle();
  BOOST_TEST(nodes.are_final({"a", "b"}));
  nodes.start("c", provisional(10));
  nodes.settle();
  BOOST_TEST((nodes.of("c").told() == final_id(30)));
}

BOOST_AUTO_TEST_CASE(a_node_without_an_id_takes_over_the_first_that_it_meets) {
  cluster_of_nodes nodes{{"a", "b", "c"}};
  nodes.start("a", cluster_id{});
  nodes.start("b", provisional(30));
  nodes.meet("a", "b");
  BOOST_TEST(nodes.of("a").told().number == 30u);
}

BOOST_AUTO_TEST_CASE(an_id_that_a_majority_has_had_outlives_a_smaller_one) {
  cluster_of_nodes nodes{{"a", "b", "c"}};
  nodes.start("a", pledged(30));
  nodes.start("c", provisional(10));
  nodes.meet("a", "c");
  BOOST_TEST((nodes.of("a").told() == final_id(30) || nodes.of("a").told() == pledged(30)));
  BOOST_TEST(nodes.of("c").told().number == 30u);
}

BOOST_AUTO_TEST_CASE(an_id_is_not_final_while_a_majority_may_still_take_over_another_one) {
  cluster_of_nodes nodes{{"a", "b", "c"}};
  nodes.start("a", provisional(30));
  nodes.start("b", provisional(30));
  // `a` has heard that `b` has it, but not that it stays with it.
  nodes.of("a").met("b", provisional(30));
  BOOST_TEST((nodes.of("a").to_keep() == pledged(30)));
  nodes.of("a").kept();
  BOOST_TEST(!nodes.of("a").to_keep());
  nodes.of("b").met("c", provisional(10));
  BOOST_TEST((nodes.of("b").to_keep() == pledged(10)));
}

BOOST_AUTO_TEST_CASE(what_is_not_on_the_disk_is_not_told) {
  identity_of_cluster a{"a", {"a", "b", "c"}, provisional(30)};
  a.met("b", provisional(10));
  BOOST_TEST((a.to_keep() == pledged(10)));
  BOOST_TEST((a.told() == provisional(30)));
  BOOST_TEST(!a.to_keep());
  a.not_kept();
  BOOST_TEST((a.told() == provisional(30)));
  BOOST_TEST((a.to_keep() == pledged(10)));
  a.kept();
  BOOST_TEST((a.told() == pledged(10)));
}

BOOST_AUTO_TEST_CASE(what_changes_while_the_disk_is_busy_is_kept_next) {
  identity_of_cluster a{"a", {"a", "b", "c"}, provisional(30)};
  a.met("b", provisional(10));
  BOOST_TEST((a.to_keep() == pledged(10)));
  a.met("b", final_id(10));
  BOOST_TEST(!a.to_keep());
  a.kept();
  BOOST_TEST((a.told() == pledged(10)));
  BOOST_TEST((a.to_keep() == final_id(10)));
}

BOOST_AUTO_TEST_CASE(if_all_have_pledged_and_none_has_a_majority_the_smallest_wins) {
  cluster_of_nodes nodes{{"a", "b", "c", "d"}};
  nodes.start("a", pledged(30));
  nodes.start("b", pledged(30));
  nodes.start("c", pledged(10));
  nodes.start("d", pledged(10));
  nodes.settle();
  BOOST_TEST((nodes.numbers() == std::set<std::uint64_t>{10}));
  BOOST_TEST(nodes.are_final({"a", "b", "c", "d"}));
}

BOOST_AUTO_TEST_CASE(a_pledge_is_not_given_up_while_one_voter_has_not_been_heard) {
  cluster_of_nodes nodes{{"a", "b", "c", "d"}};
  nodes.start("a", pledged(30));
  nodes.start("b", pledged(30));
  nodes.start("c", pledged(10));
  nodes.settle();
  // The fourth may have made it final.
  BOOST_TEST((nodes.of("a").told() == pledged(30)));
  nodes.start("d", final_id(30));
  nodes.settle();
  BOOST_TEST((nodes.numbers() == std::set<std::uint64_t>{30}));
}

BOOST_AUTO_TEST_CASE(a_node_that_has_joined_takes_over_what_is_final_and_counts_nobody) {
  cluster_of_nodes nodes{{"a"}};
  nodes.start("j", provisional(10));
  identity_of_cluster a{"a", {"a", "b", "c"}, provisional(30)};
  nodes.of("j").met("a", provisional(10));
  BOOST_TEST((nodes.of("j").told() == provisional(10)));
  nodes.of("j").met("a", final_id(30));
  BOOST_TEST((nodes.of("j").to_keep() == final_id(30)));
}

BOOST_AUTO_TEST_CASE(two_final_ids_are_of_two_clusters) {
  identity_of_cluster a{"a", {"a", "b", "c"}, final_id(30)};
  BOOST_TEST(a.is_foreign(final_id(10)));
  BOOST_TEST(!a.is_foreign(final_id(30)));
  BOOST_TEST(!a.is_foreign(provisional(10)));
  BOOST_TEST(!a.is_foreign({}));
  a.met("b", final_id(10));
  BOOST_TEST(!a.to_keep());
}

BOOST_AUTO_TEST_CASE(a_final_id_is_outvoted_by_that_of_a_majority_alone) {
  identity_of_cluster a{"a", {"a", "b", "c"}, final_id(30)};
  a.met("b", final_id(10));
  BOOST_TEST(!a.outvoted_by());
  a.met("stranger", final_id(10));
  BOOST_TEST(!a.outvoted_by());
  a.met("c", final_id(10));
  BOOST_TEST((a.outvoted_by() == std::uint64_t{10}));
}

BOOST_AUTO_TEST_CASE(a_node_without_a_journal_has_no_id_whoever_it_meets) {
  identity_of_cluster a{"a", {"a", "b", "c"}, std::nullopt};
  a.met("b", final_id(10));
  a.met("c", final_id(10));
  BOOST_TEST(!a.to_keep());
  BOOST_TEST((a.told() == cluster_id{}));
  BOOST_TEST(!a.is_foreign(final_id(20)));
  BOOST_TEST(a.check_invariants() == "");
}

BOOST_AUTO_TEST_CASE(an_id_is_shown_with_all_its_digits) {
  BOOST_TEST(cluster_id_text(0x1f) == "000000000000001f");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cluster_identity_test
