#include "ops/metrics.hpp"

#include "crdt/codec_versions.hpp"
#include "crdt/printable_text.hpp"
#include "ops/readiness.hpp"

#include <fmt/format.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <chrono>
#include <tuple>
#include <utility>
#include <vector>

namespace ariadne {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using labels = std::vector<ClientMetric::Label>;

/// Families in the order in which they are added.
class exposition {
public:
  void gauge(const char* name, const char* help, double value, labels of = {}) {
    add(name, help, MetricType::Gauge, std::move(of)).gauge.value = value;
  }

  void counter(const char* name, const char* help, double value, labels of = {}) {
    add(name, help, MetricType::Counter, std::move(of)).counter.value = value;
  }

  void histogram(const char* name, const char* help, const duration_histogram& durations, labels of = {}) {
    auto& told = add(name, help, MetricType::Histogram, std::move(of)).histogram;
    for (std::size_t i = 0; i < durations.bounds_s.size(); ++i) {
      told.sample_count += durations.count(i);
      told.bucket.push_back({told.sample_count, durations.bounds_s.at(i)});
    }
    told.sample_count += durations.count(durations.bounds_s.size());
    told.sample_sum = durations.sum_s();
  }

  /// A counter for each value of a label.
  void counters(const char* name, const char* help, const by_label<tally>& counted, const char* label) {
    counted.for_each([&](const std::string& value, const tally& t) {
      counter(name, help, static_cast<double>(t.count()), {{label, crdt::escaped(value)}});
    });
  }

  std::string text() const {
    return prometheus::TextSerializer{}.Serialize(families_);
  }

private:
  ClientMetric& add(const char* name, const char* help, MetricType type, labels of) {
    auto family = families_.begin();
    while (family != families_.end() && family->name != name)
      ++family;
    if (family == families_.end())
      family = families_.insert(family, {name, help, type, {}});
    family->metric.emplace_back();
    family->metric.back().label = std::move(of);
    return family->metric.back();
  }

