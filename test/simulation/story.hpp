#pragma once

#include "test/simulation/operation.hpp"
#include "test/simulation/random_source.hpp"
#include "test/simulation/world.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace ariadne::simulation {

/// What chance would hardly ever play: an incarnation writes, most replicas go away and count as departed, it erases
/// all that it has written and dies, the one or two that are left retire it, and one that was away comes back.
class story {
public:
  /// Casts the replicas that are up, at least three of them.
  story(const world& w, random_source& random);

  /// The next operation, or nothing when the story is over.
  std::optional<operation> next(const world& w);

private:
  void plan_writes(const world& w);
  void plan_parting(const world& w);
  void plan_death(const world& w);
  void plan_return();

  void plan(operation::action what, std::size_t slot, std::size_t peer = 0, std::uint32_t argument = 0);
  /// Each member of the company counts the whole of it, and nobody else, as members.
  void plan_members();
  /// Both ends of each link of which `closes(one slot, other slot)` says so close.
  template <class Predicate>
  void plan_closing(const world& w, Predicate closes);

  /// The next step of delivering all that is on its way in the company, with some ticks.
  std::optional<operation> settle(const world& w);
  bool is_in_company(std::size_t slot) const;

  random_source& random_;
  std::size_t mortal_ = 0;
  /// Those that stay together: at first with the one that is to die.
  std::vector<std::size_t> company_;
  std::vector<std::size_t> away_;
  int chapter_ = 0;
  std::deque<operation> planned_;
  int rounds_left_ = 0;
  int deliveries_left_ = 0;
};

} // namespace ariadne::simulation
