#pragma once

#include "membership/instant.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>

namespace ariadne::membership {

/// Whether a node has met as many nodes as there should be, itself among them, or has looked for them for long enough.
/// Until then, what it does not know proves nothing.
class expected_nodes {
public:
  expected_nodes(std::size_t count, std::chrono::milliseconds wait)
    : count_(count), wait_(wait), is_over_(count <= 1) {}

  bool is_over() const {
    return is_over_;
  }

  /// From now on, the node looks for others.
  void begin(instant now) {
    since_ = now;
  }
  void met(const std::string& node) {
    if (!is_over_)
      met_.insert(node);
  }

  /// How it has ended.
  struct outcome {
    /// How many it has met.
    std::size_t count = 0;
    bool are_all = false;
    std::chrono::milliseconds time{};
  };
  /// Returns that once, when it is over.
  std::optional<outcome> look(instant now) {
    outcome result;
    result.count = met_.size() + 1;
    result.are_all = result.count >= count_;
    const auto is_late = since_ && now - *since_ >= wait_;
    if (is_over_ || (!result.are_all && !is_late))
      return std::nullopt;
    is_over_ = true;
    met_.clear();
    if (since_)
      result.time = std::chrono::duration_cast<std::chrono::milliseconds>(now - *since_);
    return result;
  }

private:
  std::size_t count_;
  std::chrono::milliseconds wait_;
  bool is_over_;
  std::optional<instant> since_;
  std::set<std::string> met_;
};

} // namespace ariadne::membership
