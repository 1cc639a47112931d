#pragma once

#include "test/simulation/operation.hpp"
#include "test/simulation/random_source.hpp"
#include "test/simulation/world.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace ariadne::simulation {

/// What chance would hardly ever play: a sequence of chapters, in which a company of replicas acts. Before each chapter
/// all that is on its way in the company arrives, with some ticks.
class story {
public:
  virtual ~story() = default;

  /// The next operation, or nothing when the story is over.
  std::optional<operation> next(const world& w);

protected:
  explicit story(random_source& random) : random_(random) {}

  /// Plans what happens in a chapter, from 0 on. Returns whether there is such a chapter.
  virtual bool plan_chapter(const world& w, int chapter) = 0;

  void plan(operation::action what, std::size_t slot, std::size_t peer = 0, std::uint32_t argument = 0);
  /// Each member of the company counts the whole of it, and nobody else, as members.
  void plan_members();
  /// Both ends of each link of which `closes(one slot, other slot)` says so close.
  template <class Predicate>
  void plan_closing(const world& w, Predicate closes) {
    // From the oldest on, as the ages of the others change with each link that is gone.
    for (const auto* l : w.links())
      if (auto a = l->ends[0].slot, b = l->ends[1].slot; closes(a, b) || closes(b, a))
        for (auto [slot, peer] : {std::pair{a, b}, std::pair{b, a}})
          planned_.push_back({operation::action::close, narrow(slot), narrow(peer), w.age(*l)});
  }
  void plan_closing_all(const world& w) {
    plan_closing(w, [](std::size_t, std::size_t) { return true; });
  }
  /// Opens a link between each two of the company.
  void plan_mesh();
  /// Closes all links, opens one between each two of the company, and makes all of it members.
  void plan_reunion(const world& w);
  void plan_puts(const world& w, std::size_t slot, std::uint64_t least, std::uint64_t most);
  /// `writer`, which is cut off, writes; finds `heir` again, and dies while it sends the first of many parts.
  void plan_death(const world& w, std::size_t writer, std::size_t heir);
  /// Lets some of what is on its way between the two arrive.
  void plan_deliveries(std::size_t one, std::size_t other, std::uint64_t least, std::uint64_t most);
  /// Moves a slot drawn at random from `away_` to the end of the company, and returns it.
  std::size_t join_company();
  bool is_in_company(std::size_t slot) const;
  std::uint32_t any_key(const world& w) {
    return static_cast<std::uint32_t>(random_.below(w.parameters().keys));
  }

  random_source& random_;
  /// Those that stay together.
  std::vector<std::size_t> company_;
  std::vector<std::size_t> away_;

private:
  /// The next step of delivering all that is on its way in the company, with some ticks.
  std::optional<operation> settle(const world& w);

  int chapter_ = 0;
  std::deque<operation> planned_;
  int rounds_left_ = 0;
  int deliveries_left_ = 0;
};

/// Which ends of a link push: both, or only the one that acts.
inline constexpr std::uint32_t both_push = 3;
inline constexpr std::uint32_t first_pushes = 1;

} // namespace ariadne::simulation
