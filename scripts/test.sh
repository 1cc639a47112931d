#!/usr/bin/env bash
# Builds and runs the tests: all of them in release, then the unit tests again under the address and
# undefined-behaviour sanitizers. Exits with 0 if every one has passed.
#
# usage: scripts/test.sh [--nightly]
#   --nightly   runs the tests with the label "nightly" too, which take longer than a developer waits
set -euo pipefail
cd "$(dirname "$0")/.."

labels='unit|large|example|simulation|cluster'
case "$*" in
  '') ;;
  --nightly) labels+='|nightly' ;;
  *)
    echo 'usage: scripts/test.sh [--nightly]' >&2
    exit 2
    ;;
esac

scripts/deps.sh

cmake --preset asan
cmake --build --preset asan
cmake --preset release
cmake --build --preset release

failed=0
ctest --preset asan || failed=1
ctest --preset release --label-regex "^(${labels})\$" || failed=1
exit "${failed}"
