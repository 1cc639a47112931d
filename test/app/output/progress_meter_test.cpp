#include "app/output/progress_meter.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace progress_meter_test {

using namespace std::chrono_literals;
using meter_of = ariadne::progress_meter;

BOOST_AUTO_TEST_SUITE(progress_meter)

namespace {

constexpr std::uint64_t mebibyte = 1u << 20;
const meter_of::time_point began{};

} // namespace

BOOST_AUTO_TEST_CASE(what_does_not_take_long_is_not_told) {
  meter_of meter{began};
  BOOST_TEST(!meter.update(mebibyte, 2 * mebibyte, began + 499ms).has_value());
  BOOST_TEST(!meter.update(2 * mebibyte, 2 * mebibyte, began + 2s).has_value());
}

BOOST_AUTO_TEST_CASE(how_far_it_is_and_how_fast_is_told_now_and_then) {
  meter_of meter{began};
  BOOST_TEST(meter.update(100 * mebibyte, 400 * mebibyte, began + 1s).value() == "100.0 of 400.0 MiB, 100.0 MiB/s");
  BOOST_TEST(!meter.update(101 * mebibyte, 400 * mebibyte, began + 1s + 99ms).has_value());
  BOOST_TEST(meter.update(100 * mebibyte, 400 * mebibyte, began + 2s).value() == "100.0 of 400.0 MiB, 50.0 MiB/s");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace progress_meter_test
