#!/usr/bin/env bash
# Builds and runs the tests: those of the core, the simulators, and nodes as processes in release; all unit tests and
# some seeds of the simulators under the address and undefined-behaviour sanitizers; what several threads use, and the
# simulators, under the thread sanitizer; and the fuzz targets, a minute each. Exits with 0 if every one has passed.
#
# usage: scripts/test.sh [--nightly]
#   --nightly   runs the tests with the label "nightly" too, which take longer than a developer waits
set -euo pipefail
cd "$(dirname "$0")/.."

labels='unit|example|large|simulation|cluster'
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
  scripts/deps.sh --page
  ARIADNE_PROGRAMS_BEFORE="$(scripts/build_releases.sh)"
  export ARIADNE_PROGRAMS_BEFORE
fi

# What is built from nothing is built in a few large translation units, in less than half of the time. The unit tests of
# actors take minutes to compile: they are run where every access is checked, and the program as it is shipped is tested
# as processes.
for preset in asan tsan release; do
  options=()
  if [[ ! -e "build/${preset}/CMakeCache.txt" ]]; then
    options=(-DCMAKE_UNITY_BUILD=ON)
    [[ "${preset}" != release ]] || options+=('-DARIADNE_TESTS_LEFT_OUT=test_actors;test_app')
  fi
  cmake --preset "${preset}" "${options[@]}"
  cmake --build --preset "${preset}"
done

failed=0
for preset in asan tsan; do
  ctest --preset "${preset}" --parallel 2 || failed=1
done
# What must not be disturbed has the property RUN_SERIAL.
ctest --preset release --label-regex "^(${labels})\$" --parallel 2 || failed=1
scripts/fuzz.sh || failed=1
[[ "${labels}" != *nightly* ]] || scripts/coverage.sh || failed=1
exit "${failed}"
