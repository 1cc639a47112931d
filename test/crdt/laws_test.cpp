#include "crdt/aw_lww_map.hpp"
#include "crdt/causal_register.hpp"
#include "crdt/codec.hpp"
#include "crdt/replica.hpp"

#include "test/support/all_keys.hpp"
#include "test/support/crdt_values.hpp"
#include "test/support/map_audit.hpp"

#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>
#include <rapidcheck/boost_test.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace ariadne::crdt;
using namespace ariadne::test;

namespace {

constexpr std::size_t replicas = 3;

/// One step in the life of three replicas.
struct step {
  enum { put, erase, join } action;
  /// Whose step it is.
  std::size_t replica;
  /// Whose state a join takes.
  std::size_t other;
  std::size_t key;
  /// Small, so that many stamps are equal.
  std::uint64_t millis;

  bool is_write() const {
    return action != join;
  }
  std::string key_name() const {
    return "k" + std::to_string(key);
  }
};

std::ostream& operator<<(std::ostream& out, const step& s) {
  switch (s.action) {
    case step::put:
      return out << s.replica << " puts k" << s.key << " at " << s.millis;
    case step::erase:
      return out << s.replica << " erases k" << s.key;
    default:
      return out << s.replica << " joins " << s.other;
  }
}

using history = std::vector<step>;

/// Hands out the dots of three replicas.
class dot_source {
public:
  dot next(std::size_t replica) {
    return {{0xa + replica}, ++counters_[replica]};
  }

private:
  std::array<std::uint64_t, replicas> counters_{};
};

entry entry_of(const step& s, dot written) {
  return ariadne::test::entry_of(written, s.millis, to_string(written));
}

/// The state of one key on each replica after some steps.
struct registers {
  explicit registers(const history& steps) {
    for (const auto& s : steps)
      play(s);
  }

  void play(const step& s) {
    auto& mine = of[s.replica];
    if (s.action == step::put)
      mine.put(entry_of(s, dots.next(s.replica)));
    else if (s.action == step::erase)
      mine.erase(dots.next(s.replica));
    else
      mine.join(of[s.other], {});
  }

  std::array<causal_register, replicas> of;
  dot_source dots;
};

causal_register joined(causal_register left, const causal_register& right) {
  left.join(right, {});
  return left;
}

/// The dots that are live in `value`.
std::set<dot> live_dots(const causal_register& value) {
  std::set<dot> result;
  for (std::size_t i = 0; i < value.live_count(); ++i)
    result.insert(value.live(i).dot);
  return result;
}

using delta = std::map<std::string, causal_register>;

delta all_of(const aw_lww_map& map) {
  delta result;
  map.for_each([&](const keyed_register& owner) { result.emplace(owner.key(), map.value(owner)); });
  return result;
}

void join(aw_lww_map& map, const delta& registers) {
  for (const auto& [key, value] : registers)
    map.join(key, value, {});
}

/// The map on each replica after some steps.
struct maps {
  explicit maps(const history& steps) {
    for (const auto& s : steps)
      play(s);
  }

  void play(const step& s) {
    auto& mine = of[s.replica];
    if (s.action == step::put)
      mine.put(s.key_name(), entry_of(s, dots.next(s.replica)));
    else if (s.action == step::erase)
      mine.erase(s.key_name(), dots.next(s.replica));
    else
      join(mine, all_of(of[s.other]));
  }

  std::array<aw_lww_map, replicas> of;
  dot_source dots;
};

} // namespace

namespace rc {

template <>
struct Arbitrary<step> {
  static Gen<step> arbitrary() {
    return gen::build<step>(gen::set(&step::action, gen::element(step::put, step::put, step::erase, step::join)),
                            gen::set(&step::replica, gen::inRange<std::size_t>(0, replicas)),
                            gen::set(&step::other, gen::inRange<std::size_t>(0, replicas)),
                            gen::set(&step::key, gen::inRange<std::size_t>(0, 4)),
                            gen::set(&step::millis, gen::inRange<std::uint64_t>(0, 4)));
  }
};

} // namespace rc

