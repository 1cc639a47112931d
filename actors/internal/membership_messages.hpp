#pragma once

#include "actors/cluster_membership.hpp"
#include "actors/internal/node_messages.hpp"
#include "actors/internal/storage_messages.hpp"
#include "actors/log.hpp"
#include "membership/cluster_view.hpp"

#include <string>
#include <utility>
#include <vector>

// What the pure part of membership says, in messages and in words.

namespace ariadne {

std::vector<member_news> to_messages(const std::vector<membership::news>& told);

/// What makes no sense, such as a name that no node may have, is dropped.
std::vector<membership::news> from_messages(const std::vector<member_news>& told);

/// `replica`: of the node that introduces itself.
node_introduction to_message(const membership::introduction& self, const neighbour& replica);

/// `journal`: nothing of it, if the node does not keep one, or does not say so.
membership::introduction from_message(const node_introduction& other, const journal_identity& journal = {});

membership::view_options to_view_options(const cluster_membership_options& options);

/// A page of this node, which stands first, and of the nodes that it knows.
members_page to_page(const member_status& self, const membership::cluster_view& view, const std::string& after,
                     const membership::moment& now);

void log_to(const log_sink& log, const membership::report& told);

/// Why the node `self`, which knows these others, does not forget a node: one sentence without a final stop.
std::string in_words(membership::forget_refusal why, const std::string& node, const std::string& self,
                     const std::vector<std::string>& known);

} // namespace ariadne
