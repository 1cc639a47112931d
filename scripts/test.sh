#!/usr/bin/env bash
# Builds and runs the tests: all of them in release; the unit tests and some seeds of the simulator again under the
# address and undefined-behaviour sanitizers, those of the core under the thread sanitizer as well; and the fuzz targets,
# a minute each. Exits with 0 if every one has passed.
#
# usage: scripts/test.sh [--nightly]
#   --nightly   runs the tests with the label "nightly" too, which take longer than a developer waits
set -euo pipefail
cd "$(dirname "$0")/.."

labels='large|simulation|cluster'
case "$*" in
  '') ;;
  --nightly) labels+='|nightly' ;;
  *)
    echo 'usage: scripts/test.sh [--nightly]' >&2
    exit 2
    ;;
esac

scripts/deps.sh

if [[ "${labels}" == *nightly* ]]; then
  ARIADNE_PROGRAM_BEFORE="$(scripts/build_release.sh)"
  export ARIADNE_PROGRAM_BEFORE
fi

# What is built from nothing is built in a few large translation units, in less than half of the time.
for preset in asan tsan release; do
  units=()
  [[ -e "build/${preset}/CMakeCache.txt" ]] || units=(-DCMAKE_UNITY_BUILD=ON)
  cmake --preset "${preset}" "${units[@]}"
  cmake --build --preset "${preset}"
done

failed=0
# These have no other processes, and no times to keep.
ctest --preset asan --parallel 2 || failed=1
ctest --preset tsan --parallel 2 || failed=1
ctest --preset release --label-regex '^(unit|example)$' --parallel 2 || failed=1
ctest --preset release --label-regex "^(${labels})\$" || failed=1
scripts/fuzz.sh || failed=1
exit "${failed}"
