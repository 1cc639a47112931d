#!/usr/bin/env bash
# Builds the program `ariadne` of each release that docs/releases.md lists, from its commit, under build/releases/, and
# prints their paths, a line for each, the newest release first.
#
# usage: scripts/build_releases.sh
set -euo pipefail
cd "$(dirname "$0")/.."

# build VERSION COMMIT
build() {
  local tree="build/releases/$1"
  if [[ "$(git -C "${tree}" rev-parse HEAD 2>/dev/null)" != "$2" || ! -e "${tree}/.git" ]]; then
    if ! git cat-file -e "$2^{commit}" 2>/dev/null; then
      echo "error: the commit $2 of release $1 is not in this clone; fetch all of its history" >&2
      exit 1
    fi
    rm -rf "${tree}"
    git clone -q --no-checkout . "${tree}"
    git -C "${tree}" checkout -q --detach "$2"
  fi
  (
    cd "${tree}"
    cmake --preset release
    cmake --build --preset release --target ariadne
  ) </dev/null >&2
  echo "${PWD}/${tree}/build/release/bin/ariadne"
}

# The rows of the table: | version | commit | ... |
# shellcheck disable=SC2016 # The backquotes are those of Markdown.
releases="$(sed -nE 's/^\| ([0-9.]+) \| `([0-9a-f]{40})` \|.*/\1 \2/p' docs/releases.md)"
if [[ -z "${releases}" ]]; then
  echo 'error: docs/releases.md lists no release; its rows begin with a version and a commit of 40 digits' >&2
  exit 1
fi
while read -r version commit; do
  build "${version}" "${commit}"
done <<<"${releases}"
