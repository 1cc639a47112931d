#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

// What a message that comes from outside may hold, judged by its bytes before CAF makes anything of them. A message
// begins with the types of what it holds; 0.17 spells their names, 1.x numbers. Where the first is an atom of 0.17, its
// value follows. In both, types that are alike so far are one clause of an interface.

namespace ariadne {

/// What nobody may send, a member of the cluster no more than a stranger: what CAF says to actors by itself, when one
/// that they know has ended, and what it takes memory for before it has come.
struct content_rules {
  /// Whether types are spelled.
  bool has_type_names = false;
  /// Types that no message from outside has.
  std::set<std::string, std::less<>> never = {};
  /// Types that can hold themselves: CAF reads them by calling itself.
  std::set<std::string, std::less<>> nesting = {};
};

/// A message with types that nest has at most so many bytes, so that they do not nest deeper than a stack holds.
inline constexpr std::size_t nesting_bytes_max = std::size_t{64} << 10;

/// What is wrong with the content of a message, as the end of a sentence; nothing if it may pass.
std::optional<std::string_view> objection_to(std::string_view message, const content_rules& rules);

/// The first type of a message as the rules have it; empty, if it has none.
std::string first_type_of(std::string_view message, bool has_type_names);

/// What a request is about, so that whoever may not name everything is held to that.
enum class request_subject {
  nothing,
  /// Its first text is a key, or how keys begin.
  key,
  /// Its first two texts are the kind and the id of a session.
  session,
  every_session
};

/// A request that is allowed.
struct allowed_request {
  request_subject subject = request_subject::nothing;
  /// It ends with the handle of an actor, which has to be one of the sender's own node.
  bool ends_with_handle = false;
  /// What it holds after its leading atom.
  std::string_view content = {};
};

/// The key, or how keys begin, or the id of a session, that a request with such a subject is about; nothing if that is
/// not there.
std::optional<std::string_view> name_in(const allowed_request& request);

/// The clauses that one role may send.
class request_rules {
public:
  /// `message` is any message of the clause; `has_atom`: its first type is an atom, of which 0.17 says the value.
  void allow(std::string_view message, bool has_type_names, bool has_atom, bool ends_with_handle,
             request_subject subject = request_subject::nothing);

  /// Nothing if the role does not have it.
  std::optional<allowed_request> find(std::string_view message) const;

  std::size_t size() const {
    return begins_.size();
  }

private:
  struct clause {
    request_subject subject;
    bool ends_with_handle;
  };

  /// How messages of a clause begin. None is the beginning of another one, since each says how long it is.
  std::map<std::string, clause, std::less<>> begins_;
};

} // namespace ariadne
