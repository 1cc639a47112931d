#include "bench/workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace ariadne::bench {

std::vector<std::string> make_keys(std::size_t count) {
  std::vector<std::string> keys;
  keys.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    keys.push_back(make_key('k', i));
  // The same order in each run.
  std::shuffle(keys.begin(), keys.end(), std::mt19937_64{4711});
  return keys;
}

std::string make_key(char prefix, std::size_t number) {
  return fmt::format("{}{:011}", prefix, number);
}

} // namespace ariadne::bench