// What holds for every state that replicas can get into. RapidCheck prints the seed of each run; the environment
// variable RC_PARAMS="seed=..." repeats it.
BOOST_AUTO_TEST_SUITE(laws)

// -- one register ----------------------------------------------------------------------------------------------------

RC_BOOST_PROP(the_join_of_registers_is_commutative, (const history& steps)) {
  registers r{steps};
  RC_ASSERT(joined(r.of[0], r.of[1]) == joined(r.of[1], r.of[0]));
}

RC_BOOST_PROP(the_join_of_registers_is_associative, (const history& steps)) {
  registers r{steps};
  RC_ASSERT(joined(joined(r.of[0], r.of[1]), r.of[2]) == joined(r.of[0], joined(r.of[1], r.of[2])));
}

RC_BOOST_PROP(the_join_of_registers_is_idempotent, (const history& steps)) {
  registers r{steps};
  RC_ASSERT(joined(r.of[0], r.of[0]) == r.of[0]);
  auto both = joined(r.of[0], r.of[1]);
  RC_ASSERT(joined(both, r.of[1]) == both);
}

RC_BOOST_PROP(a_join_tells_truly_whether_it_has_changed_anything, (const history& steps)) {
  registers r{steps};
  auto value = r.of[0];
  auto changed = value.join(r.of[1], {});
  RC_ASSERT(changed == !(value == r.of[0]));
}

RC_BOOST_PROP(a_write_only_adds_to_what_was_there, (const history& steps, step last)) {
  RC_PRE(last.is_write());
  registers r{steps};
  auto before = r.of[last.replica];
  r.play(last);
  const auto& after = r.of[last.replica];
  RC_ASSERT(!(after == before));
  RC_ASSERT(joined(after, before) == after);
  RC_ASSERT(joined(before, after) == after);
}

RC_BOOST_PROP(a_put_is_what_its_writer_reads_next, (const history& steps, step last)) {
  last.action = step::put;
  registers r{steps};
  r.play(last);
  RC_ASSERT(r.of[last.replica].live_count() == 1u);
  RC_ASSERT(r.of[last.replica].live(0).dot.replica == (replica_id{0xa + last.replica}));
}

RC_BOOST_PROP(a_reader_sees_the_live_entry_with_the_greatest_stamp_and_replica_id, (const history& steps)) {
  registers r{steps};
  const auto& value = r.of[0];
  for (std::size_t i = 1; i < value.live_count(); ++i)
    RC_ASSERT(std::pair(value.live(0).stamp, value.live(0).dot) > std::pair(value.live(i).stamp, value.live(i).dot));
}

RC_BOOST_PROP(a_version_vector_stands_in_for_a_forgotten_context, (const history& steps)) {
  registers r{steps};
  auto forgotten = r.of[0];
  forgotten.forget_context();
  RC_ASSERT(live_dots(forgotten) == live_dots(r.of[0]));
  forgotten.join(r.of[1], r.of[0].context());
  RC_ASSERT(live_dots(forgotten) == live_dots(joined(r.of[0], r.of[1])));
}

// -- a map -----------------------------------------------------------------------------------------------------------

RC_BOOST_PROP(the_join_of_maps_is_commutative, (const history& steps)) {
  maps left{steps};
  maps right{steps};
  join(left.of[0], all_of(right.of[1]));
  join(right.of[1], all_of(maps{steps}.of[0]));
  RC_ASSERT(all_of(left.of[0]) == all_of(right.of[1]));
  RC_ASSERT(left.of[0].fingerprint() == right.of[1].fingerprint());
}

