#include "test/support/map_audit.hpp"

#include <set>
#include <string>

namespace ariadne::test {

std::string audit(const crdt::aw_lww_map& map) {
  std::string findings;
  crdt::fingerprint fingerprint;
  std::size_t registers = 0;
  std::size_t live_keys = 0;
  std::size_t live_bytes = 0;
  std::size_t dots = 0;
  map.for_each([&](const crdt::keyed_register& owner) {
    const auto value = map.value(owner);
    const std::string key{owner.key()};
    ++registers;
    if (value.context().empty())
      findings += "register of " + key + " is empty\n";
    if (map.find(key) != &owner)
      findings += "key " + key + " is not found\n";
    if (value.live_count() > 0) {
      ++live_keys;
      live_bytes += key.size();
    }
    const auto context = value.context();
    std::set<crdt::dot> indexed_dots{context.begin(), context.end()};
    for (std::size_t i = 0; i < value.live_count(); ++i) {
      indexed_dots.insert(value.live(i).dot);
      fingerprint.add(value.live(i));
      live_bytes += value.live(i).value.size();
    }
    dots += indexed_dots.size();
    for (const auto& d : indexed_dots) {
      auto [counter, indexed] = map.index().next(d.replica, d.counter - 1);
      if (counter != d.counter || indexed != &owner)
        findings += "index lacks " + to_string(d) + " of " + key + '\n';
    }
  });
  map.index().for_each_replica([&](crdt::replica_id origin, std::uint64_t highest) {
    if (highest == 0)
      findings += "index has an empty tail of " + to_string(origin) + '\n';
  });
  if (dots != map.index().size())
    findings += "index has dots of no register\n";
  if (!(fingerprint == map.fingerprint()))
    findings += "fingerprint differs\n";
  if (registers != map.size())
    findings += "register count differs\n";
  if (live_keys != map.live_key_count())
    findings += "live key count differs\n";
  if (live_bytes != map.live_byte_count())
    findings += "live byte count differs\n";
  return findings;
}

} // namespace ariadne::test
