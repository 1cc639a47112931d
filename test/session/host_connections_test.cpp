#include "session/host_connections.hpp"

#include "crdt/mix.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace host_connections_test {

using namespace ariadne;
using session::host_id;

namespace {

const host_id self{"b", 2};
const host_id lesser{"a", 1};
const host_id greater{"c", 3};

struct middle_host {
  session::host_connections connections{self};

  ~middle_host() {
    BOOST_TEST(connections.check_invariants() == "");
  }

  template <class Command>
  std::optional<Command> last() {
    std::optional<Command> result;
    for (auto& c : connections.take_commands())
      if (auto* found = std::get_if<Command>(&c))
        result = std::move(*found);
    return result;
  }
};

/// Hosts over channels that keep their order, lose what is on its way when they are cut, and are found out about at
/// both ends at different times. Drawn from a seed.
class wobbly_network {
public:
  explicit wobbly_network(std::uint64_t seed) : state_(seed) {
    for (std::size_t i = 0; i < count; ++i)
      start(i);
  }

  void start(std::size_t i) {
    for (std::size_t other = 0; other < count; ++other)
      if (other != i)
        cut(i, other);
    ids_[i] = {name(i), 1 + draw() % 1'000'000};
    hosts_[i] = std::make_unique<session::host_connections>(ids_[i]);
  }

  /// Something of all that may happen does: `is_calm` means that nothing breaks any more.
  void step(bool is_calm) {
    const auto one = draw() % count;
    const auto other = (one + 1 + draw() % (count - 1)) % count;
    switch (draw() % (is_calm ? 6 : 9)) {
      case 6:
        return cut(one, other);
      case 7:
        return draw() % 8 == 0 ? start(one) : void();
      case 8:
        // What is on its way is lost, and neither side has heard of that yet.
        ways_[one][other].clear();
        return;
      case 0:
        look(one);
        return;
      default:
        arrive(one, other);
    }
  }

  bool is_connected() const {
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = 0; j < count; ++j)
        if (i != j
            && (!hosts_[i]->number_to(ids_[j]) || hosts_[i]->number_to(ids_[j]) != hosts_[j]->number_to(ids_[i])))
          return false;
    return true;
  }

  void check() const {
    for (const auto& host : hosts_)
      BOOST_TEST_REQUIRE(host->check_invariants() == "");
  }

private:
  static constexpr std::size_t count = 3;
  struct introduction {
    host_id from;
    std::uint64_t number;
  };
  struct answer {
    std::uint64_t number;
  };
  struct wish {
    host_id from;
    std::uint64_t last;
  };
  using message = std::variant<introduction, answer, wish>;

  static std::string name(std::size_t i) {
    return std::string(1, static_cast<char>('a' + i));
  }

  std::uint64_t draw() {
    return crdt::mix(++state_);
  }

  /// Both ends lose the connection, and what was on its way.
  void cut(std::size_t i, std::size_t j) {
    for (const auto& [one, other] : {std::pair{i, j}, std::pair{j, i}}) {
      ways_[one][other].clear();
      if (!hosts_[one] || !hosts_[other])
        continue;
      hosts_[one]->lost(ids_[other], "is gone");
      hosts_[one]->failed(ids_[other]);
      carry_out(one);
    }
  }

  void look(std::size_t i) {
    std::set<std::string> up;
    for (std::size_t other = 0; other < count; ++other)
      if (other != i)
        up.insert(name(other));
    hosts_[i]->set_nodes(std::move(up));
    carry_out(i);
  }

  std::size_t index_of(const host_id& host) const {
    return static_cast<std::size_t>(host.node.front() - 'a');
  }

  void send(std::size_t from, const host_id& to, message m) {
    if (ids_[index_of(to)] == to)
      ways_[from][index_of(to)].push_back(std::move(m));
    else
      hosts_[from]->failed(to);
  }

  void carry_out(std::size_t i) {
    for (auto& c : hosts_[i]->take_commands()) {
      if (auto* begun = std::get_if<session::host_connections::introduce>(&c))
        send(i, begun->to, introduction{ids_[i], begun->number});
      else if (auto* asked = std::get_if<session::host_connections::ask_to_begin>(&c))
        send(i, asked->whom, wish{ids_[i], asked->last_number});
      else if (auto* search = std::get_if<session::host_connections::search>(&c)) {
        hosts_[i]->found(ids_[static_cast<std::size_t>(search->node.front() - 'a')]);
        carry_out(i);
      }
    }
  }

  void arrive(std::size_t from, std::size_t to) {
    auto& way = ways_[from][to];
    if (way.empty()) {
      // The time is up for an introduction that was lost.
      hosts_[from]->failed(ids_[to]);
      return;
    }
    const auto m = std::move(way.front());
    way.pop_front();
    if (const auto* i = std::get_if<introduction>(&m)) {
      hosts_[to]->introduced(i->from, i->number);
      send(to, i->from, answer{i->number});
    } else if (const auto* a = std::get_if<answer>(&m)) {
      hosts_[to]->answered(ids_[from], a->number);
    } else if (const auto* w = std::get_if<wish>(&m)) {
      hosts_[to]->asked_to_begin(w->from, w->last);
    }
    carry_out(to);
  }

