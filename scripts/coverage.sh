#!/usr/bin/env bash
# Counts which lines of session/ and membership/ their unit tests run, and prints a table for each. Exits with 1 if there
# are fewer than there were.
#
# usage: scripts/coverage.sh
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/deps.sh --coverage

options=()
[[ -e build/coverage/CMakeCache.txt ]] || options=(-DCMAKE_UNITY_BUILD=ON)
cmake --preset coverage "${options[@]}"
cmake --build --preset coverage --target test_session test_membership
find build/coverage -name '*.gcda' -delete
ctest --preset coverage --tests-regex '^test_(session|membership)\.' --parallel 2

# judge LAYER PERCENT
judge() {
  # What stands in headers is a part of the tests as well.
  gcovr --root . --filter "$1/" --fail-under-line "$2" "build/coverage/$1" "build/coverage/test/CMakeFiles/test_$1.dir"
}

failed=0
judge session 89 || failed=1
judge membership 93 || failed=1
exit "${failed}"
