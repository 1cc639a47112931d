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
  // A node does not start from the directory of its journal, or stops since that is not to be gone on with.
  /// It is another node's, or another cluster's.
  storage_foreign = 8,
  /// Another process uses it.
  storage_in_use = 9,
  /// It was written by another version of the program.
  storage_format_unknown = 10,
  /// It is damaged.
  storage_damaged = 11,
  /// It cannot be made, read or written.
  storage_unusable = 12,
  /// The clock is behind it, and has stayed so for as long as the node waits.
  storage_clock_behind = 13,
};

/// A node has ended so for the sake of its journal.
constexpr bool is_about_storage(exit_code code) {
  return code >= exit_code::storage_foreign && code <= exit_code::storage_clock_behind;
}

} // namespace ariadne
