#include "actors/session_ref.hpp"

#include "actors/hosted_session.hpp"
#include "actors/session_requests.hpp"
#include "actors/supervisor.hpp"
#include "test/support/embedded_cluster.hpp"
#include "test/support/eventually.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace ariadne;
using namespace std::chrono_literals;

namespace {

struct purse_v1 {
  std::uint32_t coins = 0;
};

struct purse {
  std::uint32_t coins = 0;
  std::string owner = "nobody";
};

template <class Inspector>
auto inspect(Inspector& f, purse_v1& x) {
  return inspect_fields(f, "purse", x.coins);
}
template <class Inspector>
auto inspect(Inspector& f, purse& x) {
  return inspect_fields(f, "purse", x.coins, x.owner);
}

} // namespace

template <>
struct ariadne::snapshot_traits<purse_v1> {
  static constexpr std::string_view type_name = "purse";
  static constexpr std::uint32_t schema_version = 1;
};
template <>
struct ariadne::snapshot_traits<purse> {
  static constexpr std::string_view type_name = "purse";
  static constexpr std::uint32_t schema_version = 2;
};

namespace {

using purse_actor = caf::typed_actor<
  // Puts coins into the purse; how many there are then.
  answers<std::uint32_t, put_atom, std::uint32_t>,
  // How many there are, and for how many messages the session has been started.
  answers<std::uint32_t, get_atom>,
  // It refuses.
  answers<bool, erase_atom>,
  // Dies.
  takes<leave_atom>,
  // A text.
  answers<std::string, deliver_atom, std::string>>;

template <class Purse>
purse_actor::behavior_type keep_purse(session_of<Purse> kept) {
  return {
    [kept](put_atom, std::uint32_t coins) { return kept->coins += coins; },
    [kept](get_atom) { return kept->coins; },
    [](erase_atom) -> caf::result<bool> { return make_error(ec::key_reserved, "not for you"); },
    [kept](leave_atom) { kept.self()->quit(caf::sec::runtime_error); },
    [kept](deliver_atom, const std::string& text) { return text + ": " + std::to_string(kept->coins); },
  };
}

upgrade_registry both_ways() {
  upgrade_registry result;
  result.add<purse_v1, purse>([](const purse_v1& old) { return purse{old.coins, "somebody"}; });
  result.add_downgrade<purse, purse_v1>([](const purse& now) { return purse_v1{now.coins}; });
  return result;
}

session_kind kind_of(std::uint32_t version, checkpoint_policy policy) {
  return version == 1
           ? session_kind_of<purse_actor, purse_v1>(keep_purse<purse_v1>, {.checkpoints = policy})
           : session_kind_of<purse_actor, purse>(keep_purse<purse>, {.checkpoints = policy, .upgrades = both_ways()});
}

/// Nodes that host purses, each in a version of its own.
struct purse_cluster : test::embedded_cluster {
  explicit purse_cluster(checkpoint_policy policy)
    : embedded_cluster({.nodes = {"a", "b"}, .complete = [this, policy](const auto& name, auto& options) {
                          session_host_options hosting;
                          hosting.kinds["purse"] = kind_of(versions[name], policy);
                          add_session_host(options, hosting);
                        }}) {}

  void begin() {
    for (const auto* name : {"a", "b"}) {
      versions.try_emplace(name, 2);
      start(name);
    }
    settle();
  }

  template <class... Args>
  auto ask_at(const std::string& node, const Args&... args) {
    const caf::scoped_actor self{system(node)};
    return request(self, mine, test::patience, args...).get();
  }
  std::string owner(const std::string& node) {
    const caf::scoped_actor self{system(node)};
    const auto at = locate(self, mine, {.wait = test::patience}).get();
    return at ? at->name : describe(at.error());
  }
  bool start_purse(const std::string& node) {
    const caf::scoped_actor self{system(node)};
    return static_cast<bool>(start_session(self, mine, session_options{.wait = test::patience}).get());
  }

  std::map<std::string, std::uint32_t> versions;
  session_ref<purse_actor> mine{"purse", "mine"};
};

struct fixture : purse_cluster {
  fixture() : purse_cluster(save_after_each_message()) {
    begin();
    BOOST_REQUIRE(start_purse("a"));
  }
};

std::string other(const std::string& node) {
  return node == "a" ? "b" : "a";
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_ref)

BOOST_FIXTURE_TEST_CASE(a_request_reaches_the_session_from_any_node_by_the_types_of_its_interface, fixture) {
  BOOST_TEST(*ask_at("a", put_atom_v, std::uint32_t{3}) == 3u);
  BOOST_TEST(*ask_at("b", put_atom_v, std::uint32_t{4}) == 7u);
  BOOST_TEST(*ask_at("b", get_atom_v) == 7u);
}

BOOST_FIXTURE_TEST_CASE(an_error_of_the_session_arrives_as_it_is, fixture) {
  const auto refused = ask_at("b", erase_atom_v);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error() == ec::key_reserved));
  BOOST_TEST(describe(refused.error()) == "the key is reserved: not for you");
}

