#include "ops/viewers.hpp"

#include "ops/json_text.hpp"
#include "ops/node_report.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace ariadne {

namespace {

constexpr std::chrono::seconds look_interval{1};

using shared_text = std::shared_ptr<const std::string>;

/// `data` has no line breaks.
std::string server_sent(std::string_view event, std::string_view data) {
  return fmt::format("event: {}\ndata: {}\n\n", event, data);
}

std::string server_sent(const handoff_events& events, watched_things what, std::string_view prefix) {
  const auto* name = what == watched_things::nodes ? "node" : "key";
  std::string result;
  if (events.missed > 0)
    result += server_sent(name, json_text({{"what", "missed"}, {"count", events.missed}}));
  for (const auto& event : events.events)
    if (event.subject.starts_with(prefix))
      result += server_sent(name, json_text(to_json(event)));
  return result;
}

} // namespace

bool viewers::has_room() {
  forget_gone();
  return viewers_.size() < count_max;
}

void viewers::add(const std::shared_ptr<viewer>& added, std::optional<std::string> prefix) {
  viewers_.push_back({added, std::move(prefix)});
  const auto take = [this](watched_things what) {
    return [this, what](const handoff_events& events) {
      boost::asio::post(context_, [this, what, events] { show(events, what); });
    };
  };
  if (!nodes_)
    nodes_.emplace(system_, watched_things::nodes, take(watched_things::nodes));
  if (!keys_ && do_any_want_keys())
    keys_.emplace(system_, watched_things::keys, take(watched_things::keys));
  if (is_ticking_)
    look();
  else
    tick();
}

void viewers::forget_gone() {
  std::erase_if(viewers_, [](const entry& e) { return e.who.expired(); });
}

bool viewers::do_any_want_keys() const {
  return std::any_of(viewers_.begin(), viewers_.end(), [](const entry& e) { return e.prefix.has_value(); });
}

void viewers::tick() {
  forget_gone();
  is_ticking_ = !viewers_.empty();
  if (!do_any_want_keys())
    keys_.reset();
  if (!is_ticking_)
    return nodes_.reset();
  look();
  timer_.expires_after(look_interval);
  timer_.async_wait([this](const boost::system::error_code&) { tick(); });
}

void viewers::look() {
  if (std::exchange(is_looking_, true))
    return;
  ask_for_status_([this](std::string json) {
    boost::asio::post(context_, [this, text = std::make_shared<const std::string>(server_sent("status", json))] {
      is_looking_ = false;
      show_each([&](const entry&) { return text; });
    });
  });
}

void viewers::show(const handoff_events& events, watched_things what) {
  if (what == watched_things::nodes) {
    const auto text = std::make_shared<const std::string>(server_sent(events, what, {}));
    show_each([&](const entry&) { return text; });
    return look();
  }
  std::map<std::string, shared_text> texts;
  show_each([&](const entry& e) {
    if (!e.prefix)
      return shared_text{};
    auto& text = texts[*e.prefix];
    if (!text)
      text = std::make_shared<const std::string>(server_sent(events, what, *e.prefix));
    return text;
  });
}

template <class ToText>
void viewers::show_each(ToText text_for) {
  for (const auto& e : viewers_)
    if (const auto who = e.who.lock())
      if (auto text = text_for(e); text && !text->empty())
        who->show(std::move(text));
}

} // namespace ariadne
