#!/usr/bin/env bash
# Builds Ariadne, starts the three nodes of config/three_nodes.toml, and restarts them one after the other while a game
# goes on. Ends by itself, and leaves no process behind.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly ariadne=build/release/bin/ariadne
readonly cluster=config/three_nodes.toml
readonly game=ABYZ
readonly patience_s=30
declare -rA address=([a]=127.0.0.1:4101 [b]=127.0.0.1:4102 [c]=127.0.0.1:4103)
declare -A pid=()
logs=''
# The round of the game that was shown last.
round=0

heading() {
  if [[ -t 1 ]]; then
    printf '\n\e[1m%s\e[0m\n' "$*"
  else
    printf '\n%s\n' "$*"
  fi
}

say() {
  printf '  %s\n' "$*"
}

fail() {
  printf 'demo.sh: %s\n' "$*" >&2
  tail -n 20 "${logs}"/*.log >&2
  exit 1
}

# usage: await WHAT COMMAND...
await() {
  local -r what="$1" deadline=$((SECONDS + patience_s))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || fail "${what} is still not so after ${patience_s} s"
    sleep 0.1
  done
}

clean_up() {
  trap '' INT TERM
  kill -TERM "${pid[@]}" 2>/dev/null || true
  local node
  for node in "${!pid[@]}"; do
    timeout "${patience_s}" tail --pid="${pid[${node}]}" -f /dev/null || kill -KILL "${pid[${node}]}" 2>/dev/null || true
  done
  wait
  rm -rf "${logs}"
}

is_ready() {
  kill -0 "${pid[$1]}" 2>/dev/null || fail "node $1 has ended"
  grep -q ' ready at ' "${logs}/$1.out"
}

has_caught_up() {
  local status
  status="$("${ariadne}" status --json --node "${address[$1]}" 2>/dev/null)" || return 1
  [[ "${status}" == *'"caught_up":true'* && "$(grep -o '"state":"up"' <<<"${status}" | wc -l)" -eq "${#pid[@]}" ]]
}

start_node() {
  : >"${logs}/$1.out"
  "${ariadne}" node --cluster "${cluster}" --name "$1" >>"${logs}/$1.out" 2>>"${logs}/$1.log" &
  pid[$1]=$!
  await "node $1 is ready" is_ready "$1"
}

play() {
  "${ariadne}" game "$1" "${game}" --node "${address[$2]}" || fail "cannot $1 the game on node $2"
}

# The number of the round in what `play` answers.
round_of() {
  sed -E 's/.*: round ([0-9]+),.*/\1/' <<<"$1"
}

# usage: show NODE WHAT_PLAY_ANSWERED
show() {
  say "on $1: $2"
  round="$(round_of "$2")"
}

# usage: watch_rounds NODE COUNT
watch_rounds() {
  local game_now
  local -r last=$((round + $2))
  while ((round < last)); do
    sleep 0.2
    game_now="$(play show "$1")"
    if [[ "$(round_of "${game_now}")" != "${round}" ]]; then
      show "$1" "${game_now}"
    fi
  done
}

# usage: restart NODE NEXT: NODE plays the game, NEXT goes on with it
restart() {
  heading "Node $1, which plays the game, is restarted"
  kill -TERM "${pid[$1]}"
  wait "${pid[$1]}" || fail "node $1 has ended with exit code $?"
  unset "pid[$1]"
  local stashed resumed
  stashed="$(sed -nE "s/.*game ${game} stashed at round ([0-9]+).*/\1/p" "${logs}/$1.log" | tail -n 1)"
  say "$1 has stashed the game at round ${stashed}, handed it over, and ended with exit code 0"
  resumed="$(play resume "$2")"
  show "$2" "${resumed}"
  [[ "${round}" == "${stashed}" ]] || fail "the game has not gone on at round ${stashed}"
  say "$2 goes on at the round where $1 was"
  start_node "$1"
  await "node $1 has caught up" has_caught_up "$1"
  say "$1 is back, and has caught up with the others"
  watch_rounds "$2" 2
}

logs="$(mktemp -d)"
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

heading 'Building Ariadne'
scripts/deps.sh
cmake --preset release
cmake --build --preset release --target ariadne

heading 'Three nodes, each a process of its own'
for node in a b c; do
  start_node "${node}"
  say "$(<"${logs}/${node}.out")"
done
for node in a b c; do
  await "node ${node} sees the others" has_caught_up "${node}"
done
"${ariadne}" status --node "${address[a]}" | sed 's/^/  /'

heading 'A game begins on node a'
begun="$(play start a)"
show a "${begun}"
watch_rounds a 2

restart a b
restart b c
restart c a

heading 'Every node has been restarted, and the game has not lost a round'
"${ariadne}" status --node "${address[a]}" | sed 's/^/  /'
