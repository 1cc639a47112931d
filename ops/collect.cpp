#include "ops/collect.hpp"

#include "actors/caf_edition.hpp"
#include "actors/credentials.hpp"
#include "actors/error.hpp"
#include "actors/network/basp.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace ariadne {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Asks actors of this system by their names, until a deadline that all questions have in common.
class questioner {
public:
  questioner(caf::actor_system& system, milliseconds patience)
    : system_(system), self_(system), deadline_(steady_clock::now() + patience) {}

  /// Sends the question. What is returned waits for the answer when it is called.
  template <class Answer, class Actor, class... Ts>
  auto begin(std::string name, Ts&&... request) {
    using question = decltype(mail(self_, std::forward<Ts>(request)...).request(std::declval<Actor>(), milliseconds{}));
    std::optional<question> asked;
    if (const auto actor = registered<Actor>(system_, name)) {
      const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - steady_clock::now());
      asked.emplace(mail(self_, std::forward<Ts>(request)...).request(actor, std::max(left, milliseconds{1})));
    }
    return [name = std::move(name), asked = std::move(asked)]() mutable -> tl::expected<Answer, std::string> {
      if (!asked)
        return tl::unexpected(fmt::format("the node has no {} yet, or it is being restarted", name));
      tl::expected<Answer, std::string> result;
      std::move(*asked).receive([&](Answer& answer) { result = std::move(answer); },
                                [&](caf::error& error) {
                                  result = tl::unexpected(fmt::format("{} does not answer: {}", name, describe(error)));
                                });
      return result;
    };
  }

  template <class Answer, class Actor, class... Ts>
  tl::expected<Answer, std::string> ask(std::string name, Ts&&... request) {
    return begin<Answer, Actor>(std::move(name), std::forward<Ts>(request)...)();
  }

private:
  caf::actor_system& system_;
  caf::scoped_actor self_;
  steady_clock::time_point deadline_;
};

/// Begins with a page that has been asked for.
template <class FirstPage>
tl::expected<std::vector<member_status>, std::string> take_members(questioner& asked, FirstPage first) {
  std::vector<member_status> result;
  for (auto page = first();;
       page = asked.ask<members_page, cluster_membership_actor>(membership_name, status_atom_v, result.back().name)) {
    if (!page)
      return tl::unexpected(page.error());
    const auto is_last = page->is_last || page->members.empty();
    std::move(page->members.begin(), page->members.end(), std::back_inserter(result));
    if (is_last)
      return result;
  }
}

/// Whether there was room for it.
template <class Entry>
bool add(first_of<Entry>& list, Entry entry, std::size_t count_max) {
  if (list.entries.size() == count_max)
    return false;
  list.entries.push_back(std::move(entry));
  return true;
}

} // namespace

tl::expected<node_report, std::string> collect(caf::actor_system& system, milliseconds patience) {
  questioner asked{system, patience};
  auto status_answer = asked.begin<node_status, state_handoff_actor>(to_string(handoff_atom_v), status_atom_v);
  auto members_answer =
    asked.begin<members_page, cluster_membership_actor>(membership_name, status_atom_v, std::string{});
  // A node that hosts no sessions has no host.
  const auto hosts = bool{registered<session_host_actor>(system, to_string(host_atom_v))};
  auto hosting_answer = asked.begin<session_host_status, session_host_actor>(to_string(host_atom_v), status_atom_v);
  auto settings_answer = asked.begin<node_settings, settings_actor>(settings_name, status_atom_v);
  auto storage_answer = asked.begin<storage_status, storage_actor>(storage_name, status_atom_v);

  auto status = status_answer();
  if (!status)
    return tl::unexpected(status.error());
  auto members = take_members(asked, std::move(members_answer));
  if (!members)
    return tl::unexpected(members.error());
  const auto& tls = security_of(system).tls;
  node_report result{std::move(*status), std::move(*members), std::nullopt, tls != nullptr};
  if (tls)
    result.certificate_expires = tls->valid_until();
  // Without its answer, nobody knows whether the node drains or is paused.
  if (hosts) {
    auto hosting = hosting_answer();
    if (!hosting)
      return tl::unexpected(hosting.error());
    result.hosting = std::move(*hosting);
  }
  if (auto told = settings_answer())
    result.settings = std::move(told->settings);
  if (auto storage = storage_answer())
    result.storage = std::move(*storage);
  return result;
}

tl::expected<first_of<session_info>, std::string> collect_sessions(caf::actor_system& system, const std::string& prefix,
                                                                   std::size_t count_max, milliseconds patience) {
  questioner asked{system, patience};
  first_of<session_info> result;
  sessions_page page;
  while (!page.is_last) {
    auto next = asked.ask<sessions_page, session_host_actor>(to_string(host_atom_v), sessions_atom_v, page.last_kind,
                                                             page.last_id);
    if (!next)
      return tl::unexpected(next.error());
    page = std::move(*next);
    for (auto& s : page.sessions)
      if (fmt::format("{}/{}", s.kind, s.id).starts_with(prefix) && !add(result, std::move(s), count_max))
        return result;
  }
  result.is_complete = true;
  return result;
}

tl::expected<first_of<std::string>, std::string> collect_keys(caf::actor_system& system, const std::string& prefix,
                                                              std::size_t count_max, milliseconds patience) {
  questioner asked{system, patience};
  first_of<std::string> result;
  std::string last;
  for (auto is_last = false; !is_last;) {
    auto page = asked.ask<keys_page, state_handoff_actor>(to_string(handoff_atom_v), keys_atom_v, prefix, last);
    if (!page)
      return tl::unexpected(page.error());
    is_last = page->is_last || page->keys.empty();
    if (!is_last)
      last = page->keys.back();
    for (auto& key : page->keys)
      if (!add(result, std::move(key), count_max))
        return result;
  }
  result.is_complete = true;
  return result;
}

} // namespace ariadne
