#!/usr/bin/env bash
# Counts the instructions that the core executes for each put, get, join, encode and decode, and compares them with those
# that are recorded in bench/instruction_counts.txt. Exits with 0 if none takes over 5 % more or less: a figure that
# falls is recorded, so that it cannot rise again unnoticed. Unlike times, the counts are the same on a busy machine and
# on an idle one; but they depend on the compiler and its libraries, so they are compared only where these are the same.
#
# Needs a release build in build/release, and valgrind.
#
# usage: bench/instruction_counts.sh [--record]
#   --record   writes the counts to the file instead
set -euo pipefail
cd "$(dirname "$0")/.."

readonly program=build/release/bench/counted_operation
readonly recorded=bench/instruction_counts.txt
readonly tolerance_percent=5

case "$*" in
  '' | --record) ;;
  *)
    echo 'usage: bench/instruction_counts.sh [--record]' >&2
    exit 2
    ;;
esac
if ! command -v valgrind >/dev/null; then
  echo 'error: valgrind is missing; install the package of that name' >&2
  exit 1
fi
if [[ ! -x "${program}" ]]; then
  echo "error: ${program} is missing; run: cmake --preset release && cmake --build --preset release" >&2
  exit 1
fi

work="$(mktemp -d)"
trap 'rm -rf "${work}"' EXIT

# What the counts depend on besides our sources.
toolchain() {
  local compiler
  compiler="$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' build/release/CMakeCache.txt)"
  printf '%s; ' "$("${compiler}" --version | head -n 1)"
  printf 'flags %s; ' "$(sed -n 's/^CMAKE_CXX_FLAGS\(_RELEASE\)\?:[A-Z]*=//p' build/release/CMakeCache.txt | xargs)"
  dpkg-query --show --showformat='${Package} ${Version}; ' libabsl-dev libc6 libstdc++6 2>/dev/null || true
  uname -m
}

# usage: count OPERATION: prints the instructions for each operation
count() {
  local operations instructions
  operations="$(valgrind --tool=callgrind --callgrind-out-file="${work}/$1" --collect-atstart=no \
    --toggle-collect='ariadne_counted*' "${program}" "$1" 2>"${work}/log")" || {
    cat "${work}/log" >&2
    exit 1
  }
  instructions="$(sed -n 's/^\(summary\|totals\): //p' "${work}/$1" | head -n 1)"
  if [[ -z "${instructions}" || "${instructions}" -eq 0 ]]; then
    echo "error: callgrind has counted nothing of $1" >&2
    exit 1
  fi
  echo $((instructions / operations))
}

if [[ $# -eq 1 ]]; then
  counted="# Instructions for each operation, as bench/instruction_counts.sh --record has counted them.
toolchain $(toolchain)"
  for operation in put get join encode decode; do
    counted+=$'\n'"${operation} $(count "${operation}")"
  done
  tee "${recorded}" <<<"${counted}"
  exit 0
fi

if [[ "toolchain $(toolchain)" != "$(grep '^toolchain ' "${recorded}")" ]]; then
  echo "instruction counts: not compared, since they were recorded with another toolchain:"
  grep '^toolchain ' "${recorded}"
  echo "here: $(toolchain)"
  exit 0
fi
failed=0
while read -r operation before; do
  now="$(count "${operation}")"
  change="$(((now - before) * 1000 / before))"
  verdict=''
  if ((change > tolerance_percent * 10 || change < -tolerance_percent * 10)); then
    verdict=' <-- changed; if it is meant, run bench/instruction_counts.sh --record'
    failed=1
  fi
  printf 'instructions for each %-7s %6d, recorded %6d%s\n' "${operation}:" "${now}" "${before}" "${verdict}"
done < <(grep -v -e '^#' -e '^toolchain ' "${recorded}")
exit "${failed}"
