#include "crdt/knowledge.hpp"

#include "crdt/invariant.hpp"

#include <utility>

namespace ariadne::crdt {

void knowledge::join_forgotten(const version_vector& told) {
  auto has_risen = false;
  for (const auto& d : told)
    has_risen |= is_news(d) && forgotten_.raise(d);
  forgotten_rises_ += has_risen ? 1 : 0;
  changes_ += has_risen ? 1 : 0;
}

void knowledge::retire(dot last) {
  require(!is_own(last.replica) && vector_[last.replica] == last.counter, "only what is known to its end is retired");
  vector_.drop(last.replica);
  forgotten_.drop(last.replica);
  retired_.raise(last);
  ++changes_;
  ++retired_changes_;
}

void knowledge::reinstate(replica_id incarnation) {
  const dot last{incarnation, retired_[incarnation]};
  require(last.counter != 0, "only what is retired is reinstated");
  retired_.drop(incarnation);
  vector_.raise(last);
  forgotten_.raise(last);
  ++changes_;
  ++retired_changes_;
  listener_.reinstated(last);
}

void knowledge::restore(version_vector vector, version_vector retired, version_vector forgotten) {
  require(vector_.empty() && retired_.empty() && forgotten_.empty(), "only a replica that knows nothing is restored");
  require(!is_forged(vector) && !is_forged(retired) && !is_forged(forgotten), "a restored replica has new ids");
  vector_ = std::move(vector);
  retired_ = std::move(retired);
  forgotten_ = std::move(forgotten);
  ++changes_;
  ++retired_changes_;
}

void knowledge::check_invariants() const {
  for (const auto& last : retired_) {
    require(!is_own(last.replica), "no id of the replica itself is retired");
    require(vector_[last.replica] == 0, "no id is both in the version vector and retired");
    require(forgotten_[last.replica] == 0, "nothing of a retired id counts as forgotten");
  }
}

} // namespace ariadne::crdt
