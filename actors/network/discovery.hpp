#pragma once

#include "actors/discovery_options.hpp"
#include "actors/endpoint.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ariadne {

/// Looks the name up once, as the system is configured for. Blocks, until the system gives up. The addresses are
/// sorted, and there is one at least; or why there is none, in one sentence without a final stop.
tl::expected<std::vector<endpoint>, std::string> look_up(const discovery_options& options);

/// Looks a name up again and again, in a thread of its own, which nothing waits for. Thread-safe.
class discovery {
public:
  using result = tl::expected<std::vector<endpoint>, std::string>;

  /// `on_result` is called, in that thread, whenever `take` has something new to return: another result than the last
  /// one. `on_lookup` is called there after each attempt, with whether anything was found: also a last time while this
  /// object goes, or soon after.
  discovery(
    discovery_options options, std::function<void()> on_result,
    std::function<void(bool is_found)> on_lookup = [](bool) {});
  discovery(const discovery&) = delete;
  discovery& operator=(const discovery&) = delete;
  /// Nothing is called any more.
  ~discovery();

  /// The last result, if it has not been taken yet.
  std::optional<result> take();

private:
  struct shared;

  static void run(const std::shared_ptr<shared>& state);

  std::shared_ptr<shared> state_;
};

} // namespace ariadne
