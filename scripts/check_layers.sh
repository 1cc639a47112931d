#!/usr/bin/env bash
# Checks that dependencies run down only, app -> ops -> actors -> session -> crdt, with membership and journal beside session;
# that journal, membership, session and crdt are pure: no CAF, clock, thread, random source, I/O or logging, but for
# journal/posix_disk; that the headers in actors/ itself, which are public, do without those in folders of it, which are
# not; and that only actors/caf_edition*.hpp, with the headers that they choose from, know that there are two editions of
# CAF. Prints each line that breaks this.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0

# forbid FOLDER WHAT PATTERN: no C++ file of the folder may contain the pattern.
forbid() {
  if grep -rnE --include='*.hpp' --include='*.cpp' --exclude='caf_edition*.hpp' --exclude=driven_system.hpp \
    --exclude='posix_disk.*' \
    "$3" "$1"; then
    echo "error: $1/ must not $2" >&2
    failed=1
  fi
}

include='^[[:space:]]*#[[:space:]]*include[[:space:]]*'
impure='thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token'
impure+='|random|ctime|time\.h|sys/.*|unistd\.h'
impure+='|iostream|istream|ostream|fstream|cstdio|stdio\.h|print|syncstream|filesystem|fmt/.*'

forbid crdt 'include an upper layer' "${include}\"(journal|membership|session|actors|ops|app|test)/"
forbid journal 'include an upper layer' "${include}\"(membership|session|actors|ops|app|test)/"
forbid membership 'include another layer' "${include}\"(crdt|journal|session|actors|ops|app|test)/"
forbid session 'include an upper layer' "${include}\"(journal|membership|actors|ops|app|test)/"
forbid actors 'include an upper layer' "${include}\"(ops|app|test)/"
if grep -nE "${include}\"actors/(internal|network)/" actors/*.hpp; then
  echo 'error: headers in actors/ itself are public, and must not include those that are not' >&2
  failed=1
fi
forbid ops 'include an upper layer' "${include}\"(app|test)/"
forbid app 'include tests' "${include}\"test/"
for room in minotaur config output process; do
  forbid "app/${room}" 'include a room above it' "${include}\"app/(commands|client|cluster|node|play)/"
done
for room in client cluster node play; do
  forbid "app/${room}" 'include commands' "${include}\"app/commands/"
done
forbid app/minotaur 'include other rooms' "${include}\"app/(config|output|process)/"
for pure in crdt journal membership session; do
  forbid "${pure}" 'know CAF' "${include}[<\"]caf/|\bcaf::"
  forbid "${pure}" 'use clocks, threads, random sources, I/O or logging' "${include}<(${impure})>"
  # <chrono> is for durations: the time itself comes in as an argument.
  forbid "${pure}" 'read a clock' '\b(steady|system|high_resolution|utc|file)_clock\b|::now\('
done

# What one of the two editions lacks, or has deprecated; caf_edition.hpp has it for both.
one_edition='CAF_(MAJOR_|MINOR_|PATCH_)?VERSION|"actors/(internal/)?caf_edition_(network_)?[01]'
one_edition+='|\bcaf::(atom\(|atom_value|atom_from_string|atom_constant|replies_to|reacts_to|anon_send\(|anon_mail|meta::)'
one_edition+='|->(send|request|delegate|delayed_send|mail)\(|\bset_(down|exit|error|default)_handler'
one_edition+="|${include}<caf/(action|anon_mail|atom|byte_buffer|disposable|duration|make_message|meta/.*)\.hpp>"
one_edition+='|\bself->state\b|\.engaged\(\)|registry\(\)\.(get|put|erase)|add_message_types|init_global_meta_objects'
for folder in actors ops app bench examples test; do
  forbid "${folder}" 'tell the editions of CAF apart; see actors/caf_edition.hpp' "${one_edition}"
done

exit "${failed}"
