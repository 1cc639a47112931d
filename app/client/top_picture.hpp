#pragma once

#include "ops/node_report.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ariadne {

/// What `ariadne top` shows of a cluster, as one node sees it: how it stands, and what happens each second, as far as
/// that can be told from two reports of the same node.
class top_picture {
public:
  /// The lines to be shown of this report, which comes so long after the one before. At most 79 columns wide, unless
  /// names or addresses are long. Rates are "-" in the first one, and where the node has been started anew since.
  std::vector<std::string> take(node_report report, std::chrono::milliseconds since_last);

  /// What is shown next is of another node, or comes much later.
  void begin_anew() {
    last_.reset();
  }

private:
  std::optional<node_report> last_;
};

} // namespace ariadne
