#include "actors/internal/crdt_replica.hpp"

#include "actors/caf_edition.hpp"
#include "actors/internal/replica_messages.hpp"
#include "test/support/log_book.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace crdt_replica_test {

using namespace ariadne;
using namespace ariadne::test;

namespace {

const write_options local{{concern_level::local, 0}};

struct fixture : logging, test_system {
  /// A replica with the id `id`. Its link to a peer that was refused rests for longer than a test lasts.
  crdt_replica_actor replica(std::uint64_t id, const std::string& cluster = "test") {
    crdt_replica_options options;
    options.core.id = crdt::replica_id{id};
    options.core.cluster = cluster;
    options.core.node = "node-" + std::to_string(id);
    options.core.limits = {16, 64, 1024};
    options.retry_refused_after = std::chrono::hours{1};
    options.log = log.sink();
    return keep(spawn_crdt_replica(system, options));
  }

  void set_neighbours(const crdt_replica_actor& whom,
                      const std::vector<std::pair<std::uint64_t, crdt_replica_actor>>& to) {
    std::vector<known_node> nodes;
    for (const auto& [id, handle] : to)
      nodes.push_back(
        {"node-" + std::to_string(id), node_presence::up, {id, caf::actor_cast<caf::strong_actor_ptr>(handle)}, true});
    mail(self, neighbours_atom_v, nodes).send(whom);
  }

  event_id put(const crdt_replica_actor& whom, const std::string& key, const std::string& value) {
    return ask<receipt>(whom, put_atom_v, key, value, local).event;
  }

  map_entry get(const crdt_replica_actor& whom, const std::string& key) {
    return ask<map_entry>(whom, get_atom_v, key, wait_options{});
  }

  bool eventually_reads(const crdt_replica_actor& whom, const std::string& key, const std::string& value) {
    return eventually([&] { return get(whom, key).value.view() == value; });
  }

