#pragma once

#include "ops/node_report.hpp"

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace ariadne {

/// What `ariadne top` shows of a cluster, as one node sees it: how it stands, and what happens each second, as far as
/// that can be told from two reports of the same node.
class top_picture {
public:
  static constexpr std::size_t any_width = std::numeric_limits<std::size_t>::max();

  /// The lines to be shown of this report, which comes so long after the one before. If names and addresses are short,
  /// 79 columns are enough for all; where there are fewer, lines are broken, and columns of the table left out.
  /// Rates are "-" in the first one, and where the node has been started anew since.
  std::vector<std::string> take(node_report report, std::chrono::milliseconds since_last,
                                std::size_t columns = any_width);

  /// What is shown next is of another node, or comes much later.
  void begin_anew() {
    last_.reset();
  }

private:
  std::optional<node_report> last_;
};

} // namespace ariadne
