#pragma once

#include "app/config/program_config.hpp"
#include "app/output/exit_code.hpp"
#include "app/process/descriptor_limit.hpp"

#include <functional>
#include <string>

namespace ariadne {

// What CAF and the system take for themselves, and some to spare.
constexpr descriptor_need check_needs{4};
constexpr descriptor_need runner_needs{8, 2};
constexpr descriptor_need client_needs{16, 1};
constexpr descriptor_need node_needs{24, 2};

/// Goes on if there is room for so many descriptors, or says what is wrong.
exit_code with_descriptors(std::size_t count, const std::function<exit_code()>& run);

/// Goes on with the cluster of a file, or says what is wrong with the file, or that too few files can be open.
exit_code with_cluster(const std::string& file, const descriptor_need& need,
                       const std::function<exit_code(const program_config&)>& run);

} // namespace ariadne
