#include "actors/internal/kept_state.hpp"

#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace kept_state_test {

using namespace ariadne;
using namespace std::chrono_literals;

namespace {

constexpr crdt::replica_id former{7};

crdt::replica_options options(std::uint64_t id) {
  crdt::replica_options result;
  result.id = crdt::replica_id{id};
  result.cluster = "test";
  result.node = "a";
  return result;
}

/// What a journal has when another replica has written this.
replica_journal journal_of(const std::string& key, std::chrono::milliseconds wait = 60s) {
  timed_replica before{options(former.value)};
  before->begin_journal();
  BOOST_REQUIRE(before->put(key, crdt::shared_bytes{"value"}, before.now_ms()).has_value());
  auto restored = std::make_shared<crdt::restored_state>();
  for (auto part = before->take_journal_part();; part = before->take_journal_part()) {
    for (auto& changed : part.changed)
      restored->registers.push_back(std::move(changed));
    if (part.claim)
      restored->claim = *part.claim;
    if (!before->has_journal_part())
      break;
  }
  replica_journal result;
  result.opening.restored = std::move(restored);
  result.options.cold_start_wait = wait;
  return result;
}

struct fixture {
  bool is_hidden(const std::string& key) {
    return kept.hides(core->get(key, core.now_ms()));
  }

  timed_replica core{options(1)};
  ariadne::kept_state kept{core};
  const ariadne::kept_state::time_point start{1h};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(kept_state, fixture)

BOOST_AUTO_TEST_CASE(restored_state_is_hidden_until_all_nodes_have_been_met) {
  kept.restore(journal_of("old"), {"b"}, true, start);
  BOOST_REQUIRE(core->get("old", core.now_ms()).has_value());
  BOOST_TEST(is_hidden("old"));
  BOOST_TEST(!kept.settle(start + 1s).has_value());
  kept.met("b");
  BOOST_TEST((kept.settle(start + 1s) == "all nodes have been met since the start: restored state is shown"));
  BOOST_TEST(!is_hidden("old"));
  BOOST_TEST(kept.has_restored(core->get("old", core.now_ms())->dot));
}

BOOST_AUTO_TEST_CASE(what_has_been_written_since_is_never_hidden) {
  kept.restore(journal_of("old"), {"b"}, true, start);
  BOOST_REQUIRE(core->put("new", crdt::shared_bytes{"value"}, core.now_ms()).has_value());
  BOOST_TEST(!is_hidden("new"));
  BOOST_TEST(!kept.has_restored(core->get("new", core.now_ms())->dot));
}

BOOST_AUTO_TEST_CASE(restored_state_is_shown_after_the_wait_and_its_sessions_wait_for_a_majority) {
  kept.restore(journal_of("old"), {"b", "c"}, true, start);
  const auto why = kept.settle(start + 60s);
  BOOST_REQUIRE(why.has_value());
  BOOST_TEST(why->find("restored sessions wait until a majority has been") != std::string::npos);
  BOOST_TEST(!kept.may_start_sessions());
}

BOOST_AUTO_TEST_CASE(a_node_without_others_believes_its_journal_at_once) {
  kept.restore(journal_of("old"), {}, true, start);
  BOOST_TEST(!is_hidden("old"));
  BOOST_TEST(!kept.is_hiding());
}

BOOST_AUTO_TEST_CASE(what_was_salvaged_is_written_only_once_all_that_others_have_is_here) {
  auto journal = journal_of("old");
  journal.opening.salvaged = std::make_shared<salvaged_state>();
  journal.opening.salvaged->registers = std::move(journal_of("salvaged").opening.restored->registers);
  kept.restore(journal, {"b"}, true, start);
  BOOST_TEST(kept.awaits_salvage());
  BOOST_TEST(!kept.write_salvaged(false));
  kept.met("b");
  kept.settle(start);
  kept.write_salvaged(false);
  BOOST_TEST(!core->is_writing_anew());
  kept.write_salvaged(true);
  BOOST_TEST(core->is_writing_anew());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kept_state_test
