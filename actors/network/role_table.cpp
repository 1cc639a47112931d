#include "actors/network/role_table.hpp"

#include "actors/error.hpp"
#include "actors/exposed_interface.hpp"
#include "actors/handoff_messages.hpp"
#include "actors/internal/caf_edition_network.hpp"
#include "actors/internal/storage_messages.hpp"
#include "actors/value_messages.hpp"

#include <caf/actor_system.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

#include <cstdint>
#include <utility>

namespace ariadne {

namespace {

const std::string text;
constexpr std::uint64_t number = 0;

/// Writes the clauses of a role, by a message of each.
class rule_writer {
public:
  rule_writer(caf::actor_system& system, request_rules& rules) : system_(system), rules_(rules) {}

  /// A message that begins with an atom; what it holds besides has no handles.
  template <class Atom, class... Ts>
  void allow(Atom atom, Ts... content) {
    add(caf::make_message(atom, std::move(content)...), {});
  }

  /// The same, and after the atom comes a key, or how keys begin.
  template <class Atom, class... Ts>
  void allow_key(Atom atom, Ts... content) {
    add(caf::make_message(atom, text, std::move(content)...), {request_subject::key});
  }

  /// The same, and after the atom come the kind and the id of a session.
  template <class Atom, class... Ts>
  void allow_session(Atom atom, Ts... content) {
    add(caf::make_message(atom, text, text, std::move(content)...), {request_subject::session});
  }

  void allow_listing_of_sessions() {
    add(caf::make_message(sessions_atom_v, text, text), {request_subject::every_session});
  }

  /// These end with the handle of an actor of whoever sends them.
  void allow_watches() {
    add(caf::make_message(watch_atom_v, watcher_actor{}), {request_subject::nothing, true});
    add(caf::make_message(watch_atom_v, text, watcher_actor{}), {request_subject::key, true});
  }

  void allow(const exposed_clause& clause) {
    add(clause.sample, {}, clause.begins_with_atom);
  }

private:
  void add(const caf::message& message, const allowed_request& what, bool has_atom = true) {
    rules_.allow(detail::bytes_of(system_, message), detail::caf_basp_format().has_stages, has_atom,
                 what.ends_with_handle, what.subject);
  }

  caf::actor_system& system_;
  request_rules& rules_;
};

/// What shows how a node is, and what is there; but no values.
void allow_looking(rule_writer& may) {
  // Of membership: where the others are, and the actors of the node.
  may.allow(handoff_atom_v);
  may.allow(get_atom_v, text);
  may.allow(status_atom_v, text);
  // Of whoever has a status.
  may.allow(status_atom_v);
  may.allow_key(keys_atom_v, text);
  may.allow_watches();
  may.allow_key(watch_atom_v, text);
  may.allow_listing_of_sessions();
}

void allow_values(rule_writer& may) {
  may.allow_key(stash_atom_v, snapshot{});
  may.allow_key(stash_atom_v, snapshot{}, write_options{});
  may.allow_key(pickup_atom_v);
  may.allow_key(pickup_atom_v, wait_options{});
  may.allow_key(take_atom_v);
  may.allow_key(take_atom_v, wait_options{});
  may.allow_key(hold_atom_v, wait_options{});
  may.allow_key(discard_atom_v);
  may.allow_key(discard_atom_v, event_id{});
  // In pieces: of the value desk, and of those whom it names.
  may.allow_key(stash_atom_v, snapshot{}, number);
  may.allow_session(deliver_atom_v, number);
  may.allow_session(start_atom_v, snapshot{}, number);
  may.allow(get_atom_v, number, number);
  may.allow(put_atom_v, number, text);
  may.allow(stash_atom_v, write_options{});
  may.allow(deliver_atom_v, number);
  may.allow(start_atom_v);
}

void allow_sessions(rule_writer& may) {
  may.allow_session(start_atom_v);
  may.allow_session(start_atom_v, snapshot{});
  may.allow_session(start_atom_v, number);
  may.allow_session(stop_atom_v);
  may.allow_session(stop_atom_v, number);
  may.allow_session(locate_atom_v);
  may.allow_session(locate_atom_v, number);
  may.allow_session(deliver_atom_v, text);
  may.allow_session(deliver_atom_v, text, number);
}

void allow_nodes(rule_writer& may) {
  may.allow(cordon_atom_v, true);
  may.allow(forget_atom_v, text);
  may.allow(drain_atom_v);
  may.allow(drain_atom_v, number, number);
  may.allow(leftovers_atom_v, number);
  may.allow(leave_atom_v);
  may.allow(backup_atom_v);
  may.allow(start_atom_v, expected_atom_v);
}

const char* refusal_text(role is) {
  switch (is) {
    case role::client:
      return "a client may not drain, cordon, forget or back up nodes, nor resume their sessions, nor speak to what is "
             "not for clients; an operator may do all but the last";
    case role::observer:
      return "an observer may ask for status, keys, watch and sessions, and for nothing else";
    default:
      return "an operator may not speak to what is not for clients";
  }
}

} // namespace

std::shared_ptr<const role_table> make_role_table(caf::actor_system& system,
                                                  const std::vector<exposed_interface>& exposed) {
  auto result = std::make_shared<role_table>();
  result->content = detail::caf_content_rules();
  result->answers = {detail::bytes_of(system, caf::message{}),
                     detail::bytes_of(system, caf::make_message(caf::error{caf::sec::request_receiver_down}))};
  for (const auto is : {role::operator_, role::client, role::observer}) {
    rule_writer may{system, result->requests[is]};
    allow_looking(may);
    if (is != role::observer) {
      allow_values(may);
      allow_sessions(may);
      for (const auto& each : exposed)
        for (const auto& clause : each.clauses())
          may.allow(clause);
    }
    if (is == role::operator_)
      allow_nodes(may);
    result->refusals[is] = detail::bytes_of(system, caf::make_message(make_error(ec::refused, refusal_text(is))));
  }
  return result;
}

} // namespace ariadne