BOOST_FIXTURE_TEST_CASE(an_event_based_actor_asks_and_sends_in_order, fixture) {
  std::promise<std::uint32_t> seen;
  system("b").spawn([&](caf::event_based_actor* self) {
    send(self, mine, put_atom_v, std::uint32_t{1});
    send(self, mine, put_atom_v, std::uint32_t{2});
    request(self, mine, test::patience, get_atom_v)
      .then([&](std::uint32_t coins) { seen.set_value(coins); }, [&](const caf::error&) { seen.set_value(0); });
  });
  BOOST_TEST(seen.get_future().get() == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_session_that_nobody_knows_is_an_error_of_its_own, fixture) {
  const caf::scoped_actor self{system("a")};
  const auto unknown =
    request(self, ariadne::session_ref<purse_actor>{"purse", "lost"}, test::patience, get_atom_v).get();
  BOOST_REQUIRE(!unknown);
  BOOST_TEST((unknown.error() == ec::session_unknown));
}

BOOST_FIXTURE_TEST_CASE(a_text_is_a_message_of_the_interface_like_any_other, fixture) {
  const caf::scoped_actor self{system("b")};
  const auto host = registered<session_host_actor>(system("b"), to_string(host_atom_v));
  std::string answer;
  mail(self, deliver_atom_v, std::string{"purse"}, std::string{"mine"}, std::string{"coins"})
    .request(host, test::patience)
    .receive([&](const std::string& text) { answer = text; }, [&](const caf::error& e) { answer = describe(e); });
  BOOST_TEST(answer == "coins: 0");
}

BOOST_FIXTURE_TEST_CASE(a_clause_that_the_kind_has_not_and_contents_that_it_does_not_take_are_refused, fixture) {
  const caf::scoped_actor self{system("b")};
  const auto host = registered<session_host_actor>(system("b"), to_string(host_atom_v));
  const auto error_of = [&](const std::string& call) {
    caf::error result;
    mail(self, deliver_atom_v, std::string{"purse"}, std::string{"mine"}, call)
      .request(host, test::patience)
      .receive([&](const std::string& bytes) { result = decode_answer(bytes).error(); },
               [&](caf::error& e) { result = std::move(e); });
    return result;
  };
  BOOST_TEST((error_of(encode_call("put,std::string", "")) == ec::clause_unknown));
  BOOST_TEST((error_of(encode_call("put,uint32_t", "123")) == ec::message_damaged));
  BOOST_TEST((error_of(encode_call("put,uint32_t", "12345")) == ec::message_damaged));
  BOOST_TEST((error_of(std::string{session_call_mark}) == ec::message_damaged));
  BOOST_TEST(*ask_at("b", get_atom_v) == 0u);
}

BOOST_FIXTURE_TEST_CASE(what_a_session_has_answered_survives_the_crash_of_its_node, fixture) {
  for (std::uint32_t round = 1; round <= 3; ++round)
    BOOST_TEST(*ask_at("b", put_atom_v, std::uint32_t{1}) == round);
  const auto owner_before = owner("b");
  crash(owner_before);
  BOOST_TEST(*ask_at(other(owner_before), get_atom_v) == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_session_that_fails_goes_on_from_its_last_answer, fixture) {
  BOOST_TEST(*ask_at("a", put_atom_v, std::uint32_t{5}) == 5u);
  BOOST_TEST(!ask_at("a", leave_atom_v));
  BOOST_TEST(*ask_at("a", get_atom_v) == 5u);
}

BOOST_FIXTURE_TEST_CASE(a_session_moves_with_its_state_when_its_node_stops, fixture) {
  BOOST_TEST(*ask_at("a", put_atom_v, std::uint32_t{5}) == 5u);
  const auto stopping = owner("a");
  BOOST_TEST(stop(stopping).complete);
  BOOST_TEST(*ask_at(other(stopping), put_atom_v, std::uint32_t{1}) == 6u);
}

BOOST_AUTO_TEST_CASE(a_rollout_can_be_taken_back_while_both_versions_run) {
  purse_cluster cluster{save_by_hand()};
  cluster.versions = {{"a", 1}, {"b", 1}};
  cluster.begin();
  BOOST_REQUIRE(cluster.start_purse("a"));
  std::uint32_t coins = 0;
  for (const std::uint32_t version : {2, 1})
    for (const std::string node : {"a", "b"}) {
      BOOST_TEST(*cluster.ask_at(node, put_atom_v, std::uint32_t{1}) == ++coins);
      BOOST_TEST(cluster.stop(node).complete);
      BOOST_TEST(*cluster.ask_at(other(node), put_atom_v, std::uint32_t{1}) == ++coins);
      cluster.versions[node] = version;
      cluster.start(node);
      cluster.settle();
    }
  BOOST_TEST(*cluster.ask_at("a", get_atom_v) == coins);
}

BOOST_AUTO_TEST_SUITE_END()
