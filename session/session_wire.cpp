#include "session/session_wire.hpp"

#include <limits>

namespace ariadne::session {

void write(crdt::wire_writer& out, const session_key& key) {
  out.string(key.kind);
  out.string(key.id);
}

void write(crdt::wire_writer& out, const host_id& host) {
  out.string(host.node);
  out.fixed64(host.incarnation);
}

void write(crdt::wire_writer& out, const snapshot& state) {
  out.string(state.type_name);
  out.varint(state.schema_version);
  out.string(state.bytes);
}

void write(crdt::wire_writer& out, const record_rank& rank) {
  out.varint(rank.epoch);
  out.byte(rank.stopped ? 1 : 0);
  out.fixed64(rank.owner);
  out.varint(rank.revision);
}

session_key read_key(crdt::wire_reader& in) {
  session_key key;
  key.kind = in.string();
  key.id = in.string();
  if (in.failure().empty() && !is_valid(key))
    in.fail("a session has an impossible name");
  return key;
}

host_id read_host(crdt::wire_reader& in) {
  host_id host;
  host.node = in.string();
  host.incarnation = in.fixed64();
  return host;
}

std::uint32_t read_version(crdt::wire_reader& in) {
  const auto version = in.varint();
  if (version > std::numeric_limits<std::uint32_t>::max())
    in.fail("a schema version is out of range");
  return static_cast<std::uint32_t>(version);
}

snapshot read_state(crdt::wire_reader& in) {
  snapshot state;
  state.type_name = in.string();
  state.schema_version = read_version(in);
  state.bytes = in.string();
  return state;
}

record_rank read_rank(crdt::wire_reader& in) {
  record_rank rank;
  rank.epoch = in.varint();
  rank.stopped = in.byte() != 0;
  rank.owner = in.fixed64();
  rank.revision = in.varint();
  return rank;
}

} // namespace ariadne::session
