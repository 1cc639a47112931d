#pragma once

#include <set>
#include <string>

namespace ariadne::membership {

/// To which of the members a node sends its changes itself; the others get them forwarded.
struct topology {
  /// - `mesh`: to all.
  /// - `ring`: to the one before and the one after it, among the members that are up, in the order of their names.
  /// - `listed`: to those in `neighbours`, and to those that are not in `nodes`; while none of them is up, to all.
  enum class shape { mesh, ring, listed };

  shape is = shape::mesh;
  std::set<std::string> neighbours;
  /// The nodes of which it is known who are neighbours of whom.
  std::set<std::string> nodes;

  /// The neighbours of the node `self` while the members `up`, without itself, are up.
  std::set<std::string> neighbours_of(const std::string& self, const std::set<std::string>& up) const;
};

} // namespace ariadne::membership
