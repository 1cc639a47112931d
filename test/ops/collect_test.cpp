#include "ops/collect.hpp"

#include "actors/internal/storage_messages.hpp"
#include "actors/settings.hpp"
#include "test/support/eventually.hpp"
#include "test/support/test_system.hpp"

#include <caf/actor_cast.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace collect_test {

using namespace ariadne;
using namespace std::chrono_literals;

namespace {

using counter = std::shared_ptr<std::atomic<int>>;

/// Is asked, and says nothing.
caf::behavior silent_actor(caf::event_based_actor* self, const counter& asked) {
  const auto kept = std::make_shared<std::vector<caf::response_promise>>();
  const auto keep = [=] {
    kept->push_back(self->make_response_promise());
    ++*asked;
  };
  return {[=](status_atom) { keep(); }, [=](status_atom, const std::string&) { keep(); }};
}

caf::behavior answering_handoff(caf::event_based_actor*) {
  return {[](status_atom) { return node_status{"a", "knossos", {}}; }};
}

caf::behavior answering_membership(caf::event_based_actor*) {
  return {[](status_atom, const std::string& after) {
    // In two pages.
    member_status told;
    told.name = after.empty() ? "a" : "b";
    return members_page{{told}, !after.empty()};
  }};
}

caf::behavior answering_storage(caf::event_based_actor*) {
  return {[](status_atom) {
    storage_status told;
    told.directory = "/var/lib/ariadne";
    return told;
  }};
}

struct a_node : test::test_system {
  template <class Handle, class... Ts>
  void add(const std::string& name, Ts... arguments) {
    register_actor(system, name, caf::actor_cast<Handle>(keep(system.spawn(std::move(arguments)...))));
  }

  void add_silent(const std::string& name) {
    add<caf::actor>(name, silent_actor, asked);
  }

  counter asked = std::make_shared<std::atomic<int>>(0);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(collect, a_node)

BOOST_AUTO_TEST_CASE(what_all_actors_say_is_in_the_report) {
  add<state_handoff_actor>(to_string(handoff_atom_v), answering_handoff);
  add<cluster_membership_actor>(membership_name, answering_membership);
  add<storage_actor>(storage_name, answering_storage);
  const auto report = ariadne::collect(system, test::patience);
  BOOST_TEST_REQUIRE(report.has_value());
  BOOST_TEST(report->status.node == "a");
  BOOST_TEST(report->members.size() == 2u);
  BOOST_TEST(!report->hosting.has_value());
  BOOST_TEST_REQUIRE(report->storage.has_value());
  BOOST_TEST(report->storage->directory == "/var/lib/ariadne");
}

BOOST_AUTO_TEST_CASE(nobody_is_left_out_since_another_one_is_silent) {
  add<state_handoff_actor>(to_string(handoff_atom_v), answering_handoff);
  add<cluster_membership_actor>(membership_name, answering_membership);
  add_silent(settings_name);
  add<storage_actor>(storage_name, answering_storage);
  const auto report = ariadne::collect(system, 500ms);
  BOOST_TEST_REQUIRE(report.has_value());
  BOOST_TEST(report->settings.empty());
  BOOST_TEST(report->storage.has_value());
}

BOOST_AUTO_TEST_CASE(all_are_asked_at_once_also_if_several_are_silent) {
  add_silent(to_string(handoff_atom_v));
  add_silent(membership_name);
  add_silent(to_string(host_atom_v));
  add_silent(settings_name);
  add_silent(storage_name);
  const auto report = ariadne::collect(system, 500ms);
  BOOST_TEST_REQUIRE(!report.has_value());
  BOOST_TEST(report.error().starts_with(to_string(handoff_atom_v) + " does not answer: "), report.error());
  BOOST_TEST(test::eventually([&] { return *asked == 5; }));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace collect_test
