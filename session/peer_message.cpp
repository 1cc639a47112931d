#include "session/peer_message.hpp"

#include "session/session_wire.hpp"

#include <type_traits>
#include <utility>

namespace ariadne::session {

namespace {

constexpr std::uint8_t frame_format = 1;

void write_fields(crdt::wire_writer& out, const announce& m) {
  out.byte((m.profile.cordoned ? 1 : 0) | (m.profile.draining ? 2 : 0) | (m.profile.is_ready ? 4 : 0)
           | (m.profile.is_paused ? 8 : 0) | (m.takes_pieces ? 16 : 0) | (m.tells_voters ? 32 : 0));
  out.varint(m.profile.kinds.size());
  for (const auto& [kind, version] : m.profile.kinds) {
    out.string(kind);
    out.varint(version);
  }
}

void write_fields(crdt::wire_writer& out, const claim& m) {
  write(out, m.key);
  out.varint(m.epoch);
  write(out, m.base);
  out.byte(static_cast<std::uint8_t>(m.base_phase));
  write(out, m.base_owner);
  write(out, m.base_target);
}

void write_fields(crdt::wire_writer& out, const claim_answer& m) {
  write(out, m.key);
  out.varint(m.epoch);
  out.byte(static_cast<std::uint8_t>(m.answer));
  out.varint(m.epoch_known);
}

void write_fields(crdt::wire_writer& out, const claim_withdrawn& m) {
  write(out, m.key);
  out.varint(m.epoch);
}

void write_fields(crdt::wire_writer& out, const start_request& m) {
  out.varint(m.number);
  write(out, m.key);
  write(out, m.state);
}

void write_fields(crdt::wire_writer& out, const stop_request& m) {
  out.varint(m.number);
  write(out, m.key);
}

void write_fields(crdt::wire_writer& out, const delivery& m) {
  out.varint(m.number);
  write(out, m.key);
  out.varint(m.epoch);
  out.string(m.payload);
}

void write_fields(crdt::wire_writer& out, const leaving& m) {
  out.varint(m.number);
}

void write_fields(crdt::wire_writer& out, const leaving_answer& m) {
  out.varint(m.number);
}

void write_fields(crdt::wire_writer& out, const response& m) {
  out.varint(m.number);
  out.byte(static_cast<std::uint8_t>(m.result));
  write(out, m.place);
  out.string(m.payload);
}

void write_fields(crdt::wire_writer& out, const lease_question& m) {
  out.varint(m.asked_ms);
}

void write_fields(crdt::wire_writer& out, const lease_answer& m) {
  out.varint(m.asked_ms);
}

void write_fields(crdt::wire_writer& out, const loser_state& m) {
  write(out, m.key);
  write(out, m.state);
}

void write_fields(crdt::wire_writer& out, const run_question& m) {
  write(out, m.key);
  out.varint(m.epoch);
}

void write_fields(crdt::wire_writer& out, const run_answer& m) {
  write(out, m.key);
  out.varint(m.epoch);
  out.byte(m.agreed ? 1 : 0);
}

void write_fields(crdt::wire_writer& out, const request_withdrawn& m) {
  out.varint(m.number);
  write(out, m.key);
}

void write_fields(crdt::wire_writer& out, const impediment& m) {
  write(out, m.key);
  out.byte(static_cast<std::uint8_t>(m.what));
  out.string(m.detail);
}

void write_fields(crdt::wire_writer& out, const voters& m) {
  out.varint(m.names.size());
  for (const auto& name : m.names)
    out.string(name);
}

/// A byte that names one of the values from 1 to `last`.
template <class Enum>
Enum read_enum(crdt::wire_reader& in, Enum last) {
  const auto value = in.byte();
  if (value == 0 || value > static_cast<std::uint8_t>(last))
    in.fail("a message has an unknown value");
  return static_cast<Enum>(value);
}

announce read_announce(crdt::wire_reader& in) {
  announce m;
  const auto flags = in.byte();
  m.profile.cordoned = (flags & 1) != 0;
  m.profile.draining = (flags & 2) != 0;
  m.profile.is_ready = (flags & 4) != 0;
  m.profile.is_paused = (flags & 8) != 0;
  m.takes_pieces = (flags & 16) != 0;
  m.tells_voters = (flags & 32) != 0;
  for (auto left = in.varint(); left > 0 && in.failure().empty(); --left) {
    std::string kind{in.string()};
    m.profile.kinds[std::move(kind)] = read_version(in);
  }
  return m;
}

claim read_claim(crdt::wire_reader& in) {
  claim m;
  m.key = read_key(in);
  m.epoch = in.varint();
  m.base = read_rank(in);
  m.base_phase = read_enum(in, session_phase::stopped);
  m.base_owner = read_host(in);
  m.base_target = read_host(in);
  return m;
}

claim_answer read_claim_answer(crdt::wire_reader& in) {
  claim_answer m;
  m.key = read_key(in);
  m.epoch = in.varint();
  m.answer = read_enum(in, verdict::not_ready);
  m.epoch_known = in.varint();
  return m;
}

delivery read_delivery(crdt::wire_reader& in) {
  delivery m;
  m.number = in.varint();
  m.key = read_key(in);
  m.epoch = in.varint();
  m.payload = in.string();
  return m;
}

response read_response(crdt::wire_reader& in) {
  response m;
  m.number = in.varint();
  m.result = read_enum(in, outcome::not_recorded);
  m.place = read_host(in);
  m.payload = in.string();
  return m;
}

impediment read_impediment(crdt::wire_reader& in) {
  impediment m;
  m.key = read_key(in);
  m.what = read_enum(in, outcome::not_recorded);
  m.detail = in.string();
  return m;
}

voters read_voters(crdt::wire_reader& in) {
  voters m;
  for (auto left = in.varint(); left > 0 && in.failure().empty(); --left)
    m.names.emplace(in.string());
  return m;
}

/// The order of evaluation within braces is from left to right.
peer_message read_message(crdt::wire_reader& in) {
  switch (in.byte()) {
    case 0:
      return read_announce(in);
    case 1:
      return read_claim(in);
    case 2:
      return read_claim_answer(in);
    case 3:
      return claim_withdrawn{read_key(in), in.varint()};
    case 4:
      return start_request{in.varint(), read_key(in), read_state(in)};
    case 5:
      return stop_request{in.varint(), read_key(in)};
    case 6:
      return read_delivery(in);
    case 7:
      return leaving{in.varint()};
    case 8:
      return leaving_answer{in.varint()};
    case 9:
      return read_response(in);
    case 10:
      return lease_question{in.varint()};
    case 11:
      return lease_answer{in.varint()};
    case 12:
      return loser_state{read_key(in), read_state(in)};
    case 13:
      return run_question{read_key(in), in.varint()};
    case 14:
      return run_answer{read_key(in), in.varint(), in.byte() != 0};
    case 15:
      return request_withdrawn{in.varint(), read_key(in)};
    case 16:
      return read_impediment(in);
    case 17:
      return read_voters(in);
    default:
      in.fail("the kind of message is unknown");
      return {};
  }
}

static_assert(std::is_same_v<std::variant_alternative_t<17, peer_message>, voters>,
              "a message is named by its place among the alternatives");

} // namespace

std::string_view to_string(outcome o) {
  switch (o) {
    case outcome::done:
      return "done";
    case outcome::unknown_session:
      return "there is no such session";
    case outcome::no_host:
      return "no node that is up knows the kind of the session, or the version of its state";
    case outcome::queue_full:
      return "too much waits for the session already";
    case outcome::timed_out:
      return "the session was not to be reached in time; the request was not handled";
    case outcome::unanswered:
      return "contact was lost before the answer came; the request may have been handled or not";
    case outcome::draining:
      return "this node is about to stop and starts no more sessions";
    case outcome::invalid_key:
      return "a session needs a kind without a slash and an id, neither empty nor too long nor with control characters";
    case outcome::elsewhere:
      return "the session is not here";
    case outcome::hosts_draining:
      return "all nodes that could run the session are about to stop";
    case outcome::hosts_cordoned:
      return "all nodes that could run the session are cordoned";
    case outcome::hosts_paused:
      return "the nodes that could run the session see no majority";
    case outcome::hosts_not_ready:
      return "the nodes that could run the session are not ready yet";
    case outcome::claim_refused:
      return "another node does not let the session be taken over";
    case outcome::failing:
      return "the session fails when it is started";
    case outcome::not_recorded:
      return "the record of the session cannot be written";
  }
  return "unknown";
}

bool is_undelivered(outcome o) {
  switch (o) {
    case outcome::done:
    case outcome::unanswered:
    case outcome::elsewhere:
      return false;
    case outcome::unknown_session:
    case outcome::no_host:
    case outcome::queue_full:
    case outcome::timed_out:
    case outcome::draining:
    case outcome::invalid_key:
    case outcome::hosts_draining:
    case outcome::hosts_cordoned:
    case outcome::hosts_paused:
    case outcome::hosts_not_ready:
    case outcome::claim_refused:
    case outcome::failing:
    case outcome::not_recorded:
      return true;
  }
  return false;
}

void append(std::string& frame, const peer_message& message) {
  crdt::wire_writer out;
  if (frame.empty())
    out.byte(frame_format);
  out.byte(static_cast<std::uint8_t>(message.index()));
  std::visit([&](const auto& m) { write_fields(out, m); }, message);
  frame += out.take();
}

std::string_view decode_frame(std::string_view frame, const std::function<void(peer_message&&)>& visit) {
  crdt::wire_reader checked{frame};
  if (checked.byte() != frame_format)
    return "the version of the format is unknown";
  auto in = checked;
  while (checked.remaining() > 0 && checked.failure().empty())
    read_message(checked);
  if (!checked.failure().empty())
    return checked.failure();
  while (in.remaining() > 0)
    visit(read_message(in));
  return {};
}

} // namespace ariadne::session
