#include "actors/error.hpp"

#include "crdt/printable_text.hpp"

#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

#include <utility>

namespace ariadne {

std::string_view to_string(ec code) {
  switch (code) {
    case ec::key_empty:
      return "the key is empty";
    case ec::key_too_long:
      return "the key is too long";
    case ec::value_too_long:
      return "the value is too long";
    case ec::map_full:
      return "the map is full";
    case ec::draining:
      return "the node is about to stop and takes no new state";
    case ec::replica_restarting:
      return "the handoff is being restarted";
    case ec::not_in_service:
      return "the node is not in service";
    case ec::type_mismatch:
      return "the snapshot is of another type";
    case ec::newer_version:
      return "the snapshot is of a newer schema version";
    case ec::no_upgrade:
      return "the snapshot is of an older schema version without an upgrade";
    case ec::snapshot_damaged:
      return "the snapshot is damaged";
    case ec::unreachable:
      return "no node answers";
    case ec::refused:
      return "refused";
    case ec::too_few_holders:
      return "too few nodes hold it";
    case ec::session_unknown:
      return "there is no such session";
    case ec::no_session_host:
      return "no host for the session";
    case ec::session_queue_full:
      return "too much waits for the session already";
    case ec::session_timed_out:
      return "the session was not to be reached in time; the request was not handled";
    case ec::session_unanswered:
      return "the session has not answered; the request may have been handled or not";
    case ec::session_name_invalid:
      return "a session needs a kind without a slash and an id, neither empty nor too long nor with control characters";
    case ec::session_refused:
      return "the session refuses the message";
    case ec::foreign_protocol:
      return "it speaks another protocol";
    case ec::name_taken:
      return "another node has the name of this one";
    case ec::too_many_answers:
      return "too many answers of this node have not been taken yet; ask again when they have been";
    case ec::too_many_listings:
      return "too many listings are under way already; ask again later";
    case ec::too_many_requests:
      return "too many requests wait already";
    case ec::wait_too_long:
      return "no request may wait for so long";
    case ec::key_reserved:
      return "the key is reserved";
    case ec::session_hosts_draining:
      return "all nodes that could run the session are about to stop";
    case ec::session_hosts_cordoned:
      return "all nodes that could run the session are cordoned";
    case ec::session_hosts_paused:
      return "the nodes that could run the session see no majority";
    case ec::session_hosts_not_ready:
      return "the nodes that could run the session are not ready yet";
    case ec::session_claim_refused:
      return "another node does not let the session be taken over";
    case ec::session_failing:
      return "the session fails when it is started";
    case ec::session_not_recorded:
      return "the record of the session cannot be written";
    case ec::host_unresolved:
      return "the name of the host cannot be resolved";
    case ec::port_not_opened:
      return "no connections can be accepted there";
    case ec::clause_unknown:
      return "the session does not understand the message";
    case ec::message_damaged:
      return "the contents of the message are damaged";
    case ec::storage_foreign:
      return "the journal is another node's, or another cluster's";
    case ec::storage_in_use:
      return "the journal is in use";
    case ec::storage_format_unknown:
      return "the journal has another format";
    case ec::storage_damaged:
      return "the journal is damaged";
    case ec::storage_unusable:
      return "the directory of the journal cannot be used";
    case ec::storage_clock_behind:
      return "the clock is behind the journal";
    case ec::too_few_journals:
      return "too few nodes keep a journal";
  }
  // An error that a node with a newer program has sent.
  return "unknown error";
}

caf::error make_error(ec code, std::string context) {
  if (context.empty())
    return caf::error{code};
  // There may be no actor system yet: state can be written and read without.
  detail::register_caf_types();
  return caf::error{code, std::move(context)};
}

std::string describe(const caf::error& error) {
  constexpr std::size_t description_bytes_max = 1'000;
  if (!error)
    return "no error";
  if (error == caf::sec::request_timeout)
    return "no answer in time";
  if (error == caf::sec::request_receiver_down)
    return "the actor that was asked has ended";
  if (is_dropped(error))
    return "the actor that was asked has ended, or has dropped the request";
  if (error == caf::exit_reason::remote_link_unreachable)
    return "the connection is lost";
  if (error == caf::exit_reason::user_shutdown)
    return "it was stopped";
  if (error.category() != caf::error{ec::refused}.category())
    return crdt::printable_briefly(render(error), description_bytes_max);
  std::string text{to_string(static_cast<ec>(error.code()))};
  if (error.context().match_elements<std::string>())
    text += ": " + error.context().get_as<std::string>(0);
  // The context may be another node's.
  return crdt::printable_briefly(text, description_bytes_max);
}

} // namespace ariadne
