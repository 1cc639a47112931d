#include "membership/copied_journals.hpp"

namespace ariadne::membership {

std::optional<copied_journals::finding> copied_journals::met(const std::string& node, std::uint64_t incarnation,
                                                             std::uint64_t restored_from) {
  const auto lives_as_former = former_.contains(incarnation);
  if ((!lives_as_former && !former_.contains(restored_from)) || !told_.insert(node).second)
    return std::nullopt;
  return lives_as_former ? finding::of_running : finding::of_same;
}

} // namespace ariadne::membership
