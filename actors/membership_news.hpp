#pragma once

#include "actors/protocol.hpp"
#include "membership/node_table.hpp"

#include <string>
#include <vector>

// What the pure table of nodes says, in messages and in words.

namespace ariadne {

/// What the table knows of a node; the rest is not set.
member_status to_status(const std::string& node, const membership::node_record& record);

/// Why the node `self`, which knows these others, does not forget a node: one sentence without a final stop.
std::string in_words(membership::forget_refusal why, const std::string& node, const std::string& self,
                     const std::vector<std::string>& known);

std::vector<member_news> to_messages(const std::vector<membership::news>& told);

/// What makes no sense, such as a name that no node may have, is dropped.
std::vector<membership::news> from_messages(const std::vector<member_news>& told);

} // namespace ariadne
