#pragma once

namespace ariadne {

/// Lets this process open as many files and connections as the system permits it (the hard limit), rather than as many
/// as it usually opens (the soft one). If that fails, the limit stays as it is.
void raise_descriptor_limit();

} // namespace ariadne
