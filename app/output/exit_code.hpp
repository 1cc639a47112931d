#pragma once

namespace ariadne {

/// With what the program ends. Documented in its help; scripts rely on the numbers.
enum class exit_code : int {
  done = 0,
  /// Something went wrong; one line on stderr says what.
  failed = 1,
  /// The command line or the cluster file has an error.
  usage = 2,
  /// A node has stopped without having handed over everything.
  drain_incomplete = 3,
  /// There is nothing under the key.
  absent = 4,
  /// Nothing is there yet, but the node has not yet caught up with the members it knows.
  pending = 5,
  /// The answer could not be written to stdout. Of commands whose answer is what they are for.
  unwritten = 6,
  /// What has been taken is written out, but somebody else has taken or replaced it meanwhile, so it was not discarded.
  superseded = 7,
};

} // namespace ariadne
