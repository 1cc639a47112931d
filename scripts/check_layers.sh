#!/usr/bin/env bash
# Checks that dependencies run down only, app -> actors -> session -> crdt, and that session and crdt are pure: no CAF,
# clock, thread, random source, I/O or logging. Prints each line that breaks this.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0

# forbid FOLDER WHAT PATTERN: no C++ file of the folder may contain the pattern.
forbid() {
  if grep -rnE --include='*.hpp' --include='*.cpp' "$3" "$1"; then
    echo "error: $1/ must not $2" >&2
    failed=1
  fi
}

include='^[[:space:]]*#[[:space:]]*include[[:space:]]*'
impure='thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token'
impure+='|random|chrono|ctime|time\.h|sys/.*|unistd\.h'
impure+='|iostream|istream|ostream|fstream|cstdio|stdio\.h|print|syncstream|filesystem|fmt/.*'

forbid crdt 'include an upper layer' "${include}\"(session|actors|app|test)/"
forbid session 'include an upper layer' "${include}\"(actors|app|test)/"
forbid actors 'include an upper layer' "${include}\"(app|test)/"
forbid app 'include tests' "${include}\"test/"
for pure in crdt session; do
  forbid "${pure}" 'know CAF' "${include}[<\"]caf/|\bcaf::"
  forbid "${pure}" 'use clocks, threads, random sources, I/O or logging' "${include}<(${impure})>"
done

exit "${failed}"
