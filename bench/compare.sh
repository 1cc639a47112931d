#!/usr/bin/env bash
# Measures Ariadne beside what people would use instead, on this machine, with the same keys (12 bytes) and values (256
# bytes): Redis with a replica, etcd with three nodes, NATS JetStream with three replicas, and the data store of zeek's
# Broker. Prints a Markdown table. Everything listens on loopback ports that are free at the start, keeps its data in a
# temporary directory, and is ended in the end.
#
# usage: bench/compare.sh [--quick]
set -euo pipefail
cd "$(dirname "$0")/.."

latency_count=20000
rate_count=500000
slow_count=2000
key_counts=(100000 1000000)
effort=()
case "$*" in
  '') ;;
  --quick)
    latency_count=2000
    rate_count=100000
    slow_count=300
    key_counts=(100000)
    effort=(--quick)
    ;;
  *)
    echo 'usage: bench/compare.sh [--quick]' >&2
    exit 2
    ;;
esac

readonly bin=build/release/bin driver=build/release/bench/compare/store_driver
readonly broker=build/release/bench/compare/broker_driver

work="$(mktemp -d)"
pids=()

say() {
  echo "$*" >&2
}

# Ends all that has been started since the last time.
end_servers() {
  if [[ ${#pids[@]} -gt 0 ]]; then
    kill -TERM "${pids[@]}" 2>/dev/null || true
    local pid
    for pid in "${pids[@]}"; do
      timeout 10 tail --pid="${pid}" -f /dev/null || kill -KILL "${pid}" 2>/dev/null || true
    done
    wait "${pids[@]}" 2>/dev/null || true
  fi
  pids=()
}

clean_up() {
  trap '' INT TERM
  end_servers
  rm -rf "${work}"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# usage: start NAME COMMAND...: runs a server in a directory of its own
start() {
  local -r name="$1"
  shift
  mkdir -p "${work}/${name}"
  "$@" >"${work}/${name}/log" 2>&1 &
  pids+=("$!")
}

# usage: await WHAT COMMAND...: tries the command again and again until it succeeds
await() {
  local -r what="$1" deadline=$((SECONDS + 60))
  shift
  until "$@" >/dev/null 2>"${work}/last_error"; do
    if ((SECONDS >= deadline)); then
      echo "error: ${what} does not come up: $(<"${work}/last_error")" >&2
      tail -n 5 "${work}"/*/log >&2
      exit 1
    fi
    sleep 0.2
  done
}

table=()
# usage: row NAME P50 P99 RATE CATCH_UP_100K CATCH_UP_1M PROMISE
row() {
  table+=("| $1 | $2 | $3 | $4 | $5 | $6 | $7 |")
  say "${table[-1]}"
}

milliseconds() {
  awk '{ printf "%.0f", $1 * 1000 }'
}

measure_ariadne() {
  say 'Ariadne'
  local rows=stash_acked,stash_replicated,catch_up_100k
  if [[ ${#key_counts[@]} -gt 1 ]]; then
    rows+=,catch_up_1m
  fi
  "${bin}/ariadne_bench" --rows "${rows}" "${effort[@]}" --json "${work}/ariadne.json" >&2
  figure() {
    jq -r --arg row "$1" --arg field "$2" 'map(select(.name == $row)) | .[0][$field] // "-" |
      if type == "number" then (. * 10 | round / 10) else . end' "${work}/ariadne.json"
  }
  row 'Ariadne, two nodes' "$(figure stash_acked median)" "$(figure stash_acked p99)" \
    "$(figure stash_replicated median)" "$(figure catch_up_100k median)" "$(figure catch_up_1m median)" \
    'in the memory of two nodes; no write is lost while one of them is up'
}

start_redis() {
  start "redis-$1" redis-server --port "$1" --bind 127.0.0.1 --save '' --appendonly no --dir "${work}/redis-$1" \
    --repl-diskless-sync yes --repl-diskless-sync-delay 0 "${@:2}"
  await "Redis at $1" "${driver}" latency redis-alone "$1" 1
}

measure_redis() {
  say 'Redis'
  local ports set_times wait_times rate key_count
  local -a resync=()
  mapfile -t ports < <("${driver}" ports 3)
  mkdir -p "${work}"/redis-{"${ports[0]}","${ports[1]}","${ports[2]}"}
  start_redis "${ports[0]}"
  start "redis-${ports[1]}" redis-server --port "${ports[1]}" --bind 127.0.0.1 --save '' --appendonly no \
    --dir "${work}/redis-${ports[1]}" --replicaof 127.0.0.1 "${ports[0]}"
  await 'the replica of Redis' "${driver}" resync "${ports[0]}" "${ports[1]}"
  await 'the replica of Redis' timeout 5 "${driver}" latency redis-wait "${ports[0]}" 1
  read -ra set_times < <("${driver}" latency redis "${ports[0]}" "${latency_count}")
  read -ra wait_times < <("${driver}" latency redis-wait "${ports[0]}" "${latency_count}")
  rate="$("${driver}" rate redis "${ports[0]}" "${rate_count}")"
  end_servers
  for key_count in "${key_counts[@]}"; do
    mapfile -t ports < <("${driver}" ports 2)
    mkdir -p "${work}"/redis-{"${ports[0]}","${ports[1]}"}
    start_redis "${ports[0]}"
    start_redis "${ports[1]}"
    "${driver}" rate redis-alone "${ports[0]}" "${key_count}" >/dev/null
    resync+=("$("${driver}" resync "${ports[0]}" "${ports[1]}" | milliseconds)")
    end_servers
  done
  row 'Redis, SET' "${set_times[0]}" "${set_times[1]}" - - - 'in the memory of one node'
  row 'Redis, SET + WAIT 1' "${wait_times[0]}" "${wait_times[1]}" "${rate}" "${resync[0]}" "${resync[1]:--}" \
    'in the memory of two nodes; a failover may lose it all the same. Rate: pipelined SET, WAIT at the end'
}

measure_etcd() {
  say 'etcd'
  local ports cluster='' i times rate
  mapfile -t ports < <("${driver}" ports 6)
  for i in 0 1 2; do
    cluster+="${cluster:+,}n${i}=http://127.0.0.1:${ports[i + 3]}"
  done
  for i in 0 1 2; do
    start "etcd-${i}" etcd --name "n${i}" --data-dir "${work}/etcd-${i}/data" --initial-cluster "${cluster}" \
      --initial-cluster-state new --listen-client-urls "http://127.0.0.1:${ports[i]}" \
      --advertise-client-urls "http://127.0.0.1:${ports[i]}" --listen-peer-urls "http://127.0.0.1:${ports[i + 3]}" \
      --initial-advertise-peer-urls "http://127.0.0.1:${ports[i + 3]}"
  done
  await etcd "${driver}" latency etcd "${ports[0]}" 1
  read -ra times < <("${driver}" latency etcd "${ports[0]}" "${slow_count}")
  rate="$("${driver}" rate etcd "${ports[0]}" "$((slow_count * 5))")"
  end_servers
  row 'etcd, three nodes' "${times[0]}" "${times[1]}" "${rate}" - - \
    'on the disks of a majority, synced; linearisable. By its HTTP gateway; rate with 64 connections'
}

measure_nats() {
  say 'NATS JetStream'
  local ports routes='' i times rate
  mapfile -t ports < <("${driver}" ports 6)
  for i in 0 1 2; do
    routes+="${routes:+,}nats://127.0.0.1:${ports[i + 3]}"
  done
  for i in 0 1 2; do
    start "nats-${i}" nats-server --name "n${i}" --addr 127.0.0.1 --port "${ports[i]}" --jetstream \
      --store_dir "${work}/nats-${i}/data" --cluster_name bench --cluster "nats://127.0.0.1:${ports[i + 3]}" \
      --routes "${routes}"
  done
  await 'NATS JetStream' timeout 5 "${driver}" latency nats "${ports[0]}" 1
  read -ra times < <("${driver}" latency nats "${ports[0]}" "${slow_count}")
  rate="$("${driver}" rate nats "${ports[0]}" "$((slow_count * 10))")"
  end_servers
  row 'NATS JetStream key-value, three replicas' "${times[0]}" "${times[1]}" "${rate}" - - \
    'in the files of a majority, not synced at once; linearisable writes. Rate: 512 outstanding'
}

measure_broker() {
  say 'Broker'
  if [[ ! -x "${broker}" ]]; then
    row 'Broker data store' - - - - - 'not measured: libbroker-dev is missing or cannot be built against'
    return
  fi
  local key_count figures
  local -a catch_up=()
  for key_count in "${key_counts[@]}"; do
    start "broker-${key_count}" "${broker}" master "${key_count}"
    await 'the master of Broker' grep -qE '^[0-9]+$' "${work}/broker-${key_count}/log"
    if ! read -ra figures < <(timeout 300 "${broker}" clone \
      "$(grep -E -m 1 '^[0-9]+$' "${work}/broker-${key_count}/log")" "${slow_count}"); then
      figures=(0 - - -)
    fi
    catch_up+=("$(milliseconds <<<"${figures[0]}")")
    end_servers
  done
  row 'Broker data store, master and clone' "${figures[1]}" "${figures[2]}" "${figures[3]}" "${catch_up[0]}" \
    "${catch_up[1]:--}" 'in the memory of the master, which the clones follow; without it nothing can be written'
}

say 'Building'
scripts/deps.sh --compare
cmake --preset release >/dev/null
targets=(ariadne ariadne_bench store_driver)
if cmake --build --preset release --target help | grep -q broker_driver; then
  targets+=(broker_driver)
fi
cmake --build --preset release --target "${targets[@]}" >&2

measure_ariadne
measure_redis
measure_etcd
measure_nats
measure_broker

echo "Keys of 12 bytes, values of 256 bytes; $(nproc) cores, $(uname -m), $(date --utc +%F)."
echo
echo '| | put p50, us | put p99, us | puts/s until replicated | an empty node has 100k keys after, ms | 1M keys, ms | what an answered put promises |'
echo '|---|---|---|---|---|---|---|'
printf '%s\n' "${table[@]}"
