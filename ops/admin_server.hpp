#pragma once

#include "actors/endpoint.hpp"
#include "actors/log.hpp"
#include "actors/supervisor.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ariadne {

struct admin_options {
  /// Where to listen. Port 0 means any that is free.
  endpoint address = {};
  /// By which names, beside addresses and "localhost", it may be asked: a request for another name is refused, since a
  /// page of somebody else's may have sent it.
  std::vector<std::string> names = {};
  log_sink log = log_nothing;
};

/// Lets people and programs look at a node by HTTP, and change nothing:
///
///     /livez           200 if the node's supervisor answers, else 503: for whoever restarts what hangs
///     /readyz          200 if clients may be sent to the node, else 503, with a line for each check
///     /metrics         text format 0.0.4 of Prometheus; docs/operations.md lists the names
///     /                a page that shows the cluster as this node sees it
///     /api/v1/status   as `ariadne status --json`
///     /api/v1/sessions?prefix=&limit=, /api/v1/keys?prefix=&limit=   the first ones, 500 at most
///     /api/v1/events?prefix=   server-sent events: the status once a second, and what `ariadne watch` tells
///
/// GET and HEAD, without a body, headers of 8 kB at most, 64 connections at a time, 16 of which may be shown events;
/// one that takes longer than 5 s to ask or to be answered, or to take what it is shown, is closed. The node is asked
/// when somebody asks, once for all who wait, and never waits for them. Four threads of its own.
///
/// At a loopback address, whoever reaches it may look. At another one, if the actor system has certificates
/// (`network_security::tls`), it speaks TLS with them: observers, operators and nodes may look; others get /livez and
/// /readyz. Without certificates it is neither encrypted nor restricted: meant for a network that is trusted.
class admin_server {
public:
  /// Serves until it is destroyed. `system` has to outlive it. Throws std::system_error if it cannot listen.
  admin_server(caf::actor_system& system, supervisor_actor supervisor, admin_options options);
  ~admin_server();

  admin_server(const admin_server&) = delete;
  admin_server& operator=(const admin_server&) = delete;

  /// Where it listens.
  std::uint16_t port() const;

private:
  class implementation;

  std::unique_ptr<implementation> implementation_;
};

} // namespace ariadne
