#pragma once

#include "actors/handoff_messages.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ariadne {

/// What becomes of those who are asked to stash and stop, while a node drains. Who ends without an error is done,
/// whether it has answered or not; who ends with one before it has answered is left over, and so is who does not
/// answer. Whatever comes after an answer, or after an end, counts no more.
class stop_ledger {
public:
  /// Names one of those who are asked.
  using number = std::uint64_t;

  /// Somebody is asked. `name` is how people know it.
  number ask(std::string name);

  /// It has died before it could be asked: what it had not stashed is lost. `reason`: in words.
  void note_death(std::string name, const std::string& reason);

  /// It has answered what it could not stash.
  void answered(number who, std::vector<leftover> not_stashed);

  /// It has answered with an error, or not in time.
  void failed(number who, const std::string& problem);

  /// It has ended; `error`, in words, unless it has done so of its own accord.
  void ended(number who, const std::optional<std::string>& error);

  /// Nobody is waited for.
  bool is_settled() const;

  /// Of all, in the order in which they were asked; but for what has been taken before.
  std::vector<leftover> take_leftovers();

private:
  struct entry {
    std::string name;
    bool is_waited_for = true;
    std::vector<leftover> leftovers;
  };

  /// The entry, if it is waited for.
  entry* settle(number who);

  std::map<number, entry> entries_;
};

} // namespace ariadne
