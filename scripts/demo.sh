#!/usr/bin/env bash
# Builds Ariadne, and plays 200 games on a cluster of three nodes while each node is restarted onto a new version of the
# game, one is killed, and then all are killed at once. Shows at the end what the players have lost, and fails if it is
# more than is promised. Ends by itself, and leaves no process behind.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly ariadne=build/release/bin/ariadne
readonly nodes=config/three_nodes.toml
readonly games=200
readonly patience_s=30
# How long the players are left in peace before and after each step.
readonly pause_s=2
declare -rA address=([a]=127.0.0.1:4101 [b]=127.0.0.1:4102 [c]=127.0.0.1:4103)
# Where each can be looked at by a browser.
declare -rA page=([a]=127.0.0.1:4181 [b]=127.0.0.1:4182 [c]=127.0.0.1:4183)
declare -A pid=()
players=''
scratch=''

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
  tail -n 20 "${scratch}"/*.log >&2
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
  local child
  for child in "${players}" "${pid[@]}"; do
    [[ -z "${child}" ]] || kill -TERM "${child}" 2>/dev/null || true
  done
  for child in "${players}" "${pid[@]}"; do
    [[ -z "${child}" ]] || timeout "${patience_s}" tail --pid="${child}" -f /dev/null \
      || kill -KILL "${child}" 2>/dev/null || true
  done
  wait
  rm -rf "${scratch}"
}

is_ready() {
  kill -0 "${pid[$1]}" 2>/dev/null || fail "node $1 has ended"
  grep -q ' ready at ' "${scratch}/$1.out"
}

has_caught_up() {
  local status
  status="$("${ariadne}" status --json --node "${address[$1]}" 2>/dev/null)" || return 1
  [[ "${status}" == *'"caught_up":true'* && "$(grep -o '"state":"up"' <<<"${status}" | wc -l)" -eq "${#pid[@]}" ]]
}

# usage: start_node NAME CLUSTER_FILE
start_node() {
  : >"${scratch}/$1.out"
  # The players wait for the end of their input, which nobody else may keep open.
  "${ariadne}" node --cluster "$2" --name "$1" --admin "${page[$1]}" >>"${scratch}/$1.out" 2>>"${scratch}/$1.log" 3>&- &
  pid[$1]=$!
  await "node $1 is ready" is_ready "$1"
}

# usage: await_all_caught_up: all nodes that run see each other, and hold the same
await_all_caught_up() {
  local node
  for node in "${!pid[@]}"; do
    await "node ${node} has caught up" has_caught_up "${node}"
  done
}

# usage: show_games NODE: where the games run, as this node sees it
show_games() {
  local node line='games run on'
  local -r sessions="$("${ariadne}" sessions minotaur/ --node "${address[$1]}")"
  for node in a b c; do
    line+=" ${node}: $(grep -c " running on ${node}," <<<"${sessions}" || true)"
  done
  say "${line}"
}

# usage: show_game NODE
show_game() {
  say "$("${ariadne}" session deliver minotaur/7 show --node "${address[$1]}")"
}

players_say() {
  kill -0 "${players}" 2>/dev/null || fail "the players have ended: $(<"${scratch}/players.log")"
  grep -qF "$1" "${scratch}/players.out"
}

# usage: begin_part drain|crash NAME
begin_part() {
  printf '%s %s\n' "$1" "$2" >&3
  await "the players begin with: $2" players_say "part begins: $2"
  sleep "${pause_s}"
}

# usage: upgrade NODE OTHER
upgrade() {
  kill -TERM "${pid[$1]}"
  wait "${pid[$1]}" || fail "node $1 has ended with exit code $?"
  unset "pid[$1]"
  say "$1 has moved its games to the others, and ended with exit code 0"
  show_games "$2"
  start_node "$1" "${cluster}"
  await_all_caught_up
  say "$1 is back, at version 2"
  sleep "${pause_s}"
}

scratch="$(mktemp -d)"
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

heading 'Building Ariadne'
scripts/deps.sh
cmake --preset release
cmake --build --preset release --target ariadne

heading 'Certificates: the nodes speak TLS, and let in whom their own authority knows'
"${ariadne}" certificates init "${scratch}/certs" --cluster minotaur >/dev/null
"${ariadne}" certificates node a b c --dir "${scratch}/certs" >/dev/null
"${ariadne}" certificates client player --dir "${scratch}/certs" >/dev/null
export ARIADNE_CERTIFICATES="${scratch}/certs"
readonly cluster="${scratch}/cluster.toml"
{
  cat "${nodes}"
  printf '\n[security]\ndirectory = "certs"\n'
  printf '\n[storage]\ndirectory = "journals"\n'
} >"${cluster}"
say "$("${ariadne}" certificates show "${scratch}/certs/node-a.pem" | head -n 1)"

heading 'Three nodes, each a process of its own, with version 1 of the game'
readonly old="${scratch}/version_1.toml"
{
  cat "${cluster}"
  printf '\n[minotaur]\ngame_version = 1\n'
} >"${old}"
for node in a b c; do
  start_node "${node}" "${old}"
  say "$(head -n 1 "${scratch}/${node}.out")"
done
await_all_caught_up
say "to look at them meanwhile: http://${page[a]}/, or of b http://${page[b]}/, or of c http://${page[c]}/"

heading 'What one node has been given, each of them has'
"${ariadne}" stash greeting --node "${address[a]}" <<<'the thread holds' | sed 's/^/  /'
say "picked up from c: $("${ariadne}" take greeting --wait 5s --node "${address[c]}")"

heading "${games} games begin, with three scripted players each, who make about $((games * 1000 / 55)) moves in a second"
mkfifo "${scratch}/to_players"
"${ariadne}" game play --cluster "${cluster}" --games "${games}" \
  <"${scratch}/to_players" >"${scratch}/players.out" 2>"${scratch}/players.log" &
players=$!
exec 3>"${scratch}/to_players"
await 'the games run' players_say 'games that run'
show_games a
show_game a

heading 'The nodes are restarted one after the other, each onto version 2 of the game'
begin_part drain 'restarts'
upgrade a b
upgrade b c
upgrade c a
say 'the games have been upgraded, and their players know where they have been:'
show_game a

heading 'Node b is killed (kill -9), and its games go on elsewhere from their last checkpoints'
begin_part crash 'kill -9'
show_games a
kill -KILL "${pid[b]}"
wait "${pid[b]}" 2>/dev/null || true
unset 'pid[b]'
await_all_caught_up
sleep "${pause_s}"
show_games a
start_node b "${cluster}"
await_all_caught_up
say 'b is back'
sleep "${pause_s}"

heading 'All nodes are killed at once (kill -9), and the games go on from what is on the disks'
begin_part crash 'blackout'
{
  kill -KILL "${pid[@]}"
  wait "${pid[@]}"
} 2>/dev/null || true
pid=()
say "on the disk of a: $("${ariadne}" storage dump "${scratch}/journals/a" | wc -l) entries"
for node in c a b; do
  start_node "${node}" "${cluster}"
done
await_all_caught_up
sleep "${pause_s}"
show_games a
show_game a

heading 'What the players have seen'
exec 3>&-
code=0
wait "${players}" || code=$?
players=''
sed -n '/^  *restarts/,/^duplicates/s/^/  /p' "${scratch}/players.out"
[[ "${code}" -eq 0 ]] || fail "more was lost than is promised: $(<"${scratch}/players.log")"
if grep -h 'as well, and ends here' "${scratch}"/*.log; then
  fail 'a game has run on two nodes'
fi
say 'No game was lost, none ran twice, and no move was lost but some that had come after the last checkpoint of a game'
say 'whose node was killed.'
