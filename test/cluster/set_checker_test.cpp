#include "test/support/loaded_cluster.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

namespace ariadne::test::set_checker_test {

namespace {

constexpr std::size_t nodes = 5;
constexpr std::size_t elements = 1'000;
constexpr std::size_t minority_max = 2;

/// Does away with nodes, each time at most a minority: some are killed, the others are cut off from all.
class minority_faults {
public:
  minority_faults(loaded_cluster& cluster, std::uint32_t seed) : cluster_(cluster), random_(seed) {}

  void begin() {
    auto names = cluster_.nodes();
    std::shuffle(names.begin(), names.end(), random_);
    names.resize(1 + random_() % minority_max);
    std::set<std::string> cut_off;
    for (const auto& node : names) {
      if (random_() % 2 == 0) {
        killed_.push_back(node);
        cluster_.processes().kill(node);
      } else {
        cut_off.insert(node);
      }
    }
    if (!cut_off.empty())
      cluster_.network().partition(cut_off);
    fmt::print("fault: killed {}, cut off {}\n", killed_.size(), cut_off.size());
    // A few at least are stashed meanwhile.
    const std::chrono::milliseconds time{1'000 + random_() % 3'000};
    std::this_thread::sleep_for(time);
  }

  /// Waits until all nodes are back and have caught up: before that, another fault would find fewer than a majority.
  void end() {
    cluster_.network().heal();
    for (const auto& node : killed_)
      cluster_.start(node);
    killed_.clear();
    cluster_.processes().settle();
  }

private:
  loaded_cluster& cluster_;
  std::minstd_rand random_;
  std::vector<std::string> killed_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(set_checker, *boost::unit_test::precondition(has_virtual_network))

BOOST_DATA_TEST_CASE(every_element_with_a_receipt_from_a_majority_is_there_at_the_end,
                     boost::unit_test::data::make({1u, 2u}), seed) {
  loaded_cluster cluster{placement::on_hosts, nodes, elements};
  auto& load =
    cluster.begin_load({.stashes_per_second = 50,
                        .once = true,
                        .write = {.concern = {.level = concern_level::majority, .count = 0}, .timeout_ms = 2'000},
                        .seed = seed});
  minority_faults faults{cluster, seed};
  while (!load.is_done()) {
    faults.begin();
    faults.end();
  }
  cluster.judge(fmt::format("set checker, seed {}", seed));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::set_checker_test
