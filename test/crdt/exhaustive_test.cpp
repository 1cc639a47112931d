// All that three replicas can make of four writes on one key.
//
// A write is a put or an erase at one of the replicas: 6 choices. It leaves a delta, the writer's whole register. Each
// delta may come in at each of the other replicas at any later time, in any order, more than once, by itself or with
// all that a third replica has joined meanwhile; or never. All of this is played:
//
// - Histories: in turn, each write, and each set of the earlier deltas that its writer may have received by then (which
//   holds those that it had at its own last write). There are 21,264 histories of four writes, and 1,002 shorter ones.
// - States: a replica holds the join of a set of deltas: each of the up to 16 sets, of each history.
// - Steps: from each state, the arrival of each delta (once with its context, once with that forgotten and a version
//   vector in its stead), and of each other state. Each has to lead to the one state of the union, so all orders of
//   arrival lead to the same. There are 6,896,058 steps.
// - Maps: for each history of four writes, the four deltas arrive at an empty map in each of the 24 orders.
//
// Under a sanitizer, there are three writes at most.
//
// Each state is compared with what the history says: live are the known puts that no known event had seen.

#include "crdt/aw_lww_map.hpp"
#include "crdt/causal_register.hpp"

#include "test/support/crdt_values.hpp"
#include "test/support/sanitized.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace exhaustive_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

namespace {

constexpr std::size_t writes_max = is_sanitized ? 3 : 4;
constexpr std::array writers{a, b, c};

/// Some of the writes of a history, or their deltas, as bits.
using write_set = unsigned;

struct write {
  dot event;
  /// Nothing for an erase.
  std::optional<entry> put;
  /// The deltas that its writer holds with it, and the events that these know.
  write_set received;
  write_set known;
  causal_register delta;
};

class explorer {
public:
  /// Extends the history by each possible write, until it is complete.
  void explore() {
    if (!history_.empty())
      check_states();
    ++histories[history_.size()];
    if (history_.size() == writes_max) {
      check_maps();
      return;
    }
    const auto states = states_;
    for (auto writer : writers)
      for (write_set received = 0; received < states.size(); ++received) {
        const auto own = own_last(writer);
        if ((received & own) != own)
          continue;
        for (auto is_put : {true, false}) {
          make_write(writer, is_put, received, states[received]);
          explore();
          history_.pop_back();
          states_ = states;
        }
      }
  }

  /// By their numbers of writes.
  std::array<std::size_t, writes_max + 1> histories{};
  std::size_t steps = 0;

private:
  /// The deltas that `writer` held at its last write.
  write_set own_last(replica_id writer) const {
    auto last =
      std::find_if(history_.rbegin(), history_.rend(), [&](const write& w) { return w.event.replica == writer; });
    return last == history_.rend() ? 0 : last->received;
  }

  void make_write(replica_id writer, bool is_put, write_set received, const causal_register& held) {
    const auto number = history_.size();
    auto is_own = [&](const write& w) { return w.event.replica == writer; };
    const auto counter = static_cast<std::uint64_t>(std::count_if(history_.begin(), history_.end(), is_own)) + 1;
    write made{{writer, counter}, std::nullopt, received | 1u << number, known(received) | 1u << number, held};
    if (is_put) {
      // A stamp is greater than those that it has seen; those of concurrent puts are often equal.
      std::uint64_t millis = 1;
      for (std::size_t i = 0; i < number; ++i)
        if ((made.known >> i & 1) != 0 && history_[i].put)
          millis = std::max(millis, history_[i].put->stamp.millis() - start_ms + 1);
      made.put = entry_of(made.event, millis, to_string(made.event));
      made.delta.put(*made.put);
    } else {
      made.delta.erase(made.event);
    }
    history_.push_back(std::move(made));
  }

  /// The events that a replica knows that holds `received`.
  write_set known(write_set received) const {
    write_set events = 0;
    for (std::size_t i = 0; i < history_.size(); ++i)
      if ((received >> i & 1) != 0)
        events |= history_[i].known;
    return events;
  }

