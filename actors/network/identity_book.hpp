#pragma once

#include "actors/identity.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne {

/// Which node id belongs to whom. The ids are numbers that everybody is told; whoever showed that of another one would
/// be sent what is for that one. So an id is the one's who has shown it first: a node's as long as this process runs,
/// since others hold handles of its actors; a client's as long as it is connected. Thread-safe.
class identity_book {
public:
  /// Somebody has shaken hands as `id`, with a certificate that says who it is. Returns whether it may go on. If so,
  /// `leave` is to be called when the connection has ended.
  bool enter(std::string_view id, const std::vector<identity>& who);
  void leave(std::string_view id);

  /// Whether the id has been shown with a certificate for a node of this name.
  bool is_node(std::string_view id, std::string_view name) const;

  std::size_t size() const;

private:
  struct entry {
    std::vector<identity> who;
    std::size_t connections = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::string, entry, std::less<>> entries_;
};

} // namespace ariadne
