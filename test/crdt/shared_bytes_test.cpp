#include "crdt/shared_bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace shared_bytes_test {

BOOST_AUTO_TEST_SUITE(shared_bytes)

using ariadne::crdt::shared_bytes;

BOOST_AUTO_TEST_CASE(nothing_is_an_empty_sequence) {
  BOOST_TEST(shared_bytes{}.view() == "");
  BOOST_TEST(shared_bytes{""}.size() == 0u);
  BOOST_TEST((shared_bytes{} == shared_bytes{""}));
}

BOOST_AUTO_TEST_CASE(the_bytes_are_copied_whatever_they_are) {
  std::string source{"\0a\xff", 3};
  shared_bytes bytes{source};
  source.assign("xyz");
  BOOST_TEST((bytes.view() == std::string_view{"\0a\xff", 3}));
  BOOST_TEST(bytes.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_copy_shares_the_buffer) {
  shared_bytes bytes{"theseus"};
  auto copy = bytes;
  BOOST_TEST((copy.view().data() == bytes.view().data()));
  bytes = {};
  BOOST_TEST(copy.view() == "theseus");
  BOOST_TEST(bytes.view() == "");
}

BOOST_AUTO_TEST_CASE(a_moved_from_sequence_is_empty) {
  shared_bytes bytes{"theseus"};
  auto moved = std::move(bytes);
  BOOST_TEST(moved.view() == "theseus");
  BOOST_TEST(bytes.view() == "");
}

BOOST_AUTO_TEST_CASE(a_sequence_survives_its_assignment_to_itself) {
  shared_bytes bytes{"theseus"};
  const auto& same = bytes;
  bytes = same;
  BOOST_TEST(bytes.view() == "theseus");
}

BOOST_AUTO_TEST_CASE(sequences_are_equal_by_their_bytes) {
  BOOST_TEST((shared_bytes{"theseus"} == shared_bytes{"theseus"}));
  BOOST_TEST(!(shared_bytes{"theseus"} == shared_bytes{"minotaur"}));
  BOOST_TEST(!(shared_bytes{"theseus"} == shared_bytes{}));
}

// A wrong count shows as a use after free or a leak under the address sanitizer, and as a race under the thread
// sanitizer.
BOOST_AUTO_TEST_CASE(copies_may_be_used_and_dropped_on_any_thread) {
  constexpr int thread_count = 4;
  constexpr int rounds = 5'000;
  std::atomic<int> wrong = 0;
  for (int round = 0; round < 10; ++round) {
    shared_bytes bytes{"ariadne"};
    std::vector<std::thread> threads;
    for (int i = 0; i < thread_count; ++i)
      threads.emplace_back([mine = bytes, &wrong]() mutable {
        for (int j = 0; j < rounds; ++j) {
          auto copy = mine;
          auto other = std::move(copy);
          wrong += other.view() != "ariadne";
          mine = std::move(other);
        }
      });
    bytes = {};
    for (auto& thread : threads)
      thread.join();
  }
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace shared_bytes_test
