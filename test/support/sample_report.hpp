#pragma once

#include "actors/internal/node_tally.hpp"
#include "ops/node_report.hpp"

namespace ariadne::test {

/// Node a of three; b is up and caught up with, c is down and was here before. Sessions run.
inline node_report sample_report() {
  node_report result;
  result.status = {"a", "cluster", {}};
  result.status.replica.replica = 1;
  result.status.replica.keys = 12;
  result.status.replica.bytes = 3'400;
  result.status.replica.counters.puts = 7;
  replication_status link;
  link.node = "b";
  link.replica = 2;
  link.caught_up = true;
  link.lag_events = 5;
  result.status.replica.links = {link};
  member_status a{.name = "a", .address = "127.0.0.1:4101", .state = member_state::up, .replica = 1, .problem = {}};
  auto b = a;
  b.name = "b";
  b.replica = 2;
  b.round_trip_us = 250;
  b.last_contact_ms = 40;
  auto c = a;
  c.name = "c";
  c.replica = 3;
  c.state = member_state::down;
  c.last_contact_ms = 9'000;
  c.problem = "no sign of life";
  result.members = {a, b, c};
  session_host_status hosting;
  hosting.node = "a";
  hosting.running = 4;
  hosting.started = 6;
  hosting.hosts.resize(1);
  hosting.hosts.front().node = "a";
  result.hosting = hosting;
  result.certificate_expires = std::chrono::system_clock::time_point{std::chrono::hours{480'000}};
  result.storage =
    storage_status{.directory = "/journals/a", .bytes = 5'000, .lag_keys = 3, .lag_events = 4, .lag_bytes_max = 700};
  return result;
}

/// Something of all that can be counted, for node a.
inline void count_samples(node_tally& counted) {
  using namespace std::chrono_literals;
  counted.peer_downs["c"]["silence"].add();
  counted.introductions_refused["other_cluster"].add();
  counted.discovery_lookups["found"].add(3);
  counted.connections_refused["protocol"].add();
  counted.connections["node"]["open"].add(2);
  counted.map_limit_bytes.set(1 << 20);
  counted.stash_durations["one"].add(2ms);
  counted.stash_durations["one"].add(20s);
  counted.stash_failures["map_full"].add();
  counted.pickups["pending"].add();
  auto& kind = counted.kinds["minotaur"];
  kind.running.add(4);
  kind.starts.add(6);
  kind.messages["handled"].add(7);
  kind.message_durations.add(3ms);
  counted.takeovers["lost"].add(300ms);
  counted.journal_syncs.add(3ms);
  counted.restarts["handoff"].add();
  counted.log_lines["warning"].add(5);
}

} // namespace ariadne::test