  std::vector<MetricFamily> families_;
};

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

double flag(bool value) {
  return value ? 1 : 0;
}

void add_members(exposition& out, const node_report& report) {
  std::array<double, 3> counts{};
  for (const auto& member : report.members)
    counts.at(static_cast<std::size_t>(member.state)) += 1;
  for (const auto state : {member_state::up, member_state::down, member_state::left})
    out.gauge("ariadne_members", "Nodes that this node knows, itself among them, by state.",
              counts.at(static_cast<std::size_t>(state)), {{"state", to_text(state)}});
  for (const auto& member : report.members) {
    if (member.name == report.status.node)
      continue;
    const labels peer{{"peer", crdt::escaped(member.name)}};
    out.gauge("ariadne_peer_up", "1 if the other node is up as this node sees it, else 0.",
              flag(member.state == member_state::up), peer);
    if (member.round_trip_us > 0 && member.state == member_state::up)
      out.gauge("ariadne_peer_round_trip_seconds", "How long a heartbeat to the other node takes there and back.",
                number(member.round_trip_us) / 1e6, peer);
    if (member.last_contact_ms > 0 || member.state == member_state::up)
      out.gauge("ariadne_peer_last_contact_seconds", "How long ago the other node was last heard of.",
                number(member.last_contact_ms) / 1e3, peer);
  }
}

void add_links(exposition& out, const replica_status& replica) {
  for (const auto& link : replica.links) {
    if (link.node.empty())
      continue;
    const labels peer{{"peer", crdt::escaped(link.node)}};
    out.gauge("ariadne_replication_lag_events", "Events known here that the other node has not acknowledged.",
              number(link.lag_events), peer);
    out.gauge("ariadne_replication_lag_bytes", "The most that the keys and values of these events amount to.",
              number(link.lag_bytes_max), peer);
    out.gauge("ariadne_replication_in_flight_bytes", "Bytes sent to the other node and not yet acknowledged.",
              number(link.in_flight_bytes), peer);
  }
}

void add_replica(exposition& out, const replica_status& replica) {
  const auto& c = replica.counters;
  out.gauge("ariadne_caught_up", "1 if the node holds all that the nodes that it knows hold, also those that are down.",
            flag(replica.caught_up));
  out.gauge("ariadne_keys", "Keys in the map, with the records of sessions.", number(replica.keys));
  out.gauge("ariadne_map_bytes", "Bytes of all keys and values in the map.", number(replica.bytes));
  out.gauge("ariadne_waiting_writes", "Writes that wait for other nodes to acknowledge them.",
            number(replica.waiting_writes));
  out.gauge("ariadne_waiting_reads", "Reads that wait for their key.", number(replica.waiting_reads));
  constexpr auto writes = "Writes of this node to the map.";
  out.counter("ariadne_writes_total", writes, number(c.puts), {{"op", "put"}});
  out.counter("ariadne_writes_total", writes, number(c.erases), {{"op", "erase"}});
  for (const auto& [direction, frames, bytes, registers] :
       {std::tuple{"sent", c.frames_sent, c.bytes_sent, c.registers_sent},
        std::tuple{"received", c.frames_received, c.bytes_received, c.registers_received}}) {
    const labels of{{"direction", direction}};
    out.counter("ariadne_replication_frames_total", "Frames to and from other nodes.", number(frames), of);
    out.counter("ariadne_replication_bytes_total", "Bytes of these frames.", number(bytes), of);
    out.counter("ariadne_replication_registers_total", "Keys in these frames.", number(registers), of);
  }
  out.counter("ariadne_replication_full_states_sent_total", "Whole maps sent to nodes that had been away for too long.",
              number(c.full_states_sent));
  out.counter("ariadne_replication_refusals_total", "Keys of other nodes that this node did not take in.",
              number(c.refusals));
  out.counter("ariadne_replication_divergences_total",
              "Keys that differed on nodes that had seen the same. Must stay 0.", number(c.divergences));
}

void add_hosting(exposition& out, const session_host_status& hosting) {
  out.gauge("ariadne_paused", "1 if the node runs no sessions because it sees no majority, else 0.",
            flag(hosting.is_paused));
  out.gauge("ariadne_cordoned", "1 if the node takes no further sessions, else 0.", flag(hosting.is_cordoned));
  out.gauge("ariadne_draining", "1 if the node hands over what it holds, else 0.",
            flag(!hosting.hosts.empty() && hosting.hosts.front().is_draining));
  out.gauge("ariadne_session_waiting_requests", "Requests to sessions that wait for an answer.",
            number(hosting.waiting_requests));
}

void add_storage(exposition& out, const storage_status& storage, const node_tally& counted) {
  out.gauge("ariadne_journal_failing", "1 if the disk is at fault, and nothing is kept on it, else 0.",
            flag(!storage.problem.empty()));
  out.gauge("ariadne_journal_lag_keys", "Keys that have changed, and are not yet kept on the disk.",
            number(storage.lag_keys));
  out.gauge("ariadne_journal_lag_events", "Events known here that are not yet kept on the disk.",
            number(storage.lag_events));
  out.gauge("ariadne_journal_lag_bytes", "The most that the keys and values of these events amount to.",
            number(storage.lag_bytes_max));
  out.gauge("ariadne_journal_bytes", "Bytes of the journal on the disk.", number(storage.bytes));
  out.gauge("ariadne_journal_synced_ago_seconds", "How long ago all of the journal was last synced.",
            number(storage.synced_ago_ms) / 1e3);
  out.gauge("ariadne_journal_sync_seconds", "How long the last sync took.", number(storage.sync_took_us) / 1e6);
  out.histogram("ariadne_journal_sync_duration_seconds", "How long syncs of the journal took.", counted.journal_syncs);
  out.counter("ariadne_journal_batches_total", "Batches written to the journal.", number(storage.batches));
  out.counter("ariadne_journal_written_bytes_total", "Bytes of keys and values in these batches.",
              number(storage.written_bytes));
  out.counter("ariadne_journal_failures_total", "Faults of the disk.", number(storage.faults));
}

void add_nodes(exposition& out, const node_tally& counted) {
  counted.peer_downs.for_each([&](const std::string& peer, const by_label<tally>& reasons) {
    reasons.for_each([&](const std::string& reason, const tally& t) {
      out.counter("ariadne_peer_downs_total", "How often the other node was found down.", number(t.count()),
                  {{"peer", crdt::escaped(peer)}, {"reason", reason}});
    });
  });
  out.counters("ariadne_introductions_refused_total", "Introductions of other nodes that were refused.",
               counted.introductions_refused, "reason");
  out.counters("ariadne_discovery_lookups_total", "Lookups of the name by which nodes find each other.",
               counted.discovery_lookups, "outcome");
  counted.connections.for_each([&](const std::string& role, const by_label<quantity>& states) {
    states.for_each([&](const std::string& state, const quantity& q) {
      out.gauge("ariadne_connections", "Connections to other nodes and of clients.", static_cast<double>(q.value()),
                {{"role", role}, {"state", state}});
    });
  });
  out.counters("ariadne_connections_refused_total", "Connections that were refused, or closed for a fault.",
               counted.connections_refused, "reason");
}

void add_state(exposition& out, const node_tally& counted) {
  if (const auto limit = counted.map_limit_bytes.value(); limit > 0)
    out.gauge("ariadne_map_limit_bytes", "Bytes of keys and values beyond which nothing is stashed.",
              static_cast<double>(limit));
  counted.stash_durations.for_each([&](const std::string& concern, const duration_histogram& durations) {
    out.histogram("ariadne_stash_duration_seconds", "How long stashes took until their write concern was met.",
                  durations, {{"concern", concern}});
  });
  out.counters("ariadne_stash_failures_total", "Stashes that were refused, or not held as was asked for in time.",
               counted.stash_failures, "reason");
  out.counters("ariadne_pickups_total", "Pickups and takes that were answered.", counted.pickups, "outcome");
  out.counter("ariadne_expired_total", "Keys dropped here since their time to live was over.",
              number(counted.expired.count()));
  out.counter("ariadne_watch_events_missed_total", "Events dropped since a watcher was too slow for them.",
              number(counted.watch_events_missed.count()));
}

void add_kind(exposition& out, const std::string& name, const kind_tally& kind) {
  const labels of{{"kind", crdt::escaped(name)}};
  const auto count = [&](const char* family, const char* help, const tally& t) {
    out.counter(family, help, number(t.count()), of);
  };
  out.gauge("ariadne_sessions_running", "Sessions that run on this node.", static_cast<double>(kind.running.value()),
            of);
  count("ariadne_session_starts_total", "Sessions started on this node, anew or taken over.", kind.starts);
  count("ariadne_session_moves_total", "Sessions handed over to another node.", kind.moves);
  count("ariadne_session_strandings_total", "Sessions that stopped here and that no node could take over.",
        kind.strandings);
  count("ariadne_session_losses_total", "Sessions that another node had taken over while they ran here.", kind.losses);
  count("ariadne_session_failures_total", "Sessions that ended with an error.", kind.failures);
  count("ariadne_session_checkpoints_total", "States of running sessions written to the map.", kind.checkpoints);
  count("ariadne_session_checkpoint_bytes_total", "Bytes of these states, with their records.", kind.checkpoint_bytes);
  kind.messages.for_each([&](const std::string& outcome, const tally& t) {
    out.counter("ariadne_session_messages_total", "Messages handed to sessions on this node.", number(t.count()),
                {of.front(), {"outcome", outcome}});
  });
  out.histogram("ariadne_session_message_duration_seconds", "How long sessions took to answer messages.",
                kind.message_durations, of);
}

void add_sessions(exposition& out, const node_tally& counted) {
  counted.kinds.for_each([&](const std::string& name, const kind_tally& kind) { add_kind(out, name, kind); });
  counted.takeovers.for_each([&](const std::string& cause, const duration_histogram& durations) {
    out.histogram("ariadne_session_takeover_duration_seconds",
                  "From when a session was told to stop, or its node was lost, until it ran elsewhere.", durations,
                  {{"cause", cause}});
  });
  out.counter("ariadne_session_doubles_total", "Sessions that have run on another node at the same time.",
              number(counted.session_doubles.count()));
}

void add_parts(exposition& out, const node_tally& counted) {
  out.counters("ariadne_restarts_total", "Parts of the node that ended and were started anew.", counted.restarts,
               "child");
  out.counters("ariadne_log_lines_total", "Lines written to the log.", counted.log_lines, "level");
  out.counter("ariadne_log_lines_dropped_total", "Lines of the log that nobody took in time.",
              number(counted.log_lines_dropped.count()));
}

void add_process(exposition& out, const process_facts& process) {
  if (process.started_s > 0)
    out.gauge("process_start_time_seconds", "When the process was started, since the Unix epoch.", process.started_s);
  out.counter("process_cpu_seconds_total", "Processor time of the process, user and system.", process.cpu_seconds);
  out.gauge("process_resident_memory_bytes", "Memory of the process that is not swapped out.",
            number(process.resident_bytes));
  out.gauge("process_virtual_memory_bytes", "Address space of the process.", number(process.virtual_bytes));
  out.gauge("process_open_fds", "Files and connections that the process has open.", number(process.open_descriptors));
  out.gauge("process_max_fds", "How many it may have open.", number(process.descriptors_max));
  out.gauge("process_threads", "Threads of the process.", number(process.threads));
}

} // namespace

