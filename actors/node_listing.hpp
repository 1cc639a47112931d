#pragma once

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/first_type_id.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

/// The nodes that the cluster file lists, as it is now: names, and addresses as HOST:PORT. Stays in its process.
struct node_listing {
  std::shared_ptr<const std::vector<std::pair<std::string, std::string>>> nodes;
};

/// It has nothing that another process could set.
template <class Inspector>
auto inspect(Inspector& f, node_listing&) {
  return inspect_fields(f, "node_listing");
}

} // namespace ariadne

CAF_BEGIN_TYPE_ID_BLOCK(ariadne_listing, ::ariadne::first_type_id + 190)

  CAF_ADD_TYPE_ID(ariadne_listing, (ariadne::node_listing))

CAF_END_TYPE_ID_BLOCK(ariadne_listing)

static_assert(caf::id_block::ariadne_listing::end <= caf::id_block::ariadne_errors::begin, "these IDs are taken");

namespace ariadne {

/// A part of a node that is told of it.
using listing_taker = caf::typed_actor<takes<node_listing>>;

} // namespace ariadne
