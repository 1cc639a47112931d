#pragma once

#include <stdexcept>
#include <string>

namespace ariadne::crdt {

/// What this code says cannot be has come about: its state is not to be trusted any more, and its owner has to drop it.
/// docs/decisions/0018-invariants.md says what a node does then. The text is one sentence without a final stop, and
/// says where the invariant stands.
class broken_invariant : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

/// Throws broken_invariant unless `holds`. `what` says what must hold. This is the one way in which the code checks
/// itself, in all builds: so a check on the way of each write or message has to be cheap, a few look-ups and no walk
/// over the map. What costs more stands in a function check_invariants, which tests, simulators and debug builds call.
inline void require(bool holds, const char* what, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (!holds) [[unlikely]]
    throw broken_invariant{std::string{"broken invariant at "} + file + ':' + std::to_string(line) + ": " + what};
}

/// Whether check_invariants is to be called after each message: in debug builds.
#ifdef NDEBUG
inline constexpr bool checks_each_message = false;
#else
inline constexpr bool checks_each_message = true;
#endif

} // namespace ariadne::crdt
