#include "session/voter_agreement.hpp"

#include "session/session_host.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <variant>
#include <vector>

namespace voter_agreement_test {

using namespace ariadne::session;

namespace {

const host_id asker{"b", 2};

/// A host with the policy `pause` that sees another one.
struct counting_host {
  session_host host{options(), 0};
  std::uint64_t now_ms = 10'000;
  std::vector<peer_message> said;
  std::vector<host_event> events;

  static session_host_options options() {
    session_host_options result;
    result.self = {"a", 1};
    result.minority = minority_policy::pause;
    result.configured_nodes = {"a", "b", "c"};
    return result;
  }

  counting_host() {
    host.peer_up(asker, now_ms);
    look();
  }

  void hear(const peer_message& message) {
    std::string frame;
    append(frame, message);
    BOOST_TEST(host.receive(asker, frame, now_ms) == "");
    look();
  }

  void look() {
    said.clear();
    for (auto& c : host.take_commands())
      if (const auto* sent = std::get_if<send_frame>(&c))
        BOOST_TEST(decode_frame(sent->bytes, [&](peer_message&& m) { said.push_back(std::move(m)); }) == "");
      else if (auto* event = std::get_if<host_event>(&c))
        events.push_back(std::move(*event));
  }

  template <class Message>
  bool says() const {
    return std::any_of(said.begin(), said.end(), [](const auto& m) { return std::holds_alternative<Message>(m); });
  }

  bool gives_lease() {
    hear(lease_question{1});
    return says<lease_answer>();
  }

  void announce_of_asker() {
    hear(announce{.profile = {}, .tells_voters = true});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(voter_agreement, counting_host)

BOOST_AUTO_TEST_CASE(a_host_of_a_program_that_does_not_tell_gets_a_lease) {
  hear(announce{});
  BOOST_TEST(!says<voters>());
  BOOST_TEST(gives_lease());
}

BOOST_AUTO_TEST_CASE(hosts_that_tell_are_told_in_turn_and_once) {
  announce_of_asker();
  BOOST_REQUIRE(says<voters>());
  BOOST_TEST((std::get<voters>(said.front()).names == std::set<std::string>{"a", "b", "c"}));
  announce_of_asker();
  BOOST_TEST(!says<voters>());
}

BOOST_AUTO_TEST_CASE(a_host_that_has_yet_to_tell_gets_no_lease) {
  announce_of_asker();
  BOOST_TEST(!gives_lease());
}

BOOST_AUTO_TEST_CASE(a_host_that_counts_the_same_gets_a_lease_and_is_asked_for_one) {
  announce_of_asker();
  hear(voters{{"a", "b", "c"}});
  BOOST_TEST(says<lease_question>());
  BOOST_TEST(gives_lease());
}

BOOST_AUTO_TEST_CASE(a_host_that_counts_one_node_more_or_less_gets_a_lease) {
  announce_of_asker();
  hear(voters{{"a", "b", "c", "d"}});
  BOOST_TEST(gives_lease());
  hear(voters{{"a", "b"}});
  BOOST_TEST(gives_lease());
  BOOST_TEST(events.empty());
}

BOOST_AUTO_TEST_CASE(a_host_that_counts_another_node_instead_of_one_gets_no_lease_and_that_is_said) {
  announce_of_asker();
  hear(voters{{"a", "b", "d"}});
  BOOST_TEST(!says<lease_question>());
  BOOST_TEST(!gives_lease());
  BOOST_REQUIRE(events.size() == 1u);
  BOOST_TEST((events.front().what == host_event::type::voters_differ));
  BOOST_TEST(events.front().other.node == "b");
  BOOST_TEST((events.front().voters == std::set<std::string>{"a", "b", "d"}));
}

BOOST_AUTO_TEST_CASE(what_a_host_has_told_ends_with_it) {
  announce_of_asker();
  hear(voters{{"a", "x", "y", "z"}});
  host.peer_down(asker, now_ms);
  host.peer_up(asker, now_ms);
  look();
  hear(announce{});
  BOOST_TEST(gives_lease());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace voter_agreement_test
