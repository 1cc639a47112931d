#!/usr/bin/env bash
# Checks how a program is linked: that it is loaded at a random address, that what the dynamic linker fills in cannot be
# changed afterwards, and that no library is looked for in the current directory. Prints what is not so.
#
# usage: scripts/check_hardening.sh PROGRAM
set -euo pipefail

readonly program="$1"
headers="$(readelf --wide --file-header --program-headers --dynamic "${program}")"
failed=0

# require WHAT PATTERN
require() {
  if ! grep -qE "$2" <<<"${headers}"; then
    echo "error: ${program} $1" >&2
    failed=1
  fi
}

require 'is loaded at a fixed address' 'Type: +DYN '
require 'has no segment that becomes read-only' 'GNU_RELRO'
require 'resolves its symbols one by one' '\(FLAGS(_1)?\).*NOW'
require 'has a stack that can be executed' 'GNU_STACK.* RW '
if grep -E '\((RPATH|RUNPATH)\)' <<<"${headers}" | grep -qE '\[:|::|:\]|\[\]'; then
  echo "error: ${program} looks for libraries in the current directory" >&2
  failed=1
fi

exit "${failed}"
