#pragma once

#include "crdt/wire.hpp"
#include "session/session_record.hpp"

namespace ariadne::session {

// The parts that records and messages between hosts have in common, in the primitives of crdt/wire.hpp. A read of an
// impossible value sets the reader's failure.

void write(crdt::wire_writer& out, const session_key& key);
void write(crdt::wire_writer& out, const host_id& host);
void write(crdt::wire_writer& out, const snapshot& state);
void write(crdt::wire_writer& out, const record_rank& rank);

session_key read_key(crdt::wire_reader& in);
host_id read_host(crdt::wire_reader& in);
std::uint32_t read_version(crdt::wire_reader& in);
snapshot read_state(crdt::wire_reader& in);
record_rank read_rank(crdt::wire_reader& in);

} // namespace ariadne::session