std::string to_prometheus(const node_report* report, const node_tally& counted, const process_facts& process) {
  exposition out;
  out.gauge("ariadne_build_info", "1; the labels say what runs.", 1,
            {{"version", ARIADNE_VERSION},
             {"caf", ARIADNE_EDITION_OF_CAF},
             {"protocol", fmt::format("{}", crdt::codec_versions.max)}});
  out.gauge("ariadne_ready", "1 if clients may be sent to the node, as /readyz says, else 0.",
            flag(report != nullptr && is_ready(readiness_of(*report))));
  if (report != nullptr) {
    add_members(out, *report);
    add_replica(out, report->status.replica);
    add_links(out, report->status.replica);
    if (report->hosting)
      add_hosting(out, *report->hosting);
    if (report->certificate_expires)
      out.gauge("ariadne_certificate_expiry_timestamp_seconds",
                "When the node's certificate, or an authority of it, is valid no more, since the Unix epoch.",
                std::chrono::duration<double>{report->certificate_expires->time_since_epoch()}.count());
    if (report->storage)
      add_storage(out, *report->storage, counted);
  }
  add_nodes(out, counted);
  add_state(out, counted);
  add_sessions(out, counted);
  add_parts(out, counted);
  add_process(out, process);
  return out.text();
}

} // namespace ariadne
