#pragma once

// The atoms, and the type IDs of all messages but those that one header has for itself: large values
// (actors/value_messages.hpp) and the storage. They travel, so what is new comes last in its block, and nothing goes.
// The types are defined where those who read them look.

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/first_type_id.hpp"

#include <caf/type_id.hpp>

#include <cstdint>
#include <vector>

namespace ariadne::crdt {
struct live_entry;
struct replica_counters;
} // namespace ariadne::crdt

namespace ariadne::session {
struct snapshot;
} // namespace ariadne::session

namespace ariadne {

// Of layers that know no CAF. Their `inspect` stands in the header of the messages.
using live_value = crdt::live_entry;
using replica_counters = crdt::replica_counters;
using snapshot = session::snapshot;

struct sync_frame;
struct event_id;
struct map_entry;
enum class concern_level : std::uint8_t;
struct write_concern;
struct write_options;
struct receipt;
enum class wait_end : std::uint8_t;
struct wait_options;
struct neighbour;
enum class node_presence : std::uint8_t;
struct known_node;
struct replication_status;
struct replica_status;
enum class pickup_outcome : std::uint8_t;
struct pickup_result;
struct leftover;
struct drain_report;
enum class handoff_event_kind : std::uint8_t;
struct handoff_event;
struct handoff_events;
enum class member_state : std::uint8_t;
struct member_status;
struct node_status;
struct node_introduction;
struct introduction_result;
struct heartbeat;
struct live_values;
struct live_changes;
struct write_fence;
struct fenced_receipt;
struct session_peer;
struct session_introduction;
struct session_frame;
struct session_place;
struct session_info;
struct hosting_node;
struct session_host_status;
struct keys_page;
struct leftovers_page;
struct members_page;
struct sessions_page;
struct discard_receipt;
struct member_news;

} // namespace ariadne

CAF_BEGIN_TYPE_ID_BLOCK(ariadne_messages, ::ariadne::first_type_id)

  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::sync_frame))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::event_id))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::map_entry))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::concern_level))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::write_concern))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::write_options))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::receipt))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::wait_end))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::wait_options))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::neighbour))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::node_presence))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::known_node))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::known_node>))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::replication_status))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::replica_counters))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::replica_status))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::snapshot))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::pickup_outcome))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::pickup_result))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::leftover))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::leftover>))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::drain_report))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::handoff_event_kind))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::handoff_event))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::handoff_events))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::member_state))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::member_status))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::member_status>))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::node_status))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::node_introduction))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::introduction_result))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::heartbeat))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::live_value))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::live_values))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::live_values>))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::live_changes))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::write_fence))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::fenced_receipt))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::session_peer))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::session_introduction))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::session_frame))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::session_place))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::session_info))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::session_info>))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::hosting_node))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::session_host_status))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::keys_page))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::leftovers_page))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::members_page))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::sessions_page))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::discard_receipt))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::member_news))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::member_news>))

  CAF_ADD_ATOM(ariadne_messages, ariadne, put_atom, "put")
  CAF_ADD_ATOM(ariadne_messages, ariadne, get_atom, "get")
  CAF_ADD_ATOM(ariadne_messages, ariadne, erase_atom, "erase")
  CAF_ADD_ATOM(ariadne_messages, ariadne, keys_atom, "keys")
  CAF_ADD_ATOM(ariadne_messages, ariadne, status_atom, "status")
  CAF_ADD_ATOM(ariadne_messages, ariadne, neighbours_atom, "neighbours")
  CAF_ADD_ATOM(ariadne_messages, ariadne, stash_atom, "stash")
  CAF_ADD_ATOM(ariadne_messages, ariadne, pickup_atom, "pickup")
  CAF_ADD_ATOM(ariadne_messages, ariadne, take_atom, "take")
  CAF_ADD_ATOM(ariadne_messages, ariadne, discard_atom, "discard")
  CAF_ADD_ATOM(ariadne_messages, ariadne, drain_atom, "drain")
  CAF_ADD_ATOM(ariadne_messages, ariadne, watch_atom, "watch")
  CAF_ADD_ATOM(ariadne_messages, ariadne, register_atom, "register")
  CAF_ADD_ATOM(ariadne_messages, ariadne, contact_atom, "contact")
  CAF_ADD_ATOM(ariadne_messages, ariadne, node_up_atom, "nodeup")
  CAF_ADD_ATOM(ariadne_messages, ariadne, node_down_atom, "nodedown")
  CAF_ADD_ATOM(ariadne_messages, ariadne, node_left_atom, "nodeleft")
  CAF_ADD_ATOM(ariadne_messages, ariadne, introduce_atom, "introduce")
  CAF_ADD_ATOM(ariadne_messages, ariadne, handoff_atom, "handoff")
  CAF_ADD_ATOM(ariadne_messages, ariadne, replica_atom, "replica")
  CAF_ADD_ATOM(ariadne_messages, ariadne, leave_atom, "leave")
  CAF_ADD_ATOM(ariadne_messages, ariadne, tick_atom, "tick")
  CAF_ADD_ATOM(ariadne_messages, ariadne, work_atom, "work")
  CAF_ADD_ATOM(ariadne_messages, ariadne, start_atom, "start")
  CAF_ADD_ATOM(ariadne_messages, ariadne, stop_atom, "stop")
  CAF_ADD_ATOM(ariadne_messages, ariadne, locate_atom, "locate")
  CAF_ADD_ATOM(ariadne_messages, ariadne, deliver_atom, "deliver")
  CAF_ADD_ATOM(ariadne_messages, ariadne, sessions_atom, "sessions")
  CAF_ADD_ATOM(ariadne_messages, ariadne, cordon_atom, "cordon")
  CAF_ADD_ATOM(ariadne_messages, ariadne, snapshot_atom, "snapshot")
  CAF_ADD_ATOM(ariadne_messages, ariadne, host_atom, "host")
  CAF_ADD_ATOM(ariadne_messages, ariadne, connect_atom, "connect")
  CAF_ADD_ATOM(ariadne_messages, ariadne, name_taken_atom, "nametaken")
  CAF_ADD_ATOM(ariadne_messages, ariadne, leftovers_atom, "leftovers")
  CAF_ADD_ATOM(ariadne_messages, ariadne, hold_atom, "hold")
  CAF_ADD_ATOM(ariadne_messages, ariadne, forget_atom, "forget")
  CAF_ADD_ATOM(ariadne_messages, ariadne, expected_atom, "expected")

CAF_END_TYPE_ID_BLOCK(ariadne_messages)
