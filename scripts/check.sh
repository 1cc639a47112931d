#!/usr/bin/env bash
# What has to pass before a commit: formatting, shell scripts, layers, patches of the mutants, the build, the tests, and
# the instruction counts of the core. Takes the arguments of scripts/test.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in clang-format shellcheck valgrind; do
  if ! command -v "${tool}" >/dev/null; then
    echo "error: ${tool} is missing; install the package of that name" >&2
    exit 1
  fi
done

git ls-files -z --cached --others --exclude-standard '*.cpp' '*.hpp' | xargs -0 clang-format --dry-run --Werror
git ls-files -z --cached --others --exclude-standard '*.sh' .ci/run | xargs -0 shellcheck
scripts/check_layers.sh
# Played by scripts/mutants.sh, which takes too long for each commit.
for mutant in test/mutants/*.patch; do
  git apply --check "${mutant}"
done
scripts/test.sh "$@"
bench/instruction_counts.sh
