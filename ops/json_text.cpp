#include "ops/json_text.hpp"

#include "crdt/printable_text.hpp"

#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ariadne {

using nlohmann::json;

std::string json_text(const json& value) {
  return crdt::printable_json(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::string json_line(const json& value) {
  return json_text(value) + '\n';
}

void put_bytes(json& object, std::string_view name, std::string_view bytes) {
  object[std::string{name}] = bytes;
  if (!crdt::is_utf8(bytes))
    object[fmt::format("{}_base64", name)] = absl::Base64Escape(absl::string_view{bytes.data(), bytes.size()});
}

json listed_bytes(std::string_view name, std::string_view bytes) {
  if (crdt::is_utf8(bytes))
    return bytes;
  auto object = json::object();
  put_bytes(object, name, bytes);
  return object;
}

} // namespace ariadne
