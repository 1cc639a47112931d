#include "crdt/invariant.hpp"
#include "test/simulation/history.hpp"
#include "test/simulation/random_source.hpp"
#include "test/support/seed_runner.hpp"
#include "test/support/slow_network.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

// Plays random loads over links on which bytes take time: values of up to a thousand pieces among small ones, links
// that break at any point, and a value that is written again and again. Checks that all arrive in a time that the link
// explains, that nothing of it is mixed up, that small writes do not wait for large ones, and that what a broken link
// has carried is not sent again.

namespace {

using namespace ariadne;
using simulation::random_source;
using simulation::violation;

/// A value that says which one it is in each of its bytes.
std::string value_of(std::uint64_t number, std::size_t bytes) {
  std::string result(bytes, '\0');
  auto state = number * 0x9e37'79b9'7f4a'7c15 + bytes;
  for (auto& byte : result) {
    state = state * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
    byte = static_cast<char>(state >> 56);
  }
  return result;
}

class play {
public:
  explicit play(std::uint64_t seed) : random_(seed) {
    rate_ = std::pow(10.0, 2.1 + static_cast<double>(random_.below(150)) / 100);
    delay_ms_ = random_.pick<std::uint64_t>({0, 1, 20, 100});
    nodes_ = random_.between(2, 3);
    is_line_ = random_.chance(50);
    breaks_ = random_.chance(50);
    network_.options.limits.value_bytes_max = std::size_t{1} << 30;
    for (std::size_t i = 0; i < nodes_; ++i)
      network_.add();
    for (std::size_t i = 0; i < nodes_; ++i) {
      std::set<crdt::replica_id> members;
      for (std::size_t j = 0; j < nodes_; ++j)
        members.insert(network_[j].id());
      network_[i].set_members(members);
    }
    connect();
  }

  void run() {
    if (nodes_ == 2 && random_.chance(30))
      write_again_and_again();
    // As much as the links carry in ten seconds.
    const auto bytes_max = static_cast<std::size_t>(rate_ * 10'000);
    for (std::size_t written = 0; written < bytes_max;) {
      if (random_.chance(60))
        write_small();
      else
        written += write_large(bytes_max);
      pass(random_.below(400));
      if (breaks_ && random_.chance(20))
        break_link();
    }
    // All of it over one link, twice for good measure, and what came to nothing at each break.
    const auto hops = is_line_ ? nodes_ - 1 : 1;
    const auto patience_ms = 20'000 * hops * 2 + 10'000 + breaks_done_ * 2'000;
    if (!network_.pass_until(patience_ms, [&] { return has_all(); }))
      throw violation{"every value arrives in a time that its size explains",
                      describe() + ", not in " + std::to_string(patience_ms) + " ms"};
    check_values();
    check_bytes();
  }

  std::string describe() const {
    return std::to_string(nodes_) + (is_line_ ? " nodes in a line, " : " nodes, ")
           + std::to_string(static_cast<int>(rate_)) + " bytes/ms, " + std::to_string(delay_ms_) + " ms each way, "
           + std::to_string(breaks_done_) + " breaks";
  }

  /// How long it has been by the clock of the play.
  std::uint64_t milliseconds() const {
    return network_.now_ms - test::start_ms;
  }

private:
  void connect() {
    links_.clear();
    for (std::size_t i = 0; i + 1 < nodes_; ++i)
      links_.push_back(network_.connect(i, i + 1, rate_, delay_ms_));
    if (nodes_ == 3 && !is_line_)
      links_.push_back(network_.connect(0, 2, rate_, delay_ms_));
    network_.pass_until(2'000, [&] {
      for (std::size_t i = 0; i < nodes_; ++i)
        if (!network_[i].caught_up())
          return false;
      return true;
    });
  }

