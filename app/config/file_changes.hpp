#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ariadne {

/// What differs between two cluster files, both valid: the keys, sorted, each as people name it, "[cluster] log_level",
/// or "[[node]] b port" for what is in the table of node b. A table that only one of the files has differs in each of
/// its keys.
std::vector<std::string> changed_keys(std::string_view before, std::string_view after);

} // namespace ariadne
