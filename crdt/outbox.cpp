#include "crdt/outbox.hpp"

#include "crdt/codec.hpp"
#include "crdt/invariant.hpp"

#include <algorithm>

namespace ariadne::crdt {

void outbox::send(const neighbour_link& link, std::string frame) {
  ++counters_.frames_sent;
  counters_.bytes_sent += frame.size();
  frames_.push_back({link.id, std::move(frame)});
}

void outbox::send_hello(neighbour_link& link, want wanted, std::uint64_t now_ms) {
  if (link.in.id == 0) {
    link.in.id = ++last_stream_;
    link.in.progress_ms = now_ms;
  }
  link.untold.clear();
  link.untold_durable.clear();
  link.progress_ms = now_ms;
  const auto& known = state_.known();
  hello message;
  message.cluster = options_.cluster;
  message.node = options_.node;
  message.id = options_.id;
  message.stream = link.in.id;
  message.push = link.push;
  message.answer_wanted = wanted == want::answer;
  message.full_state_wanted = wanted == want::full_state;
  message.vector = known.vector();
  message.forgotten = known.forgotten();
  message.retired_digest = known.retired().digest();
  if (link.has_said_hello() && link.retired_digest != message.retired_digest)
    message.retired = known.retired();
  message.clock = say_time(now_ms);
  if (link.version >= codec_version_with_pieces)
    message.values = staged_.progress(told_values_max);
  if (const auto* durable = disks_.durable_at(options_.id)) {
    message.has_journal = true;
    message.durable = *durable;
    // What is retired is told along with what is retired.
    if (!message.retired)
      message.durable.erase_if([&](dot d) { return known.retired()[d.replica] != 0; });
  }
  send(link, encode(message, link.version));
}

void outbox::send_heartbeat(const neighbour_link& link, bool is_ahead, std::uint64_t now_ms) {
  const auto& known = state_.known();
  send(link, encode(heartbeat{known.digest(known.vector()), state_.map().fingerprint(), is_ahead, say_time(now_ms),
                              link.refused_here, link.refused_here_because},
                    link.version));
}

void outbox::send_ack(neighbour_link& link) {
  require(link.in.acknowledged < link.in.next_number, "only what has come in is acknowledged");
  ack message{link.in.id, link.in.acknowledged, {}, link.in.arrived, {}};
  for (auto origin : link.untold)
    message.vector.raise({origin, state_.known().vector()[origin]});
  link.untold.clear();
  if (const auto* durable = disks_.durable_at(options_.id))
    for (auto origin : link.untold_durable)
      message.durable.raise({origin, (*durable)[origin]});
  link.untold_durable.clear();
  send(link, encode(message, link.version));
}

void outbox::send_arrival(const neighbour_link& link, value_progress value, bool has_added) {
  send(link, encode(arrival{link.in.id, link.in.arrived, value, has_added}, link.version));
}

void outbox::announce_sources(const neighbour_links& links, std::size_t news_max) {
  const sources now{links.sources()};
  if (now.ids == announced_sources_)
    return;
  // A source that is lost has to be stood in for at once.
  const auto has_only_grown =
    std::includes(now.ids.begin(), now.ids.end(), announced_sources_.begin(), announced_sources_.end());
  if (has_only_grown && now.ids.size() > news_max)
    return;
  announced_sources_ = now.ids;
  for (const auto& [id, link] : links)
    if (link.has_said_hello())
      send(link, encode(now, link.version));
}

refusal outbox::refuse(const neighbour_link& link, refusal_code code, std::string reason) {
  ++counters_.refusals;
  refusal message{code, std::move(reason)};
  send(link, encode(message, link.version));
  return message;
}

refusal outbox::refuse_forged(const neighbour_link& link) {
  return refuse(link, refusal_code::same_replica,
                "replica id " + to_string(options_.id) + " is taken: an event of it has never happened here");
}

} // namespace ariadne::crdt