  void break_link() {
    ++breaks_done_;
    const auto broken = random_.below(links_.size());
    sent_before_ += network_.bytes_to_second(links_[broken]);
    network_.disconnect(links_[broken]);
    // What has been written before waits for the next link.
    small_.clear();
    pass(random_.below(1'000));
    const auto [first, second] = network_.ends(links_[broken]);
    links_[broken] = network_.connect(first, second, rate_, delay_ms_);
    broken_ms_ = network_.now_ms;
  }

  /// A new version comes several times while one is carried.
  void write_again_and_again() {
    const auto bytes = static_cast<std::size_t>(rate_ * static_cast<double>(random_.between(300, 3'000)));
    const auto carried_ms = static_cast<std::uint64_t>(static_cast<double>(bytes) / rate_);
    const auto every_ms = std::max<std::uint64_t>(carried_ms / random_.between(2, 5), 1);
    crdt::dot last;
    auto since_ms = network_.now_ms;
    for (std::uint64_t ms = 0; ms < 7 * carried_ms; ++ms) {
      if (ms % every_ms == 0) {
        network_.put(0, "session", value_of(++writes_, bytes));
        expected_["session"] = {writes_, bytes};
        is_overwritten_ = true;
      }
      pass(1);
      const auto found = network_[1].get("session", network_.now_ms);
      if (found && found->dot != last) {
        last = found->dot;
        since_ms = network_.now_ms;
      } else if (network_.now_ms - since_ms > 2 * carried_ms + 25 * delay_ms_ + 500) {
        throw violation{"what is written again and again arrives all the same", describe()};
      }
    }
  }

  void write_small() {
    const auto number = ++writes_;
    const auto key = "small" + std::to_string(number);
    const auto value = value_of(number, 1 + random_.below(256));
    small_[network_.put(0, key, value)] = network_.now_ms;
    expected_[key] = {number, value.size()};
  }

  std::size_t write_large(std::size_t bytes_max) {
    const auto number = ++writes_;
    // Some are written again and again.
    const auto key = random_.chance(50) ? "again" + std::to_string(random_.below(2)) : "large" + std::to_string(number);
    const auto pieces = std::pow(10.0, static_cast<double>(random_.below(300)) / 100);
    const auto bytes = std::min<std::size_t>(crdt::replica_options{}.large_value_bytes + 1
                                               + static_cast<std::size_t>(pieces * std::max(rate_ * 40, 2'048.0)),
                                             bytes_max / 2);
    network_.put(0, key, value_of(number, bytes));
    is_overwritten_ = is_overwritten_ || expected_.contains(key);
    expected_[key] = {number, bytes};
    large_bytes_ += bytes;
    return bytes;
  }

  void pass(std::uint64_t ms) {
    for (; ms > 0; --ms) {
      network_.pass();
      check_receipts();
      for (std::size_t i = 0; i < nodes_; ++i)
        for (const auto& neighbour : network_[i].neighbours())
          if (neighbour.in_flight_bytes > network_.options.window_bytes)
            throw violation{"no more than the window is on its way", describe()};
    }
  }

  /// How much longer than the queue that is aimed at a register takes that travels whole.
  std::uint64_t whole_register_ms() const {
    const auto whole_ms =
      static_cast<std::uint64_t>(static_cast<double>(crdt::replica_options{}.large_value_bytes) / rate_);
    return whole_ms - std::min(whole_ms, crdt::congestion_limits{}.queue_ms);
  }

  void check_receipts() {
    // What the write itself takes, and what is before it at the most.
    const auto patience_ms =
      170 + 2 * delay_ms_ + delay_ms_ / 2 + whole_register_ms() + static_cast<std::uint64_t>(300 / rate_);
    for (auto position = small_.begin(); position != small_.end();) {
      const auto& [dot, since_ms] = *position;
      if (!network_[0].holders(dot).empty()) {
        position = small_.erase(position);
        continue;
      }
      // A link that has just opened is not known yet, and what was on its way is looked through again.
      if (network_.now_ms - since_ms > patience_ms && since_ms > broken_ms_ + 3'000)
        throw violation{"a small write does not wait for large ones",
                        describe() + ", not held after " + std::to_string(patience_ms) + " ms"};
      ++position;
    }
  }

  bool has_all() {
    for (std::size_t i = 1; i < nodes_; ++i)
      if (network_[i].key_count() != expected_.size() || network_[i].vector() != network_[0].vector())
        return false;
    return true;
  }

  void check_values() {
    for (std::size_t i = 0; i < nodes_; ++i)
      for (const auto& [key, value] : expected_) {
        const auto found = network_[i].get(key, network_.now_ms);
        if (!found || found->value.view() != value_of(value.number, value.bytes))
          throw violation{"a value is read as it was written", key + " at node " + std::to_string(i)};
      }
  }

  void check_bytes() {
    if (is_overwritten_ || !is_line_ || nodes_ != 2)
      return;
    // A window is lost at each break, and headers come on top.
    const auto window = std::min<double>(rate_ * static_cast<double>(2 * delay_ms_ + 200) + 16'384, 4 << 20);
    const auto sent = sent_before_ + network_.bytes_to_second(links_[0]);
    const auto permitted = 1.05 * static_cast<double>(large_bytes_) + window * static_cast<double>(breaks_done_ + 1)
                           + 600.0 * static_cast<double>(writes_) + 1'000.0 * static_cast<double>(breaks_done_ + 10)
                           + 0.1 * static_cast<double>(network_.now_ms - test::start_ms);
    if (static_cast<double>(sent) > permitted)
      throw violation{"what a broken link has carried is not sent again",
                      describe() + ": " + std::to_string(sent) + " bytes for " + std::to_string(large_bytes_)};
  }

  struct written {
    std::uint64_t number = 0;
    std::size_t bytes = 0;
  };

  random_source random_;
  test::slow_network network_;
  double rate_ = 0;
  std::uint64_t delay_ms_ = 0;
  std::size_t nodes_ = 0;
  bool is_line_ = false;
  bool breaks_ = false;
  std::vector<std::size_t> links_;
  std::uint64_t writes_ = 0;
  std::uint64_t breaks_done_ = 0;
  std::uint64_t broken_ms_ = 0;
  std::map<std::string, written> expected_;
  std::map<crdt::dot, std::uint64_t> small_;
  bool is_overwritten_ = false;
  std::uint64_t large_bytes_ = 0;
  std::uint64_t sent_before_ = 0;
};

} // namespace

int main(int argc, char** argv) {
  return test::run_seeds(
    argc, argv,
    {.description = "Plays random loads over slow links, and checks that what is large holds up nothing that is small.",
     .seeds = 100,
     .play = [](std::uint64_t seed) -> test::played_seed {
       play p{seed};
       try {
         p.run();
       } catch (const violation& v) {
         return {p.milliseconds(), v.check + ": " + v.found};
       } catch (const crdt::broken_invariant& broken) {
         return {p.milliseconds(), broken.what()};
       }
       return {p.milliseconds(), {}};
     },
     .trace = {}});
}
