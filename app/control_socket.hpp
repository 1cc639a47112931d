#pragma once

#include "app/file_descriptor.hpp"

#include <optional>
#include <string>

namespace ariadne {

// How a process that runs the nodes of a cluster file is found by another one on the same machine: a Unix socket in
// Linux' abstract namespace, named after the user and the file. It goes with its process, and leaves no file behind.

/// Opens the socket for the cluster file; non-blocking. Nothing if another process has it already. Throws
/// std::system_error for any other failure.
std::optional<file_descriptor> listen_for_control(const std::string& cluster_file);

/// Takes the next connection, which blocks when it is read from or written to. Nothing if there is none, or if it is of
/// another user.
std::optional<file_descriptor> accept_control(const file_descriptor& listener);

/// Connects to the process of the same user that runs the nodes of the cluster file; blocking. Nothing if there is
/// none.
std::optional<file_descriptor> connect_control(const std::string& cluster_file);

} // namespace ariadne
