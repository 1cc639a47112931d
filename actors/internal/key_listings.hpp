#pragma once

#include "actors/error.hpp"
#include "actors/handoff_messages.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/monitored_actors.hpp"
#include "crdt/replica.hpp"

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/node_id.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace ariadne {

/// The requests of others for pages of keys of one replica, and what becomes of them. Whoever asks and then ends is not
/// worked for any more.
///
/// `Self` is a pointer to the replica's actor, which calls `ended` when one of the actors that it monitors has ended.
template <class Self>
class key_listings {
public:
  /// What to do with a page.
  using page_handler = std::function<void(keys_page&&)>;

  key_listings(Self self, monitored_actors<Self>& monitored) : self_(self), monitored_(monitored) {}

  /// Answers the request that the actor is handling with what `convert` makes of the page.
  template <class Answer, class Convert>
  caf::result<Answer> answer(crdt::replica& core, std::string prefix, std::string after, Convert convert) {
    auto promise = self_->template make_response_promise<Answer>();
    const auto asker = self_->current_sender();
    if (!core.ask_for_keys(last_request_ + 1, name_of(asker), std::move(prefix), std::move(after)))
      return make_error(ec::too_many_listings);
    auto& request = requests_[++last_request_];
    if (asker) {
      request.asker = caf::actor_cast<caf::actor>(asker);
      monitored_.add(request.asker);
    }
    // CAF copies functions.
    auto kept = std::make_shared<kept_promise<Answer>>(promise);
    request.handle = [kept, convert](keys_page&& page) { kept->deliver(convert(std::move(page))); };
    return promise;
  }

  /// Asks on behalf of the replica's actor itself.
  void ask(crdt::replica& core, const std::string& prefix, std::string after, page_handler handle) {
    if (core.ask_for_keys(last_request_ + 1, crdt::key_pages::unlimited, prefix, std::move(after)))
      requests_[++last_request_].handle = std::move(handle);
  }

  void ended(crdt::replica& core, const caf::actor_addr& asker) {
    std::erase_if(requests_, [&](const auto& entry) {
      if (!entry.second.asker || entry.second.asker.address() != asker)
        return false;
      core.drop_request_for_keys(entry.first);
      return true;
    });
  }

  /// To be called after the core has worked.
  void flush(crdt::replica& core) {
    for (auto& answer : core.take_key_pages()) {
      auto found = requests_.extract(answer.request);
      if (!found)
        continue;
      auto& request = found.mapped();
      if (request.asker)
        monitored_.remove(request.asker);
      request.handle({std::move(answer.page.keys), answer.page.is_last});
    }
  }

private:
  struct request {
    /// Null if the actor asks itself.
    caf::actor asker;
    page_handler handle;
  };

  /// Whose limit a request counts against: that of a whole client, if it comes from outside.
  std::uint64_t name_of(const caf::strong_actor_ptr& asker) const {
    if (!asker)
      return 1;
    const auto name = asker->node() == self_->node() ? asker->id() : std::hash<caf::node_id>{}(asker->node());
    return std::max<std::uint64_t>(name, 1);
  }

  Self self_;
  monitored_actors<Self>& monitored_;
  std::map<std::uint64_t, request> requests_;
  std::uint64_t last_request_ = 0;
};

} // namespace ariadne
