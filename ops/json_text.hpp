#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace ariadne {

/// The value as JSON without line breaks, in which nothing is left that a terminal would take for a command.
std::string json_text(const nlohmann::json& value);

/// The same as a line.
std::string json_line(const nlohmann::json& value);

/// Puts bytes into an object: `object[name]` is a string; where they are no UTF-8, what is wrong in it is replaced, and
/// `object[name_base64]` has the bytes.
void put_bytes(nlohmann::json& object, std::string_view name, std::string_view bytes);

/// The bytes as they stand in a list: a string, or, where they are no UTF-8, an object that `put_bytes` has filled.
nlohmann::json listed_bytes(std::string_view name, std::string_view bytes);

} // namespace ariadne