RC_BOOST_PROP(the_join_of_maps_is_associative, (const history& steps)) {
  maps left{steps};
  join(left.of[0], all_of(left.of[1]));
  join(left.of[0], all_of(left.of[2]));
  maps right{steps};
  join(right.of[1], all_of(right.of[2]));
  join(right.of[0], all_of(right.of[1]));
  RC_ASSERT(all_of(left.of[0]) == all_of(right.of[0]));
}

RC_BOOST_PROP(the_join_of_maps_is_idempotent, (const history& steps)) {
  maps m{steps};
  join(m.of[0], all_of(m.of[1]));
  auto before = all_of(m.of[0]);
  join(m.of[0], all_of(m.of[1]));
  join(m.of[0], before);
  RC_ASSERT(all_of(m.of[0]) == before);
}

RC_BOOST_PROP(a_map_agrees_with_its_registers, (const history& steps)) {
  maps m{steps};
  for (const auto& map : m.of)
    RC_ASSERT(audit(map) == "");
}

RC_BOOST_PROP(a_delta_of_what_has_changed_joins_to_the_same_as_the_whole_map,
              (const history& steps, const history& more)) {
  maps whole{steps};
  maps part{steps};
  auto before = all_of(whole.of[0]);
  join(whole.of[1], before);
  join(part.of[1], before);
  for (const auto& s : more)
    if (s.replica == 0)
      for (auto* m : {&whole, &part})
        m->play(s);

  auto after = all_of(whole.of[0]);
  delta changed;
  for (const auto& [key, value] : after)
    if (auto position = before.find(key); position == before.end() || !(position->second == value))
      changed.emplace(key, value);
  join(whole.of[1], after);
  join(part.of[1], changed);
  RC_ASSERT(all_of(whole.of[1]) == all_of(part.of[1]));
}

// -- the codec -------------------------------------------------------------------------------------------------------

RC_BOOST_PROP(a_delta_is_read_as_it_was_written, (const history& steps)) {
  maps m{steps};
  for (const auto& map : m.of) {
    auto written = all_of(map);
    delta_writer out{{1, 1, false, {}}};
    for (const auto& [key, value] : written)
      out.add(key, value);
    auto frame = out.finish({true, {}, {}});
    auto decoded = decode(frame);
    RC_ASSERT(decoded.has_value());
    delta read;
    std::get<delta_view>(*decoded).for_each_register(
      [&](std::string_view key, causal_register&& value, const auto&) { read.emplace(key, std::move(value)); });
    RC_ASSERT(read == written);
  }
}

// -- one replica -----------------------------------------------------------------------------------------------------

RC_BOOST_PROP(one_replica_alone_behaves_like_a_plain_map, (const history& steps)) {
  replica_options options;
  options.id = {1};
  replica subject{options};
  std::map<std::string, std::string> model;
  auto now_ms = start_ms;
  for (const auto& s : steps) {
    now_ms += s.millis;
    if (s.action == step::put) {
      auto value = std::to_string(now_ms) + std::string(s.other, 'x');
      RC_ASSERT(subject.put(s.key_name(), shared_bytes{value}, now_ms).has_value());
      model[s.key_name()] = value;
    } else if (s.action == step::erase) {
      RC_ASSERT(subject.erase(s.key_name(), now_ms).has_value() == (model.erase(s.key_name()) == 1));
    } else {
      subject.tick(now_ms);
    }
  }
  std::vector<std::string> keys;
  std::size_t bytes = 0;
  for (const auto& [key, value] : model) {
    keys.push_back(key);
    bytes += key.size() + value.size();
    const auto found = subject.get(key, now_ms);
    RC_ASSERT(found.has_value());
    RC_ASSERT(found->value.view() == value);
  }
  RC_ASSERT(ariadne::test::all_keys(subject, "", now_ms) == keys);
  RC_ASSERT(subject.key_count() == model.size());
  RC_ASSERT(subject.byte_count() == bytes);
  RC_ASSERT(audit(subject.map()) == "");
}

BOOST_AUTO_TEST_SUITE_END()
