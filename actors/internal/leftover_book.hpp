#pragma once

#include "actors/internal/replica_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace ariadne {

/// What the participants of a drain could not stash, in pages, before those of the replica.
///
/// Pages of both are numbered through: up to the size of the book, a number is the place of a leftover in it; what is
/// beyond belongs to the replica.
class leftover_book {
public:
  leftover_book() : leftover_book(std::make_shared<const std::vector<leftover>>()) {}
  explicit leftover_book(std::shared_ptr<const std::vector<leftover>> leftovers) : leftovers_(std::move(leftovers)) {}

  bool empty() const {
    return leftovers_->empty();
  }

  /// Whether the page that begins at `from` is in the book.
  bool holds(std::uint64_t from) const {
    return from < leftovers_->size();
  }

  leftovers_page page(std::uint64_t from) const {
    leftovers_page result;
    auto position = static_cast<std::size_t>(from);
    for (std::size_t bytes = 0; position < leftovers_->size() && bytes < page_bytes; ++position) {
      const auto& added = (*leftovers_)[position];
      bytes += added.key.size() + added.reason.size() + 16;
      result.leftovers.push_back(added);
    }
    result.next = position;
    return result;
  }

  /// The first page of all, given the first page of the replica.
  leftovers_page first_page(leftovers_page of_replica) const {
    auto result = page(0);
    if (holds(result.next))
      return result;
    result.next = number_through(of_replica.next);
    result.leftovers.insert(result.leftovers.end(), std::make_move_iterator(of_replica.leftovers.begin()),
                            std::make_move_iterator(of_replica.leftovers.end()));
    return result;
  }

  /// Where a page of the replica begins, and the other way round; 0 stays 0, which is none.
  std::uint64_t to_replica(std::uint64_t from) const {
    return from - leftovers_->size();
  }
  std::uint64_t number_through(std::uint64_t of_replica) const {
    return of_replica == 0 ? 0 : of_replica + leftovers_->size();
  }

private:
  std::shared_ptr<const std::vector<leftover>> leftovers_;
};

} // namespace ariadne
