#pragma once

// The same words do for both editions, but one of them has deprecated some. See actors/caf_edition.hpp.

#include <caf/error.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>

#include <exception>
#include <string>

namespace ariadne {

/// Whoever is connected can send any message to an actor. CAF prints those that it does not expect to the standard
/// output, in a thread that everybody shares; so let `self`, a pointer to an actor, drop them. A request is answered
/// with an error. An exception becomes the reason for which the actor ends, with its text. To be called first.
template <class Self>
void drop_unexpected_messages(Self self) {
  caf::scheduled_actor* actor = self;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  actor->set_default_handler(caf::drop);
  actor->set_down_handler([](caf::down_msg&) {});
#pragma GCC diagnostic pop
  actor->set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& exception) {
      return caf::make_error(caf::sec::runtime_error, std::string{exception.what()});
    } catch (...) {
      return caf::make_error(caf::sec::runtime_error, std::string{"an exception without a text"});
    }
  });
}

} // namespace ariadne
