#pragma once

#include "actors/caf_edition.hpp"
#include "actors/internal/node_messages.hpp"

#include <caf/result.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

/// Tells other nodes that this one leaves, and those who wait for it whether all have been told. `Self` is a pointer to
/// the membership actor.
template <class Self>
class farewells {
public:
  explicit farewells(Self self) : self_(self) {}

  void say(const peer_membership_actor& to, const std::string& node, std::chrono::milliseconds timeout) {
    ++unanswered_;
    auto answered = [this](bool is_told) {
      --unanswered_;
      all_are_told_ = all_are_told_ && is_told;
      settle();
    };
    mail(self_, leave_atom_v, node)
      .request(to, timeout)
      .then([answered](bool) { answered(true); }, [answered](const caf::error&) { answered(false); });
  }

  /// The answer to the current request, once all to whom it has been said have answered, or have not in time.
  caf::result<bool> result() {
    auto promise = self_->template make_response_promise<bool>();
    waiting_.push_back(promise);
    settle();
    return promise;
  }

private:
  void settle() {
    if (unanswered_ == 0)
      for (auto& promise : std::exchange(waiting_, {}))
        promise.deliver(all_are_told_);
  }

  Self self_;
  std::vector<caf::typed_response_promise<bool>> waiting_;
  std::size_t unanswered_ = 0;
  bool all_are_told_ = true;
};

} // namespace ariadne
