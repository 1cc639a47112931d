#include "actors/network/message_rules.hpp"

namespace ariadne {

namespace {

/// The size of an atom's value, and of a type's number.
constexpr std::size_t atom_size = 8;
constexpr std::size_t number_size = 2;
/// What 0.17 writes before the names of the types.
constexpr std::size_t names_offset = 2;
constexpr std::string_view names_begin = "@<>";

/// Takes a length from the front: seven bits a byte, the least first. Nothing if it is not there.
std::optional<std::size_t> take_length(std::string_view& bytes) {
  std::size_t result = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    if (bytes.empty())
      return std::nullopt;
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    result |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0)
      return result;
  }
  return std::nullopt;
}

/// Takes a text from the front. Of a length that CAF would read as another one, since it does not fit into 32 bits, the
/// text is not there.
std::optional<std::string_view> take_text(std::string_view& bytes) {
  const auto size = take_length(bytes);
  if (!size || *size > bytes.size())
    return std::nullopt;
  const auto result = bytes.substr(0, *size);
  bytes.remove_prefix(*size);
  return result;
}

/// Takes the types from the front: their names with what separates them, or their numbers.
std::optional<std::string_view> take_types(std::string_view& message, bool has_type_names) {
  if (has_type_names) {
    if (message.size() < names_offset)
      return std::nullopt;
    message.remove_prefix(names_offset);
  }
  const auto count = take_length(message);
  if (!count || *count > message.size() / (has_type_names ? 1 : number_size))
    return std::nullopt;
  const auto result = message.substr(0, *count * (has_type_names ? 1 : number_size));
  message.remove_prefix(result.size());
  if (has_type_names && !result.starts_with(names_begin))
    return std::nullopt;
  return result;
}

/// Takes the next type from what `take_types` has returned.
std::string_view take_type(std::string_view& types, bool has_type_names) {
  if (!has_type_names) {
    const auto result = types.substr(0, number_size);
    types.remove_prefix(result.size());
    return result;
  }
  const auto begin = types.find('+');
  if (begin == std::string_view::npos) {
    types = {};
    return {};
  }
  types.remove_prefix(begin + 1);
  const auto result = types.substr(0, types.find('+'));
  types.remove_prefix(result.size());
  return result;
}

} // namespace

std::optional<std::string_view> objection_to(std::string_view message, const content_rules& rules) {
  auto rest = message;
  auto types = take_types(rest, rules.has_type_names);
  if (!types)
    return "it sends a message whose types cannot be read";
  while (!types->empty()) {
    const auto type = take_type(*types, rules.has_type_names);
    if (rules.never.contains(type))
      return "it sends what only CAF may say to an actor, or what takes memory before it has come";
    if (message.size() > nesting_bytes_max && rules.nesting.contains(type))
      return "it sends an error or a message in a message that is too long";
  }
  return std::nullopt;
}

std::string first_type_of(std::string_view message, bool has_type_names) {
  auto types = take_types(message, has_type_names);
  return types ? std::string{take_type(*types, has_type_names)} : std::string{};
}

std::optional<std::string_view> name_in(const allowed_request& request) {
  auto rest = request.content;
  auto result = take_text(rest);
  return request.subject == request_subject::session && result ? take_text(rest) : result;
}

void request_rules::allow(std::string_view message, bool has_type_names, bool has_atom, bool ends_with_handle,
                          request_subject subject) {
  auto rest = message;
  take_types(rest, has_type_names);
  auto size = message.size() - rest.size();
  if (has_type_names && has_atom)
    size += atom_size;
  begins_[std::string{message.substr(0, size)}] = {subject, ends_with_handle};
}

std::optional<allowed_request> request_rules::find(std::string_view message) const {
  // Of all that are not greater, only the greatest can be a beginning.
  auto next = begins_.upper_bound(message);
  if (next == begins_.begin())
    return std::nullopt;
  --next;
  const auto& [begin, clause] = *next;
  if (!message.starts_with(begin))
    return std::nullopt;
  return allowed_request{clause.subject, clause.ends_with_handle, message.substr(begin.size())};
}

} // namespace ariadne