  version_vector vector_of(write_set events) const {
    version_vector vector;
    for (std::size_t i = 0; i < history_.size(); ++i)
      if ((events >> i & 1) != 0)
        vector.raise(history_[i].event);
    return vector;
  }

  /// What the history says that a replica holds that knows `events`.
  causal_register expected(write_set events) const {
    std::vector<entry> live;
    for (std::size_t i = 0; i < history_.size(); ++i) {
      auto is_superseded = false;
      for (std::size_t later = i + 1; later < history_.size(); ++later)
        is_superseded |= (events >> later & 1) != 0 && (history_[later].known >> i & 1) != 0;
      if ((events >> i & 1) != 0 && history_[i].put && !is_superseded)
        live.push_back(*history_[i].put);
    }
    return causal_register{std::move(live), vector_of(events)};
  }

  /// Adds the states with the newest write, and takes every step to them.
  void check_states() {
    const auto newest = static_cast<write_set>(history_.size() - 1);
    states_.clear();
    std::vector<version_vector> vectors;
    for (write_set received = 0; received < 2u << newest; ++received) {
      states_.push_back(expected(known(received)));
      vectors.push_back(vector_of(known(received)));
    }
    require(history_[newest].delta == states_[history_[newest].received], "the writer holds what it has written");
    for (write_set from = 0; from < states_.size(); ++from) {
      for (std::size_t i = 0; i <= newest; ++i) {
        check_step(from, history_[i].delta, from | 1u << i);
        check_step_without_contexts(from, history_[i].delta, from | 1u << i, vectors[from]);
      }
      for (write_set other = 0; other < states_.size(); ++other)
        if (((from | other) >> newest & 1) != 0)
          check_step(from, states_[other], from | other);
    }
  }

  void check_step(write_set from, const causal_register& arriving, write_set to) {
    auto state = states_[from];
    const auto changed = state.join(arriving, {});
    require(state == states_[to], "a replica holds the known puts that no known event had seen");
    require(changed == (known(from) != known(to)), "a join says whether it has changed anything");
    ++steps;
  }

  void check_step_without_contexts(write_set from, const causal_register& arriving, write_set to,
                                   const version_vector& covered) {
    auto state = states_[from];
    state.forget_context();
    state.join(arriving, covered);
    state.forget_context();
    auto wanted = states_[to];
    wanted.forget_context();
    require(state == wanted, "a version vector does for contexts that are forgotten");
    ++steps;
  }

  void check_maps() {
    std::array<std::size_t, writes_max> order;
    std::iota(order.begin(), order.end(), 0);
    do {
      aw_lww_map map;
      write_set received = 0;
      for (auto i : order) {
        map.join("key", history_[i].delta, {});
        received |= 1u << i;
        require(register_of(map, "key") == states_[received], "a map holds what its register holds");
      }
      require(map.live_key_count() == (states_[received].live_count() > 0 ? 1u : 0u), "a map counts its live keys");
    } while (std::next_permutation(order.begin(), order.end()));
  }

  void require(bool holds, const char* what) const {
    if (holds)
      return;
    std::string told;
    for (const auto& w : history_)
      told +=
        to_string(w.event) + (w.put ? " puts" : " erases") + ", holding deltas " + std::to_string(w.received) + "; ";
    BOOST_FAIL(told << "not so: " << what);
  }

  std::vector<write> history_;
  /// By the set of deltas that they hold.
  std::vector<causal_register> states_{1};
};

} // namespace

BOOST_AUTO_TEST_SUITE(exhaustive)

BOOST_AUTO_TEST_CASE(three_replicas_agree_whatever_becomes_of_four_writes_on_one_key) {
  explorer e;
  e.explore();
  constexpr std::array<std::size_t, 5> expected{1, 6, 60, 936, 21'264};
  BOOST_TEST(e.histories == std::vector(expected.begin(), expected.begin() + writes_max + 1),
             boost::test_tools::per_element());
  BOOST_TEST_MESSAGE(e.steps << " steps");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace exhaustive_test
