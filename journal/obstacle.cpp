#include "journal/obstacle.hpp"

namespace ariadne::journal {

namespace {

std::string in_seconds(std::uint64_t milliseconds) {
  return std::to_string((milliseconds + 999) / 1000) + " s";
}

} // namespace

std::optional<obstacle> find_obstacle(const recovered_journal& found, const std::string& directory, const owner& of,
                                      std::uint64_t now_ms, std::uint64_t drift_max_ms) {
  if (found.is_new)
    return std::nullopt;
  const auto& is = found.manifest;
  if (is.cluster != of.cluster || is.node != of.node)
    return obstacle{obstacle::kind::foreign,
                    directory + ": it has the journal of node " + is.node + " of cluster " + is.cluster
                      + ", not of node " + of.node + " of cluster " + of.cluster
                      + "; give this node a directory of its own, or, if it takes that one's place for good, make the "
                        "journal its own: ariadne storage adopt "
                      + directory + " --cluster " + of.cluster + " --node " + of.node};
  if (found.claimed_at_ms > now_ms + drift_max_ms)
    return obstacle{obstacle::kind::clock_behind,
                    directory + ": the clock of this machine is " + in_seconds(found.claimed_at_ms - now_ms)
                      + " behind the time at which the journal was last written; set the clock right"};
  return std::nullopt;
}

obstacle to_obstacle(const fault& f, const std::string& directory) {
  switch (f.what) {
    case fault::kind::unknown_format:
      return {obstacle::kind::unknown_format,
              directory + ": " + f.text + "; start the version of the program that has written it, or a later one"};
    case fault::kind::disk:
      return {obstacle::kind::unusable, f.text + has_to_be_writable};
    case fault::kind::damaged:
      break;
  }
  return {obstacle::kind::damaged,
          directory + ": " + f.text + "; ariadne storage repair " + directory
            + " --salvage keeps what can still be read, --discard begins anew with what the other nodes hold"};
}

obstacle to_obstacle(const disk_error& error) {
  if (error.what == disk_error::kind::full)
    return {obstacle::kind::unusable, error.text + "; make room there"};
  return {obstacle::kind::unusable, error.text + has_to_be_writable};
}

obstacle in_use(const std::string& directory) {
  return {obstacle::kind::in_use,
          directory + ": another process uses it; stop that one, or give this node a directory of its own"};
}

} // namespace ariadne::journal
