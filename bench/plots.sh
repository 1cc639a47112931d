#!/usr/bin/env bash
# Draws the plots of docs/performance.md as SVG, from the results that ariadne_bench --json has written: how the times of
# acknowledged stashes are spread under load, throughput against nodes, and the time to catch up against keys.
#
# usage: bench/plots.sh RESULTS.json FOLDER
#
# RESULTS.json has to come from (at least) ariadne_bench --rows load,scaling --json RESULTS.json
set -euo pipefail

if [[ $# -ne 2 ]]; then
  echo 'usage: bench/plots.sh RESULTS.json FOLDER' >&2
  exit 2
fi
readonly results="$1" folder="$2"
for tool in gnuplot jq; do
  if ! command -v "${tool}" >/dev/null; then
    echo "error: ${tool} is missing; run scripts/deps.sh --compare" >&2
    exit 1
  fi
done

work="$(mktemp -d)"
trap 'rm -rf "${work}"' EXIT

# usage: points NAME PATTERN FIELD: writes the number in the name of each matching row, its lowest, median and highest
# figure, and its floor
points() {
  jq -r --arg pattern "$2" 'map(select(.name | test($pattern))) | .[] |
    [(.name | capture("(?<n>[0-9]+)").n | tonumber), .median, .lowest, .highest, .floor] | @tsv' "${results}" |
    sort -n >"${work}/$1"
  if [[ ! -s "${work}/$1" ]]; then
    echo "error: ${results} has no rows for the plot of $1" >&2
    exit 1
  fi
}

points nodes '^stash_replicated_[0-9]+_nodes$'
points keys '^catch_up_[0-9]+_keys$'
jq -r 'map(select(.group == "load")) | .[].name' "${results}" >"${work}/loads"
while read -r load; do
  jq -r --arg name "${load}" '.[] | select(.name == $name) | .distribution_us[] | select(.[0] < 1) |
    [1 / (1 - .[0]), .[1]] | @tsv' "${results}" >"${work}/${load}"
done <"${work}/loads"

mkdir -p "${folder}"
{
  cat <<END
set terminal svg size 720,400 font "sans-serif,12"
set grid
set key left top
cd '${work}'
END
  cat <<'END'
set output 'latency.svg'
set title 'Stash acknowledged by another node, at a given rate (open loop)'
set logscale xy
set xlabel 'percentile'
set ylabel 'microseconds'
set xtics ('50 %%' 2, '90 %%' 10, '99 %%' 100, '99.9 %%' 1000, '99.99 %%' 10000)
END
  printf 'plot '
  separator=''
  while read -r load; do
    printf "%s'%s' with linespoints title '%s for each second'" "${separator}" "${load}" "${load#load_}"
    separator=', '
  done <"${work}/loads"
  cat <<'END'


unset logscale
set output 'throughput.svg'
set title 'Stashes on one node until all others have them, 256 bytes'
set xlabel 'nodes'
set ylabel 'stashes for each second'
set xtics 1
set yrange [0:*]
plot 'nodes' using 1:2:3:4 with yerrorlines title 'median, lowest and highest'

set output 'catch_up.svg'
set title 'An empty node, from ready to caught up, 256 bytes'
set xlabel 'keys'
set ylabel 'milliseconds'
set logscale xy
set xtics ('1k' 1e3, '10k' 1e4, '100k' 1e5, '1M' 1e6)
set yrange [*:*]
plot 'keys' using 1:2:3:4 with yerrorlines title 'median, lowest and highest', \
     'keys' using 1:5 with linespoints title 'the same bytes over TCP'
END
} >"${work}/script"
gnuplot "${work}/script"
for plot in latency throughput catch_up; do
  cp "${work}/${plot}.svg" "${folder}/performance_${plot}.svg"
done
