#include "app/config/file_changes.hpp"

#include <toml++/toml.h>

#include <map>
#include <sstream>

namespace ariadne {

namespace {

/// The value of each key, as text.
using values = std::map<std::string, std::string>;

void add(values& result, const std::string& table, const toml::table& keys) {
  for (const auto& [key, value] : keys) {
    std::ostringstream text;
    value.visit([&text](const auto& each) { text << each; });
    result[table + " " + std::string{key.str()}] = text.str();
  }
}

values values_of(std::string_view file) {
  values result;
  for (const auto& [name, content] : toml::parse(file)) {
    if (const auto* table = content.as_table())
      add(result, "[" + std::string{name.str()} + "]", *table);
    else if (const auto* tables = content.as_array())
      for (const auto& each : *tables)
        if (const auto* keys = each.as_table())
          add(result, "[[" + std::string{name.str()} + "]] " + (*keys)["name"].value_or(std::string{}), *keys);
  }
  return result;
}

} // namespace

std::vector<std::string> changed_keys(std::string_view before, std::string_view after) {
  const auto old_values = values_of(before);
  auto changed = values_of(after);
  for (const auto& [key, value] : old_values)
    if (const auto [entry, is_new] = changed.try_emplace(key); !is_new && entry->second == value)
      changed.erase(entry);
  std::vector<std::string> result;
  for (const auto& [key, value] : changed)
    result.push_back(key);
  return result;
}

} // namespace ariadne
