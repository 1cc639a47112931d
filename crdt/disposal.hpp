#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <utility>

namespace ariadne::crdt {

/// Ordered containers that nobody needs any more. To free a million nodes takes tens of milliseconds, so it is done a
/// few at a time.
template <class Container>
class disposal {
public:
  void add(Container unneeded) {
    if (!unneeded.empty())
      heap_.push_back(std::move(unneeded));
  }

  bool empty() const {
    return heap_.empty();
  }

  /// Frees up to `elements_max` elements. Returns how many.
  std::size_t free_some(std::size_t elements_max) {
    std::size_t freed = 0;
    for (; freed < elements_max && !heap_.empty(); ++freed) {
      auto& first = heap_.front();
      first.erase(std::prev(first.end()));
      if (first.empty())
        heap_.pop_front();
    }
    return freed;
  }

private:
  std::deque<Container> heap_;
};

} // namespace ariadne::crdt
