#include "actors/client_prefixes.hpp"

#include "crdt/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ariadne {

bool key_prefixes::cover(std::string_view name) const {
  return std::any_of(prefixes_.begin(), prefixes_.end(), [&](const auto& each) { return name.starts_with(each); });
}

bool key_prefixes::cover(const key_prefixes& other) const {
  return std::all_of(other.prefixes_.begin(), other.prefixes_.end(), [this](const auto& each) { return cover(each); });
}

std::string key_prefixes::in_words() const {
  if (prefixes_.empty())
    return "nothing";
  std::string result = "what begins with ";
  for (std::size_t i = 0; i < prefixes_.size(); ++i)
    result += fmt::format("{}\"{}\"",
                          i == 0                      ? ""
                          : i + 1 == prefixes_.size() ? " or "
                                                      : ", ",
                          crdt::printable_briefly(prefixes_[i]));
  return result;
}

void client_prefixes::replace(const table& limits) {
  decltype(limits_) made;
  for (const auto& [client, prefixes] : limits)
    made.emplace(client, std::make_shared<const key_prefixes>(prefixes));
  const std::lock_guard lock{mutex_};
  limits_.swap(made);
  ++version_;
}

std::shared_ptr<const key_prefixes> client_prefixes::of(std::string_view client) const {
  const std::lock_guard lock{mutex_};
  const auto found = limits_.find(client);
  return found == limits_.end() ? nullptr : found->second;
}

client_limit::client_limit(std::shared_ptr<const client_prefixes> limits, std::string client)
  : limits_(std::move(limits)), client_(std::move(client)), known_(now()) {}

bool client_limit::has_shrunk() {
  const auto before = std::exchange(known_, now());
  return known_ && (!before || !known_->cover(*before));
}

} // namespace ariadne
