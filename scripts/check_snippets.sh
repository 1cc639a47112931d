#!/usr/bin/env bash
# Checks that what docs/embedding.md and README.md show as code stands like that in examples/, where it is compiled: each
# block of C++ or CMake, whole, save for its indentation. Prints each block that does not.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0
examples="$(sed 's/^[[:space:]]*//' examples/*.cpp examples/engine/* examples/lobby/*)"

block=''
inside=0
while IFS= read -r line; do
  if [[ "${line}" =~ ^\`\`\`(cpp|cmake)$ ]]; then
    inside=1
    block=''
  elif [[ "${line}" == '```' && "${inside}" -eq 1 ]]; then
    inside=0
    if [[ "${examples}" != *"${block}"* ]]; then
      printf 'error: docs/embedding.md shows what no example has:\n%s' "${block}" >&2
      failed=1
    fi
  elif [[ "${inside}" -eq 1 ]]; then
    block+="${line#"${line%%[![:space:]]*}"}"$'\n'
  fi
done <docs/embedding.md

if [[ "$(<README.md)" != *"$(sed '1,/^$/d; s/^./    &/' examples/first_stash.cpp)"* ]]; then
  echo 'error: README.md does not show examples/first_stash.cpp as it is' >&2
  failed=1
fi

exit "${failed}"
