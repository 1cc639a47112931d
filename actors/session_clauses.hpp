#pragma once

#include <caf/behavior.hpp>
#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/message.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// How a message to a session travels that has a typed interface, and its answer: bytes in a message of `deliver_atom`,
// whose host decodes what the session's kind has registered, and nothing else.
//
//     caller                         session_host here ... there              session
//       | -- deliver: clause, contents --> | ------------> | -- the message ---> |
//       | <-- contents, or an error ------ | <------------ | <-- its answer ---- |
//
// A message: `session_call_mark`, the name of the clause, its contents. An answer: one byte that says what follows, its
// contents or an error. Contents are serialised values (actors/serialise.hpp), without atoms, which the clause names.

namespace ariadne {

/// One clause of the interface of a session, as its host and its callers know it.
struct session_clause {
  /// The types that it takes, the same on all nodes. A clause that is changed has another name, so that a message to it
  /// is refused by a program that has the old one, and the other way round.
  std::string name;
  /// Its contents as a message; `ec::message_damaged`, if they are none.
  std::function<caf::expected<caf::message>(std::string_view contents)> read;
  /// What handles the answer of the session: calls either of the two, with the contents of the answer or the error.
  std::function<caf::behavior(std::function<void(std::string)>, std::function<void(const caf::error&)>)> answer;
};

/// The clauses of one kind.
class session_clauses {
public:
  session_clauses() = default;
  explicit session_clauses(std::vector<session_clause> clauses) : clauses_(std::move(clauses)) {}

  /// The kind has no typed interface.
  bool empty() const {
    return clauses_.empty();
  }
  /// Null if there is none of this name.
  const session_clause* find(std::string_view name) const;
  /// Whether texts, as the command line sends them, are messages of the interface: it has a clause that takes
  /// `deliver_atom` and a string, and answers a string.
  bool takes_text() const;

private:
  std::vector<session_clause> clauses_;
};

/// With this a call begins. No text does.
inline constexpr std::string_view session_call_mark{"\0ariadne\1", 9};

struct session_call {
  std::string_view clause;
  std::string_view contents;
};

std::string encode_call(std::string_view clause, std::string_view contents);
bool is_call(std::string_view payload);
/// `payload` is a call, and has to stay. `ec::message_damaged`, if its head is damaged.
caf::expected<session_call> decode_call(std::string_view payload);

/// An answer as it travels, and back.
std::string encode_answer(std::string_view contents);
/// The error keeps its category and code; of its context, what there is in words.
std::string encode_answer(const caf::error& error);
/// The contents, or the error that the session has answered; `ec::message_damaged`, if it is no answer to a call.
caf::expected<std::string_view> decode_answer(std::string_view bytes);

} // namespace ariadne
