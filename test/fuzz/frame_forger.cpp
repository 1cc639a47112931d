#include "test/fuzz/frame_forger.hpp"

#include <utility>
#include <variant>
#include <vector>

namespace ariadne::fuzz {

using namespace crdt;

namespace {

constexpr std::uint64_t counter_max = std::uint64_t{1} << 62;

} // namespace

std::string_view pick_key(script& choices) {
  return choices.pick<std::string_view>({"a", "b", "c", "d", "e", "12345678", "123456789"});
}

void hostile_link::learn(std::string_view frame) {
  const auto decoded = decode(frame);
  if (!decoded)
    return;
  if (const auto* said = std::get_if<hello>(&*decoded)) {
    if (said->stream != stream)
      number = 0;
    stream = said->stream;
    retired_digest = said->retired_digest;
  } else if (const auto* part = std::get_if<delta_view>(&*decoded)) {
    received_stream = part->header.stream;
    received_number = part->header.number;
  }
}

replica_id frame_forger::replica() {
  switch (auto choice = choices_.below(8)) {
    case 0:
    case 1:
      return target_.id();
    case 2:
    case 3:
      return link_.id;
    case 4:
      return {choices_.number() | 1};
    default:
      return {choice};
  }
}

dot frame_forger::dot() {
  const auto id = replica();
  const auto known = target_.vector()[id];
  switch (choices_.below(8)) {
    case 0:
    case 1:
      return {id, known + 1};
    case 2:
    case 3:
      return {id, known + (known == 0 ? 1 : 0)};
    case 4:
      return {id, known + 2 + choices_.below(8)};
    case 5:
      return {id, counter_max - choices_.below(2)};
    default:
      return {id, 1 + choices_.number() % counter_max};
  }
}

version_vector frame_forger::vector() {
  version_vector result;
  const auto size = choices_.below(8);
  if (size == 7)
    return target_.vector();
  for (std::size_t i = 0; i < size / 2; ++i)
    result.raise(dot());
  if (size == 6)
    for (std::uint64_t left = choices_.byte(); left > 0; --left)
      result.raise({{left << 56 | left}, left});
  return result;
}

stamp frame_forger::stamp() {
  // The time of the target's last own event is not known here; all times of a play are near its start.
  constexpr std::uint64_t start_ms = 1'700'000'000'000;
  switch (choices_.below(4)) {
    case 0:
      return {(start_ms + target_.options().drift_max_ms) << 16 | 0xffff};
    case 1:
      return {choices_.number()};
    default:
      return {(start_ms + 100 * choices_.byte()) << 16 | choices_.byte()};
  }
}

causal_register frame_forger::value() {
  std::vector<entry> live;
  for (auto left = choices_.below(4); left > 0; --left) {
    entry next;
    next.dot = dot();
    next.stamp = stamp();
    if (choices_.below(8) == 0)
      next.expires_at_ms = choices_.flag() ? choices_.number() | 1 : next.stamp.millis() + 1 + 100 * choices_.byte();
    next.value = shared_bytes{choices_.bytes(choices_.below(value_bytes_max + 2))};
    live.push_back(std::move(next));
  }
  auto context = choices_.flag() ? vector() : version_vector{};
  if (live.empty() && context.empty())
    context.raise(dot());
  return {std::move(live), std::move(context)};
}

causal_register frame_forger::crowd() {
  std::vector<entry> live;
  const auto id = replica();
  const auto first = 1 + choices_.number() % counter_max / 2;
  for (std::uint64_t i = 0; i < 16u * choices_.byte(); ++i)
    live.push_back({{id, first + i}, {i}, 0, {}});
  version_vector context;
  if (live.empty())
    context.raise(dot());
  return {std::move(live), std::move(context)};
}

std::string frame_forger::hello() {
  crdt::hello message;
  message.cluster = choices_.below(16) == 0 ? "athens" : "crete";
  message.node = choices_.bytes(choices_.below(4));
  message.id = choices_.below(16) == 0 ? replica() : link_.id;
  if (choices_.below(4) != 0)
    ++link_.own_stream;
  message.stream = choices_.below(16) == 0 ? choices_.number() : link_.own_stream;
  message.push = choices_.below(4) != 0;
  message.answer_wanted = choices_.flag();
  message.full_state_wanted = choices_.below(4) == 0;
  message.vector = vector();
  message.forgotten = vector();
  message.retired_digest = choices_.below(4) == 0 ? choices_.number() : link_.retired_digest;
  if (choices_.below(4) == 0)
    message.retired = vector();
  message.clock = {choices_.number(), choices_.number()};
  return encode(message);
}

std::string frame_forger::delta() {
  delta_header header;
  header.stream = choices_.below(16) == 0 ? choices_.number() : link_.stream;
  header.number = choices_.below(16) == 0 ? choices_.number() : link_.number + 1;
  if (header.number == link_.number + 1)
    ++link_.number;
  header.full_state = choices_.below(4) == 0;
  if (header.full_state && choices_.flag())
    header.base = vector();
  delta_writer out{header};
  for (auto left = choices_.below(5); left > 0; --left) {
    const auto key = pick_key(choices_);
    out.add(key, choices_.byte() == 0xff ? crowd() : value());
  }
  delta_trailer trailer;
  trailer.last = choices_.flag();
  if (choices_.flag())
    trailer.cut = vector();
  if (choices_.below(4) == 0)
    trailer.forgotten = vector();
  return out.finish(trailer);
}

std::string frame_forger::ack() {
  crdt::ack message;
  message.stream = choices_.below(8) == 0 ? choices_.number() : link_.received_stream;
  message.number = choices_.below(8) == 0 ? choices_.number() : link_.received_number;
  message.vector = vector();
  return encode(message);
}

std::string frame_forger::sources() {
  crdt::sources message;
  for (auto left = choices_.below(6); left > 0; --left)
    message.ids.push_back(replica());
  return encode(message);
}

std::string frame_forger::heartbeat() {
  crdt::heartbeat message;
  message.vector_digest = choices_.flag() ? target_.vector().digest() + target_.retired().digest() : choices_.number();
  message.fingerprint.low = choices_.number();
  message.ahead = choices_.below(4) == 0;
  message.clock = {choices_.number(), choices_.number()};
  message.refused = choices_.below(4);
  return encode(message);
}

std::string frame_forger::refusal() {
  return encode(crdt::refusal{static_cast<refusal_code>(1 + choices_.below(6)), std::string{choices_.bytes(4)}});
}

std::string damage(script& choices, std::string frame) {
  for (auto left = 1 + choices.below(3); left > 0 && !frame.empty(); --left) {
    const auto position = (choices.byte() * 256u + choices.byte()) % frame.size();
    switch (choices.below(4)) {
      case 0:
        frame.resize(position);
        break;
      case 1:
        frame.insert(position, frame.substr(position, choices.byte()));
        break;
      case 2:
        frame.erase(position, 1 + choices.below(16));
        break;
      default:
        frame[position] = static_cast<char>(choices.byte());
    }
  }
  return frame;
}

} // namespace ariadne::fuzz
