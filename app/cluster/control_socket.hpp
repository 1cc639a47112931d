#pragma once

#include "app/process/file_descriptor.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>

namespace ariadne {

// How a process that runs the nodes of a cluster file is found by another one of the same user on the same machine: a
// Unix socket, named after the file, in a directory that is that user's alone. Each side checks who the other one is as
// well. A socket that a process has left behind is taken for none.

/// Why the socket cannot be opened, or connected to.
enum class control_problem {
  /// Nobody has it.
  nobody,
  /// A process of this user has it already.
  taken,
  /// The directory belongs to another user, or is open to others.
  of_another_user,
  /// A process has it that takes no connections.
  busy
};

/// Of the effective user of this process; it need not be there.
std::string control_directory();

std::string describe(control_problem problem, const std::string& cluster_file);

/// Opens the socket for the cluster file; non-blocking. Throws std::system_error for any failure but `taken` and
/// `of_another_user`.
tl::expected<file_descriptor, control_problem> listen_for_control(const std::string& cluster_file);

/// Takes the next connection, which blocks when it is read from or written to. Nothing if there is none, or if it is of
/// another user.
std::optional<file_descriptor> accept_control(const file_descriptor& listener);

/// Connects to the process of the same user that runs the nodes of the cluster file; blocking, but for no longer than a
/// few seconds.
tl::expected<file_descriptor, control_problem> connect_control(const std::string& cluster_file);

} // namespace ariadne
