#!/usr/bin/env bash
# Shows that the simulators notice when the core, the hosts of sessions, or those who judge who is alive are wrong: builds
# each mutant of test/mutants/ in a copy of the sources, and requires the simulator of what it patches to fail within
# 1,000 seeds, as it must not without a mutant. Exits with 0 if all mutants are killed. Prints the table of
# docs/mutants.md.
#
# usage: scripts/mutants.sh [NAME...]      only these, e.g. "drop-ahead"; by default all
set -euo pipefail
cd "$(dirname "$0")/.."

seeds=1000
timeout_s=600
memory_kib_max=$((4 << 20))

mutants=()
if [[ $# -eq 0 ]]; then
  mutants=(test/mutants/*.patch)
fi
for name in "$@"; do
  mutants+=("test/mutants/${name}.patch")
done

copy="$(mktemp -d)"
trap 'rm -rf "${copy}"' EXIT
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents --target-directory="${copy}"

# simulators_of PATCH: folder and name of each simulator that plays what the patch changes, by commas.
simulators_of() {
  if grep -q '^+++ b/session/' "$1"; then
    echo session_simulation/ariadne_simulate_sessions
  elif [[ "$(basename "$1")" == values-* ]]; then
    echo simulation/ariadne_simulate,simulation/ariadne_simulate_links
  elif grep -q '^+++ b/membership/' "$1"; then
    echo membership_simulation/ariadne_simulate_membership
  else
    echo simulation/ariadne_simulate
  fi
}

# simulate SIMULATOR: plays until the first failure, and answers the exit code of the simulator.
simulate() {
  cmake --build "${copy}/build" --target "$(basename "$1")" >"${copy}/log" 2>&1 || {
    cat "${copy}/log" >&2
    exit 1
  }
  (
    ulimit -v "${memory_kib_max}"
    timeout "${timeout_s}" "${copy}/build/test/$1" --seeds "${seeds}" --stop-after 1 --traces 0 \
      >"${copy}/log" 2>&1
  )
}

# Most mutants fail within a few seeds: it takes longer to build them than to play them.
cmake -S "${copy}" -B "${copy}/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" \
  >/dev/null
for simulator in $(for mutant in "${mutants[@]}"; do simulators_of "${mutant}" | tr , '\n'; done | sort -u); do
  if ! simulate "${simulator}"; then
    cat "${copy}/log" >&2
    echo "error: ${simulator} fails without a mutant" >&2
    exit 1
  fi
done

survivors=0
echo '| mutant | what is wrong | first seed that fails | what notices it |'
echo '|---|---|---|---|'
for mutant in "${mutants[@]}"; do
  patch="$(realpath "${mutant}")"
  name="$(basename "${mutant}" .patch)"
  (cd "${copy}" && git apply "${patch}")
  noticed='**survives** |'
  for simulator in $(simulators_of "${patch}" | tr , ' '); do
    if ! simulate "${simulator}"; then
      # seed 12: what is checked: what was found
      noticed="$(sed -nE '/^seed/ { s/^seed ([0-9]+): ([^:]*):.*/\1 | \2/p; q }' "${copy}/log")"
      break
    fi
  done
  [[ "${noticed}" != '**survives** |' ]] || survivors=$((survivors + 1))
  echo "| ${name} | $(head -1 "${patch}") | ${noticed:-| crashes or hangs} |"
  (cd "${copy}" && git apply --reverse "${patch}")
done
echo "${#mutants[@]} mutants, ${survivors} survived"
[[ "${survivors}" -eq 0 ]]
