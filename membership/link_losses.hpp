#pragma once

#include "membership/instant.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace ariadne::membership {

/// How often the link to one node has been lost of late. One that breaks again and again is not mended at once any
/// more, and reported once a minute instead of each time.
class link_losses {
public:
  /// Losses count for so long. Also how often a link is reported at most.
  static constexpr std::chrono::seconds memory{60};
  /// From so many on the link breaks again and again.
  static constexpr std::size_t many = 4;

  struct report {
    std::size_t count = 0;
    std::chrono::seconds within{};
  };

  void lost(instant now);

  /// The node that is up now is not the one that was lost: it has been started anew, and its links begin anew, too.
  void begin_anew() {
    losses_.clear();
    reported_.reset();
  }

  /// Whether the link breaks again and again: then this alone is reported of it.
  bool is_unsteady() const {
    return losses_.size() >= many;
  }

  /// How much longer than usual to wait before the first attempt to mend the link: 1, from the third loss on twice as
  /// long each time.
  std::uint32_t backoff_factor() const;

  /// What is to be said of the link now, if it is time.
  std::optional<report> due_report(instant now);

  /// To be called now and then. Returns whether the link has broken again and again, and has not for so long that it
  /// does so no more.
  bool settle(instant now);

private:
  void forget_old(instant now);

  std::deque<instant> losses_;
  std::optional<instant> reported_;
};

} // namespace ariadne::membership