  std::uint64_t state_;
  std::unique_ptr<session::host_connections> hosts_[count];
  host_id ids_[count];
  std::deque<message> ways_[count][count];
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(host_connections, middle_host)

BOOST_AUTO_TEST_CASE(the_host_with_the_lesser_incarnation_begins) {
  connections.found(greater);
  const auto begun = last<session::host_connections::introduce>();
  BOOST_TEST_REQUIRE(begun.has_value());
  BOOST_TEST((begun->to == greater));
  connections.found(lesser);
  BOOST_TEST((last<session::host_connections::ask_to_begin>()->whom == lesser));
}

BOOST_AUTO_TEST_CASE(only_one_introduction_to_a_host_is_on_its_way) {
  connections.found(greater);
  connections.take_commands();
  connections.found(greater);
  BOOST_TEST(connections.take_commands().empty());
  connections.failed(greater);
  connections.found(greater);
  BOOST_TEST(last<session::host_connections::introduce>().has_value());
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_too_late_is_of_no_connection) {
  connections.found(greater);
  connections.failed(greater);
  connections.found(greater);
  connections.answered(greater, 1);
  BOOST_TEST(!connections.number_to(greater));
  connections.answered(greater, 2);
  BOOST_TEST((connections.number_to(greater) == 2u));
}

BOOST_AUTO_TEST_CASE(frames_of_another_connection_are_nobodys) {
  connections.introduced(lesser, 7);
  BOOST_TEST((connections.sender_of(lesser.incarnation, 7) == lesser));
  BOOST_TEST(!connections.sender_of(lesser.incarnation, 6));
  BOOST_TEST(!connections.sender_of(greater.incarnation, 7));
}

BOOST_AUTO_TEST_CASE(a_host_that_connects_anew_has_lost_the_connection_before) {
  connections.introduced(lesser, 7);
  connections.take_commands();
  connections.introduced(lesser, 8);
  const auto commands = connections.take_commands();
  BOOST_TEST_REQUIRE(commands.size() == 2u);
  BOOST_TEST((std::get<session::host_connections::change>(commands[0]).disconnected == lesser));
  BOOST_TEST((std::get<session::host_connections::change>(commands[1]).connected == lesser));
}

BOOST_AUTO_TEST_CASE(who_has_lost_a_connection_asks_for_the_next_one_and_no_other) {
  connections.found(greater);
  connections.answered(greater, 1);
  connections.take_commands();
  // It has not heard of this one yet.
  connections.asked_to_begin(greater, 0);
  BOOST_TEST((connections.number_to(greater) == 1u));
  connections.asked_to_begin(greater, 1);
  BOOST_TEST(!connections.number_to(greater));
  BOOST_TEST((last<session::host_connections::introduce>()->number == 2u));
}

BOOST_AUTO_TEST_CASE(a_later_start_of_a_host_replaces_the_earlier_one) {
  connections.introduced(lesser, 7);
  connections.take_commands();
  const host_id later{lesser.node, 10};
  connections.asked_to_begin(later, 0);
  connections.answered(later, 1);
  BOOST_TEST(!connections.number_to(lesser));
  BOOST_TEST((connections.number_to(later) == 1u));
}

BOOST_AUTO_TEST_CASE(a_node_is_unmet_while_it_is_up_and_its_host_is_not_connected) {
  connections.set_nodes({"a", "c"});
  BOOST_TEST((last<session::host_connections::change>()->unmet == std::set<std::string>{"a", "c"}));
  connections.has_no_host("c");
  BOOST_TEST((last<session::host_connections::change>()->unmet == std::set<std::string>{"a"}));
  connections.introduced(lesser, 1);
  BOOST_TEST(last<session::host_connections::change>()->unmet.empty());
  BOOST_TEST(connections.is_complete());
  connections.lost(lesser, "is gone");
  BOOST_TEST((last<session::host_connections::change>()->unmet == std::set<std::string>{"a"}));
  BOOST_TEST(!connections.is_complete());
}

BOOST_AUTO_TEST_CASE(a_node_that_was_not_up_for_a_moment_is_met_as_long_as_its_host_is_connected) {
  connections.introduced(lesser, 1);
  connections.set_nodes({});
  connections.set_nodes({"a"});
  BOOST_TEST(connections.is_complete());
}

BOOST_DATA_TEST_CASE(all_hosts_come_to_be_connected_whatever_was_lost, boost::unit_test::data::xrange(300), seed) {
  wobbly_network network{static_cast<std::uint64_t>(seed) << 20};
  for (int i = 0; i < 200; ++i) {
    network.step(false);
    network.check();
  }
  for (int i = 0; i < 600 && !network.is_connected(); ++i) {
    network.step(true);
    network.check();
  }
  BOOST_TEST(network.is_connected());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace host_connections_test
