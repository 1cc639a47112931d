#!/usr/bin/env bash
# Checks how a program is built: that it is loaded at a random address, that what the dynamic linker fills in cannot be
# changed afterwards, that no library is looked for in the current directory, and that writing beyond the end of a buffer
# is noticed. Prints what is not so.
#
# usage: scripts/check_hardening.sh PROGRAM
set -euo pipefail

readonly program="$1"
headers="$(readelf --wide --file-header --program-headers --dynamic --dyn-syms "${program}")"
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
require 'notices no overflow of a buffer on the stack' ' __stack_chk_fail'
require 'copies without a look at sizes that are known' ' __[a-z]+_chk(@|$)'
if grep -E '\((RPATH|RUNPATH)\)' <<<"${headers}" | grep -qE '\[:|::|:\]|\[\]'; then
  echo "error: ${program} looks for libraries in the current directory" >&2
  failed=1
fi

exit "${failed}"
