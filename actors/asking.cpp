#include "actors/asking.hpp"

#include "actors/caf_edition.hpp"
#include "actors/session_messages.hpp"

#include <memory>
#include <string>
#include <tuple>

namespace ariadne::detail {

namespace {

/// In the place of an error that says that nobody was there.
caf::error reason_of(const caf::error& error, bool is_there, const caf::error& problem) {
  if (problem)
    return problem;
  return is_there ? error : make_error(ec::not_in_service, "the actor that was to be asked does not run on this node");
}

} // namespace

template <class Answer>
void ask_later(caf::scheduled_actor* self, const caf::actor& whom, std::chrono::milliseconds limit,
               caf::message content, const caf::error& problem, std::function<void(caf::expected<Answer>)> answered) {
  const auto is_there = whom && !problem;
  auto shared = std::make_shared<std::function<void(caf::expected<Answer>)>>(std::move(answered));
  request_any(
    self, is_there ? whom : caf::actor{}, limit, std::move(content),
    caf::behavior{[shared](Answer& answer) { (*shared)(std::move(answer)); },
                  [shared, is_there, problem](caf::error& error) { (*shared)(reason_of(error, is_there, problem)); }});
}

template <class Answer>
caf::expected<Answer> ask_now(caf::blocking_actor* self, const caf::actor& whom, std::chrono::milliseconds limit,
                              caf::message content, const caf::error& problem) {
  if (!whom || problem)
    return reason_of({}, false, problem);
  caf::expected<Answer> result{caf::sec::none};
  mail(self, std::move(content))
    .request(whom, limit)
    .receive([&](Answer& answer) { result = std::move(answer); },
             [&](caf::error& error) { result = std::move(error); });
  return result;
}

/// A request that is answered without contents.
template <>
void ask_later<std::tuple<>>(caf::scheduled_actor* self, const caf::actor& whom, std::chrono::milliseconds limit,
                             caf::message content, const caf::error& problem,
                             std::function<void(caf::expected<std::tuple<>>)> answered) {
  const auto is_there = whom && !problem;
  request_any(
    self, is_there ? whom : caf::actor{}, limit, std::move(content),
    caf::behavior{[answered] { answered(std::tuple<>{}); },
                  [answered, is_there, problem](caf::error& error) { answered(reason_of(error, is_there, problem)); }});
}

template <>
caf::expected<std::tuple<>> ask_now<std::tuple<>>(caf::blocking_actor* self, const caf::actor& whom,
                                                  std::chrono::milliseconds limit, caf::message content,
                                                  const caf::error& problem) {
  if (!whom || problem)
    return reason_of({}, false, problem);
  caf::expected<std::tuple<>> result{caf::sec::none};
  mail(self, std::move(content))
    .request(whom, limit)
    .receive([&] { result = std::tuple<>{}; }, [&](caf::error& error) { result = std::move(error); });
  return result;
}

#define ARIADNE_ASK_FOR(answer)                                                                                        \
  template void ask_later<answer>(caf::scheduled_actor*, const caf::actor&, std::chrono::milliseconds, caf::message,   \
                                  const caf::error&, std::function<void(caf::expected<answer>)>);                      \
  template caf::expected<answer> ask_now<answer>(caf::blocking_actor*, const caf::actor&, std::chrono::milliseconds,   \
                                                 caf::message, const caf::error&);

ARIADNE_ASK_FOR(receipt)
ARIADNE_ASK_FOR(pickup_result)
ARIADNE_ASK_FOR(bool)
ARIADNE_ASK_FOR(discard_receipt)
ARIADNE_ASK_FOR(session_place)
ARIADNE_ASK_FOR(std::string)

#undef ARIADNE_ASK_FOR

} // namespace ariadne::detail
