#include "crdt/knowledge.hpp"

namespace ariadne::crdt {

void knowledge::join_forgotten(const version_vector& told) {
  auto has_risen = false;
  for (const auto& d : told)
    has_risen |= is_news(d) && forgotten_.raise(d);
  forgotten_rises_ += has_risen ? 1 : 0;
}

void knowledge::retire(dot last) {
  vector_.drop(last.replica);
  forgotten_.drop(last.replica);
  retired_.raise(last);
}

void knowledge::reinstate(replica_id incarnation) {
  const dot last{incarnation, retired_[incarnation]};
  retired_.drop(incarnation);
  vector_.raise(last);
  forgotten_.raise(last);
  listener_.reinstated(last);
}

} // namespace ariadne::crdt
