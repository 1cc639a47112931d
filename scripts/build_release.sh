#!/usr/bin/env bash
# Builds the program `ariadne` of the newest release that docs/releases.md lists, from its commit, under build/releases/,
# and prints its path.
#
# usage: scripts/build_release.sh
set -euo pipefail
cd "$(dirname "$0")/.."

# The first row of the table: | version | commit | ... |
# shellcheck disable=SC2016 # The backquotes are those of Markdown.
read -r version commit < <(sed -nE 's/^\| ([0-9.]+) \| `([0-9a-f]{40})` \|.*/\1 \2/p' docs/releases.md | head -n 1)
if [[ -z "${version:-}" ]]; then
  echo 'error: docs/releases.md lists no release; its rows begin with a version and a commit of 40 digits' >&2
  exit 1
fi

tree="build/releases/${version}"
if [[ "$(git -C "${tree}" rev-parse HEAD 2>/dev/null)" != "${commit}" || ! -e "${tree}/.git" ]]; then
  if ! git cat-file -e "${commit}^{commit}" 2>/dev/null; then
    echo "error: the commit ${commit} of release ${version} is not in this clone; fetch all of its history" >&2
    exit 1
  fi
  rm -rf "${tree}"
  git clone -q --no-checkout . "${tree}"
  git -C "${tree}" checkout -q --detach "${commit}"
fi
{
  cd "${tree}"
  cmake --preset release
  cmake --build --preset release --target ariadne
} >&2
echo "${PWD}/build/release/bin/ariadne"
