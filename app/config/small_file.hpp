#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

namespace ariadne {

/// All of a regular file of at most `bytes_max` bytes. Else why it is not read, as the end of a sentence: directories,
/// devices and pipes may never end, or keep the program waiting. Does not wait for anything but the disk.
tl::expected<std::string, std::string> read_small_file(const std::filesystem::path& path, std::size_t bytes_max);

} // namespace ariadne
