#include "actors/session_clauses.hpp"

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "crdt/printable_text.hpp"
#include "crdt/wire.hpp"

#include <algorithm>
#include <utility>

namespace ariadne {

namespace {

/// The first byte of an answer.
constexpr std::uint8_t contents_follow = 0;
constexpr std::uint8_t error_follows = 1;

constexpr std::size_t context_bytes_max = 4'096;

} // namespace

const session_clause* session_clauses::find(std::string_view name) const {
  const auto found = std::find_if(clauses_.begin(), clauses_.end(), [&](const auto& c) { return c.name == name; });
  return found == clauses_.end() ? nullptr : &*found;
}

bool session_clauses::takes_text() const {
  return find("deliver,std::string") != nullptr;
}

std::string encode_call(std::string_view clause, std::string_view contents) {
  crdt::wire_writer head;
  head.string(clause);
  std::string result;
  const auto name = head.take();
  result.reserve(session_call_mark.size() + name.size() + contents.size());
  return result.append(session_call_mark).append(name).append(contents);
}

bool is_call(std::string_view payload) {
  return payload.starts_with(session_call_mark);
}

caf::expected<session_call> decode_call(std::string_view payload) {
  payload.remove_prefix(session_call_mark.size());
  crdt::wire_reader in{payload};
  const auto clause = in.string();
  const auto contents = in.bytes(in.remaining());
  if (!in.failure().empty())
    return make_error(ec::message_damaged, "it does not say for which clause it is");
  return session_call{clause, contents};
}

std::string encode_answer(std::string_view contents) {
  std::string result(1, static_cast<char>(contents_follow));
  return result.append(contents);
}

std::string encode_answer(const caf::error& error) {
  std::string context;
  if (error.context().match_elements<std::string>())
    context = error.context().get_as<std::string>(0);
  else if (!error.context().empty())
    context = to_string(error.context());
  crdt::wire_writer out;
  out.byte(error_follows);
  out.string(detail::category_name(error));
  out.byte(error.code());
  out.string(std::string_view{context}.substr(0, context_bytes_max));
  return out.take();
}

caf::expected<std::string_view> decode_answer(std::string_view bytes) {
  crdt::wire_reader in{bytes};
  const auto form = in.byte();
  if (in.failure().empty() && form == contents_follow)
    return in.bytes(in.remaining());
  const std::string category{in.string()};
  const auto code = in.byte();
  std::string context{in.string()};
  if (!in.failure().empty() || in.remaining() != 0 || form != error_follows || code == 0)
    return make_error(ec::message_damaged, "the answer is none to a message of a session_ref");
  if (auto error = detail::error_of(category, code, context))
    return error;
  return make_error(ec::session_refused, std::move(context));
}

} // namespace ariadne
