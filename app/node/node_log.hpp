#pragma once

#include "actors/internal/node_tally.hpp"
#include "actors/log.hpp"
#include "app/config/cluster_file.hpp"
#include "app/output/output_queue.hpp"

#include <atomic>
#include <string>
#include <string_view>

#include <unistd.h>

namespace ariadne {

/// What a node says: its log on stderr, and on stdout what other programs wait for. Nobody waits for whoever reads
/// that: lines of the log that cannot be written in time are dropped, and the log says how many. Thread-safe. When this
/// goes, what still waits is written, for two seconds at most.
class node_log {
public:
  /// Lines that are worth `least` are written, of this node of this cluster. `automatic` counts as `text`: see
  /// `format_for`.
  node_log(log_level least, log_format format, std::string node, std::string cluster, int out = STDOUT_FILENO,
           int log = STDERR_FILENO);

  /// Writes one line for each event: in UTC when, how grave, of which node, and what, in which nothing is left that
  /// ends a line or that a terminal would take for a command. Not to be used any more when this has gone.
  log_sink sink();

  /// From now on, lines that are worth `least` are written.
  void set_level(log_level least) {
    least_ = least;
  }

  /// From now on, the lines are counted there.
  void count_in(node_tally& counted) {
    counted_ = &counted;
  }

  /// A line on stdout.
  void announce(std::string_view line);

  /// Why the program ends, as a line on stderr without time and level.
  void complain(std::string_view sentence);

private:
  std::string line_of(const log_entry& entry) const;

  std::atomic<log_level> least_;
  const log_format format_;
  const std::string node_;
  const std::string cluster_;
  std::atomic<node_tally*> counted_ = nullptr;
  output_queue out_;
  output_queue log_;
};

/// What `automatic` means here: whether stderr is the stream that systemd names in the environment (JOURNAL_STREAM).
log_format format_for(log_format wanted);

} // namespace ariadne
