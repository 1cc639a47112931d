# Three nodes on Nomad, which find each other by SRV records of Consul. Before:
#
# - the image (config/container/Containerfile), where each client of Nomad can pull it;
# - certificates of the nodes ariadne-0, ariadne-1 and ariadne-2 (docs/security.md) as a variable of the job:
#
#     nomad var put nomad/jobs/ariadne authorities=@certs/authorities.pem \
#       certificate_0=@certs/node-ariadne-0.pem key_0=@certs/node-ariadne-0.key \
#       certificate_1=@certs/node-ariadne-1.pem key_1=@certs/node-ariadne-1.key \
#       certificate_2=@certs/node-ariadne-2.pem key_2=@certs/node-ariadne-2.key
#
# - a volume for the journal of each: ariadne-journal[0], ariadne-journal[1] and ariadne-journal[2], which the user 10001
#   can write;
# - `max_kill_timeout = "60s"` in the configuration of each client of Nomad, which allows 30 s otherwise.
#
# The nodes start together, and are replaced one at a time, each with time to hand over what it holds.
job "ariadne" {
  type = "service"

  # The next node is replaced once clients may be sent to the last one.
  update {
    max_parallel     = 1
    health_check     = "checks"
    min_healthy_time = "5s"
    healthy_deadline = "5m"
    auto_revert      = false
  }

  # The same when machines are drained.
  migrate {
    max_parallel     = 1
    health_check     = "checks"
    min_healthy_time = "5s"
    healthy_deadline = "5m"
  }

  group "nodes" {
    count = 3

    constraint {
      distinct_hosts = true
    }

    network {
      mode = "host"
      port "ariadne" {}
      port "admin" {}
    }

    # Each node keeps its journal, and starts from it, wherever it is started.
    volume "journal" {
      type            = "csi"
      source          = "ariadne-journal"
      per_alloc       = true
      access_mode     = "single-node-writer"
      attachment_mode = "file-system"
    }

    # By this name the nodes find each other. It has no checks, so that it holds before they are ready: until they have
    # met, none of them is.
    service {
      name = "ariadne"
      port = "ariadne"
    }

    service {
      name = "ariadne-admin"
      port = "admin"

      check {
        name     = "clients may be sent to it"
        type     = "http"
        protocol = "https"
        path     = "/readyz"
        interval = "2s"
        timeout  = "2s"

        # It is an address that is looked up, and no name that a certificate has.
        tls_skip_verify = true
      }

      # The process hangs: nothing that it says of other nodes has it restarted.
      check {
        name     = "it is alive"
        type     = "http"
        protocol = "https"
        path     = "/livez"
        interval = "10s"
        timeout  = "6s"

        # It is an address that is looked up, and no name that a certificate has.
        tls_skip_verify = true

        check_restart {
          limit = 3
          grace = "60s"
        }
      }
    }

    task "node" {
      driver = "docker"
      user   = "10001:10001"

      # No longer than session_stop_timeout and drain_timeout take together.
      kill_signal  = "SIGTERM"
      kill_timeout = "60s"

      config {
        image           = "ariadne:local"
        network_mode    = "host"
        readonly_rootfs = true
        cap_drop        = ["all"]
        args = [
          "node", "--cluster", "/local/cluster.toml", "--name", "ariadne-${NOMAD_ALLOC_INDEX}",
          "--listen", "${NOMAD_ADDR_ariadne}", "--admin", "${NOMAD_ADDR_admin}",
        ]
      }

      volume_mount {
        volume      = "journal"
        destination = "/var/lib/ariadne"
      }

      template {
        destination = "local/cluster.toml"
        change_mode = "noop"
        data        = <<-EOF
          [cluster]
          name = "ariadne"
          voters = ["ariadne-0", "ariadne-1", "ariadne-2"]

          [discovery]
          method = "dns-srv"
          name = "_ariadne._tcp.service.consul"

          [security]
          certificate = "/secrets/node.pem"
          key = "/secrets/node.key"
          authorities = "/secrets/authorities.pem"

          [storage]
          directory = "/var/lib/ariadne"
        EOF
      }

      # Certificates that change are read by the node itself.
      template {
        destination = "secrets/authorities.pem"
        change_mode = "noop"
        data        = "{{ with nomadVar \"nomad/jobs/ariadne\" }}{{ .authorities }}{{ end }}"
      }
      template {
        destination = "secrets/node.pem"
        change_mode = "noop"
        data        = <<-EOF
          {{ with nomadVar "nomad/jobs/ariadne" -}}
          {{ index . (env "NOMAD_ALLOC_INDEX" | printf "certificate_%s") }}
          {{- end }}
        EOF
      }
      template {
        destination = "secrets/node.key"
        change_mode = "noop"
        uid         = 10001
        gid         = 10001
        perms       = "400"
        data        = <<-EOF
          {{ with nomadVar "nomad/jobs/ariadne" -}}
          {{ index . (env "NOMAD_ALLOC_INDEX" | printf "key_%s") }}
          {{- end }}
        EOF
      }
    }
  }
}
