#include "crdt/fenced_write.hpp"

#include <algorithm>
#include <array>

namespace ariadne::crdt {

std::vector<live_entry> live_entries(const replica& replica, std::string_view key, std::uint64_t now_ms) {
  std::vector<live_entry> result;
  const auto* owner = replica.map().find(key);
  if (!owner)
    return result;
  const auto value = replica.map().value(*owner);
  for (std::size_t i = 0; i < value.live_count(); ++i)
    if (const auto& entry = value.live(i); !entry.expired(now_ms))
      result.push_back({entry.dot, entry.value});
  return result;
}

namespace {

/// Whether the entry is of one of these events, or of one that stands for it since it was stamped wrongly.
template <class Dots>
bool is_of(const replica& replica, const live_entry& entry, const Dots& events) {
  const auto before = replica.stands_for(entry.dot);
  return std::find(events.begin(), events.end(), entry.dot) != events.end()
         || std::find_first_of(before.begin(), before.end(), events.begin(), events.end()) != before.end();
}

} // namespace

tl::expected<fenced_result, write_error> fenced_write(replica& replica, std::string_view key, std::string_view value,
                                                      const std::vector<dot>& expected, std::uint64_t now_ms,
                                                      std::uint64_t expires_at_ms) {
  auto entries = live_entries(replica, key, now_ms);
  const auto is_expected = std::all_of(entries.begin(), entries.end(),
                                       [&](const live_entry& entry) { return is_of(replica, entry, expected); });
  if (!is_expected)
    return fenced_result{false, false, std::move(entries)};
  shared_bytes written{value};
  const auto dot = replica.put(key, written, now_ms, expires_at_ms);
  if (!dot)
    return tl::unexpected{dot.error()};
  return fenced_result{true, true, {{*dot, std::move(written)}}};
}

fenced_erasure fenced_erase(replica& replica, std::string_view key, dot target, std::uint64_t now_ms) {
  fenced_erasure result;
  for (const auto& entry : live_entries(replica, key, now_ms))
    if (is_of(replica, entry, std::array{target}))
      result.erased = replica.erase(key, entry.dot, now_ms).has_value();
  if (const auto seen = replica.get(key, now_ms))
    result.standing = seen->dot;
  return result;
}

} // namespace ariadne::crdt
