#pragma once

#include "ops/event_watch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/actor_system.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne {

/// Somebody who is shown what happens.
class viewer {
public:
  viewer(const viewer&) = delete;
  viewer& operator=(const viewer&) = delete;

  /// Server-sent events, which all viewers share.
  virtual void show(std::shared_ptr<const std::string> events) = 0;

protected:
  viewer() = default;
  ~viewer() = default;
};

/// Who looks at a node: its status once a second and when a node comes or goes, and what `ariadne watch` tells. It is
/// collected once for all of them, and not at all while there is none. For the thread of the io_context.
class viewers {
public:
  static constexpr std::size_t count_max = 16;

  using status_taker = std::function<void(std::string json)>;

  /// `ask_for_status` has the status collected, and handed over from any thread. All have to outlive this object.
  viewers(boost::asio::io_context& context, caf::actor_system& system, std::function<void(status_taker)> ask_for_status)
    : context_(context), system_(system), ask_for_status_(std::move(ask_for_status)) {}

  bool has_room();

  /// Shows it things until it is gone. It is told of the keys that start with the prefix; without one, of none.
  void add(const std::shared_ptr<viewer>& added, std::optional<std::string> prefix);

private:
  struct entry {
    std::weak_ptr<viewer> who;
    std::optional<std::string> prefix;
  };

  void forget_gone();
  bool do_any_want_keys() const;
  void tick();
  void look();
  void show(const handoff_events& events, watched_things what);
  template <class ToText>
  void show_each(ToText text_for);

  boost::asio::io_context& context_;
  caf::actor_system& system_;
  std::function<void(status_taker)> ask_for_status_;
  std::vector<entry> viewers_;
  bool is_ticking_ = false;
  bool is_looking_ = false;
  boost::asio::steady_timer timer_{context_};
  std::optional<event_watch> nodes_;
  std::optional<event_watch> keys_;
};

} // namespace ariadne
