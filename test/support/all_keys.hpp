#pragma once

#include "crdt/replica.hpp"

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::test {

/// The readable keys of `replica` that start with `prefix`, in the order in which its pages list them.
inline std::vector<std::string> all_keys(crdt::replica& replica, std::string_view prefix, std::uint64_t now_ms) {
  static std::uint64_t last_request = 0;
  std::vector<std::string> result;
  for (auto is_last = false; !is_last;) {
    if (!replica.ask_for_keys(++last_request, crdt::key_pages::unlimited, std::string{prefix},
                              result.empty() ? std::string{} : result.back()))
      return result;
    auto answers = replica.take_key_pages();
    for (; answers.empty(); answers = replica.take_key_pages())
      replica.work(now_ms);
    auto& page = answers.front().page;
    is_last = page.is_last;
    result.insert(result.end(), std::make_move_iterator(page.keys.begin()), std::make_move_iterator(page.keys.end()));
  }
  return result;
}

} // namespace ariadne::test
