#pragma once

#include "app/output/failure.hpp"
#include "crdt/shared_bytes.hpp"

#include <string>

namespace ariadne {

/// All that a file holds, "-" for stdin, up to the largest value that a cluster may allow. A file is read into memory
/// once; what comes by a pipe takes up to three times as much while it is read, since its size is not known.
fallible<crdt::shared_bytes> read_value(const std::string& file);

} // namespace ariadne