  caf::error put_error(const crdt_replica_actor& whom, const std::string& key, const std::string& value) {
    const auto answer = try_ask<receipt>(whom, put_atom_v, key, value, local);
    return answer ? caf::error{} : answer.error();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(crdt_replica, fixture)

BOOST_AUTO_TEST_CASE(a_map_is_written_read_and_erased) {
  const auto a = replica(1);
  const auto written = put(a, "key", "value");
  BOOST_TEST(written.replica == 1u);
  BOOST_TEST(written.counter == 1u);
  BOOST_TEST(get(a, "key").value.view() == "value");
  BOOST_TEST(get(a, "key").event.counter == 1u);
  BOOST_TEST(!get(a, "other").found);

  const auto erased = ask<map_entry>(a, erase_atom_v, std::string{"key"}, wait_options{});
  BOOST_TEST(erased.found);
  BOOST_TEST(erased.value.view() == "value");
  BOOST_TEST(erased.event.counter == 1u);
  BOOST_TEST(!get(a, "key").found);
  BOOST_TEST(!ask<map_entry>(a, erase_atom_v, std::string{"key"}, wait_options{}).found);
}

BOOST_AUTO_TEST_CASE(the_keys_with_a_prefix_come_sorted) {
  const auto a = replica(1);
  for (const auto key : {"game_b", "game_a", "other"})
    put(a, key, "value");
  const auto keys = [&](const std::string& prefix) {
    return ask<keys_page>(a, keys_atom_v, prefix, std::string{}).keys;
  };
  BOOST_TEST((keys("game_") == std::vector<std::string>{"game_a", "game_b"}));
  BOOST_TEST(keys("").size() == 3u);
  BOOST_TEST(keys("none").empty());
}

BOOST_AUTO_TEST_CASE(what_exceeds_a_limit_is_refused_and_changes_nothing) {
  const auto a = replica(1);
  put(a, "key", "value");
  BOOST_TEST((put_error(a, "", "value") == ec::key_empty));
  BOOST_TEST((put_error(a, std::string(17, 'k'), "value") == ec::key_too_long));
  BOOST_TEST((put_error(a, "key", std::string(65, 'v')) == ec::value_too_long));
  for (int i = 0; i < 14; ++i)
    put(a, "key" + std::to_string(i), std::string(64, 'v'));
  BOOST_TEST((put_error(a, "one more", std::string(64, 'v')) == ec::map_full));
  BOOST_TEST(get(a, "key").value.view() == "value");
  BOOST_TEST(ask<replica_status>(a, status_atom_v).keys == 15u);
}

BOOST_AUTO_TEST_CASE(neighbours_of_each_other_converge) {
  const auto a = replica(1);
  const auto b = replica(2);
  put(a, "before", "a");
  set_neighbours(a, {{2, b}});
  set_neighbours(b, {{1, a}});
  put(b, "after", "b");
  BOOST_TEST(eventually_reads(b, "before", "a"));
  BOOST_TEST(eventually_reads(a, "after", "b"));
  ask<map_entry>(b, erase_atom_v, std::string{"before"}, wait_options{});
  BOOST_TEST(eventually([&] { return !get(a, "before").found; }));
}

BOOST_AUTO_TEST_CASE(one_direction_is_enough_for_the_changes_of_one) {
  const auto a = replica(1);
  const auto b = replica(2);
  set_neighbours(a, {{2, b}});
  put(a, "key", "value");
  BOOST_TEST(eventually_reads(b, "key", "value"));
  BOOST_TEST(ask<replica_status>(a, status_atom_v).neighbours == 1u);
  BOOST_TEST(ask<replica_status>(b, status_atom_v).neighbours == 0u);
}

BOOST_AUTO_TEST_CASE(changes_travel_along_a_line) {
  const auto a = replica(1);
  const auto b = replica(2);
  const auto c = replica(3);
  set_neighbours(a, {{2, b}});
  set_neighbours(b, {{1, a}, {3, c}});
  set_neighbours(c, {{2, b}});
  put(a, "from a", "1");
  put(c, "from c", "2");
  BOOST_TEST(eventually_reads(c, "from a", "1"));
  BOOST_TEST(eventually_reads(a, "from c", "2"));
}

BOOST_AUTO_TEST_CASE(what_is_a_neighbour_no_longer_gets_no_more_changes_until_it_is_one_again) {
  const auto a = replica(1);
  const auto b = replica(2);
  const auto c = replica(3);
  set_neighbours(a, {{2, b}, {3, c}});
  put(a, "key", "1");
  BOOST_TEST(eventually_reads(b, "key", "1"));
  set_neighbours(a, {{3, c}});
  put(a, "key", "2");
  BOOST_TEST(eventually_reads(c, "key", "2"));
  BOOST_TEST(get(b, "key").value.view() == "1");
  set_neighbours(a, {{2, b}, {3, c}});
  BOOST_TEST(eventually_reads(b, "key", "2"));
}

BOOST_AUTO_TEST_CASE(a_replica_that_ends_is_a_neighbour_no_longer) {
  const auto a = replica(1);
  const auto b = replica(2);
  set_neighbours(a, {{2, b}});
  set_neighbours(b, {{1, a}});
  BOOST_TEST(eventually([&] { return ask<replica_status>(a, status_atom_v).caught_up; }));
  caf::anon_send_exit(b, caf::exit_reason::kill);
  BOOST_TEST(eventually([&] { return ask<replica_status>(a, status_atom_v).neighbours == 0; }));
}

BOOST_AUTO_TEST_CASE(a_member_that_counts_as_up_is_waited_for_and_sent_what_it_lacks_though_its_link_was_lost) {
  const auto a = replica(1);
  const auto b = replica(2);
  set_neighbours(a, {{2, b}});
  BOOST_TEST(eventually([&] { return ask<replica_status>(a, status_atom_v).neighbours == 1; }));
  caf::anon_send_exit(b, caf::exit_reason::kill);
  BOOST_TEST(eventually([&] { return ask<replica_status>(a, status_atom_v).neighbours == 0; }));
  // Whoever knows more of nodes is not sure yet that it is down.
  set_neighbours(a, {{2, b}});
  const write_options on_another{{concern_level::one, 0}, 50};
  BOOST_TEST(!try_ask<receipt>(a, put_atom_v, std::string{"key"}, std::string{"value"}, on_another));
  const auto again = replica(2);
  set_neighbours(a, {{2, again}});
  BOOST_TEST(eventually_reads(again, "key", "value"));
  BOOST_TEST(ask<receipt>(a, put_atom_v, std::string{"key"}, std::string{"2"}, write_options{}).holders.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_new_incarnation_gets_everything_back) {
  const auto a = replica(1);
  const auto b = replica(2);
  set_neighbours(a, {{2, b}});
  set_neighbours(b, {{1, a}});
  put(b, "key", "value");
  BOOST_TEST(eventually_reads(a, "key", "value"));
  caf::anon_send_exit(b, caf::exit_reason::kill);
  const auto b2 = replica(3);
  set_neighbours(a, {{3, b2}});
  set_neighbours(b2, {{1, a}});
  BOOST_TEST(eventually_reads(b2, "key", "value"));
}

BOOST_AUTO_TEST_CASE(absence_proves_nothing_before_a_replica_has_caught_up) {
  const auto a = replica(1);
  BOOST_TEST(get(a, "key").caught_up);
  // A neighbour that never says a word.
  const auto mute = caf::actor_cast<crdt_replica_actor>(self);
  set_neighbours(a, {{2, mute}});
  BOOST_TEST(!get(a, "key").caught_up);
}

BOOST_AUTO_TEST_CASE(a_drain_is_complete_once_all_neighbours_have_acknowledged) {
  const auto a = replica(1);
  const auto b = replica(2);
  set_neighbours(a, {{2, b}});
  put(a, "key", "value");
  const auto report = ask<drain_report>(a, drain_atom_v, std::uint64_t{30'000});
  BOOST_TEST(report.complete);
  BOOST_TEST(report.members == 1u);
  BOOST_TEST(report.leftovers.empty());
  BOOST_TEST(get(b, "key").value.view() == "value");
}

BOOST_AUTO_TEST_CASE(a_drain_says_what_could_not_be_handed_over) {
  const auto a = replica(1);
  set_neighbours(a, {{2, caf::actor_cast<crdt_replica_actor>(self)}});
  put(a, "key 1", "value");
  put(a, "key 2", "value");
  const auto report = ask<drain_report>(a, drain_atom_v, std::uint64_t{1});
  BOOST_TEST(!report.complete);
  BOOST_TEST(report.members == 1u);
  BOOST_REQUIRE(report.leftovers.size() == 2u);
  BOOST_TEST(report.leftovers[0].key == "key 1");
  BOOST_TEST(report.leftovers[1].key == "key 2");
  BOOST_TEST(report.leftovers[0].reason == "not acknowledged by node-2");
}

BOOST_AUTO_TEST_CASE(garbage_is_refused_once_and_harms_nobody) {
  const auto a = replica(1);
  const auto b = replica(2);
  put(a, "key", "value");
  for (int i = 0; i < 3; ++i)
    mail(self, sync_frame{"garbage"}).send(a);
  anon_mail(sync_frame{"from nobody"}).send(a);
  BOOST_TEST(get(a, "key").value.view() == "value");
  BOOST_TEST(log.count("is refused") == 1u);
  set_neighbours(a, {{2, b}});
  BOOST_TEST(eventually_reads(b, "key", "value"));
}

BOOST_AUTO_TEST_CASE(a_replica_of_another_cluster_is_refused_on_both_sides) {
  const auto a = replica(1, "theirs");
  const auto b = replica(2, "ours");
  put(a, "key", "value");
  set_neighbours(a, {{2, b}});
  set_neighbours(b, {{1, a}});
  BOOST_TEST(eventually([&] { return log.count("is not cluster") >= 2; }));
  BOOST_TEST(!get(b, "key").found);
}

namespace {

/// Without the narrow limits of the others, and with more keys than a page has room for.
struct large_replica : fixture {
  static constexpr int count = 5'000;

  large_replica() {
    crdt_replica_options options;
    options.core.id = crdt::replica_id{9};
    options.core.node = "node-9";
    subject = keep(spawn_crdt_replica(system, options));
    set_neighbours(subject, {{2, caf::actor_cast<crdt_replica_actor>(self)}});
    for (auto i = 0; i < count; ++i)
      mail(self, put_atom_v, "key " + std::to_string(i), std::string{"value"}, local).send(subject);
  }

  crdt_replica_actor subject;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(more_keys_than_a_page_has_room_for_come_in_pages, large_replica) {
  std::set<std::string> listed;
  std::string last;
  auto pages = 0;
  for (auto is_last = false; !is_last; ++pages) {
    const auto page = ask<keys_page>(subject, keys_atom_v, std::string{}, last);
    BOOST_REQUIRE(!page.keys.empty());
    BOOST_TEST((page.keys.front() > last));
    BOOST_TEST(std::is_sorted(page.keys.begin(), page.keys.end()));
    listed.insert(page.keys.begin(), page.keys.end());
    last = page.keys.back();
    is_last = page.is_last;
  }
  BOOST_TEST(listed.size() == static_cast<std::size_t>(count));
  BOOST_TEST(pages > 1);
}

BOOST_FIXTURE_TEST_CASE(more_leftovers_than_a_page_has_room_for_come_in_pages, large_replica) {
  const auto report = ask<drain_report>(subject, drain_atom_v, std::uint64_t{1});
  std::vector<std::string> keys;
  auto note = [&](const std::vector<leftover>& leftovers) {
    for (const auto& each : leftovers)
      keys.push_back(each.key);
  };
  note(report.leftovers);
  BOOST_TEST(report.next_leftover != 0u);
  for (auto next = report.next_leftover; next != 0;) {
    const auto page = ask<leftovers_page>(subject, leftovers_atom_v, next);
    note(page.leftovers);
    next = page.next;
  }
  BOOST_TEST(keys.size() == static_cast<std::size_t>(count));
  BOOST_TEST((std::set<std::string>{keys.begin(), keys.end()}.size()) == keys.size());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace crdt_replica_test
