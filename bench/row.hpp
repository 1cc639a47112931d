#pragma once

#include "bench/latencies.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::bench {

enum class better { higher, lower };

/// What is to be reached; each bound that is there has to hold.
struct target {
  /// For the median, in the unit of the row.
  std::optional<double> median = {};
  /// For the 99th percentile, in the unit of the row.
  std::optional<double> p99 = {};
  /// How many times worse than the floor the median may be.
  std::optional<double> ratio = {};
};

/// How much to measure.
struct effort {
  unsigned rounds = 7;
  /// Less of everything, so that all rows that take part end within a minute.
  bool quick = false;

  /// `usual` operations, or fewer.
  std::size_t operations(std::size_t usual) const {
    return quick ? usual / 5 : usual;
  }
};

/// The figures of one round.
struct round_figures {
  double figure = 0;
  std::optional<double> p99 = {};
  /// What the floor came to, right before or after.
  std::optional<double> floor = {};
};

/// Takes down what a row measures, round by round, and shows how far it is.
class recorder {
public:
  using progress_sink = std::function<void(const std::string&)>;

  recorder(bench::effort effort, progress_sink progress) : effort_(effort), progress_(std::move(progress)) {}

  const bench::effort& effort() const {
    return effort_;
  }

  /// Runs `round() -> round_figures` once to warm up, and then as often as there are to be rounds.
  template <class Function>
  void run(Function round) {
    progress_("warm-up");
    (void)round();
    for (unsigned i = 1; i <= effort_.rounds; ++i) {
      progress_("round " + std::to_string(i) + " of " + std::to_string(effort_.rounds));
      add(round());
    }
  }

  /// The same for what is too slow to be repeated for the sake of warmth: the first of `rounds` counts too.
  template <class Function>
  void run_cold(unsigned rounds, Function round) {
    for (unsigned i = 1; i <= rounds; ++i) {
      progress_("round " + std::to_string(i) + " of " + std::to_string(rounds));
      add(round());
    }
  }

  void add(round_figures figures) {
    rounds_.push_back(figures);
  }

  /// How the times of a round are spread; only the last round's are kept.
  void distribution(latencies& times) {
    distribution_.clear();
    for (const auto share : {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 1.0})
      distribution_.emplace_back(share, times.percentile_us(share));
  }

  /// A sentence that belongs to the figures.
  void note(std::string text) {
    notes_.push_back(std::move(text));
  }

  void progress(const std::string& text) {
    progress_(text);
  }

  const std::vector<round_figures>& rounds() const {
    return rounds_;
  }
  const std::vector<std::pair<double, double>>& distribution() const {
    return distribution_;
  }
  const std::vector<std::string>& notes() const {
    return notes_;
  }

private:
  bench::effort effort_;
  progress_sink progress_;
  std::vector<round_figures> rounds_;
  std::vector<std::string> notes_;
  /// Share of all operations, and the microseconds that it does not exceed.
  std::vector<std::pair<double, double>> distribution_;
};

/// One line of the table.
struct row {
  /// Lower case with underscores; unique.
  std::string name;
  /// Rows of one group belong together.
  std::string group;
  /// What is measured, for people.
  std::string what;
  std::string unit;
  bench::better better = better::lower;
  /// What the floor is, if there is one.
  std::string floor;
  bench::target target;
  /// Whether it takes part in a quick run.
  bool quick = true;
  /// Throws std::runtime_error if it cannot be measured.
  std::function<void(recorder&)> measure;
};

} // namespace ariadne::bench
