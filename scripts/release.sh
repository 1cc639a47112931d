#!/usr/bin/env bash
# Makes a release of the last commit: checks it, builds the packages, writes their checksums, and tags the commit. Prints
# the row for docs/releases.md, which is the next thing to commit. Changes nothing if anything is not as it should be.
#
# usage: scripts/release.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ $# -ne 1 || ! "$1" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
  echo 'usage: scripts/release.sh VERSION, such as 0.3.0' >&2
  exit 2
fi
readonly version="$1"

# refuse WHY
refuse() {
  echo "error: $1" >&2
  exit 1
}

[[ -z "$(git status --porcelain)" ]] || refuse 'there are changes that are not committed; commit or stash them first'
grep -qE "^ *VERSION ${version}$" CMakeLists.txt \
  || refuse "CMakeLists.txt names another version; set VERSION ${version} there, and nowhere else"
grep -qE "^## \[${version}\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md \
  || refuse "CHANGELOG.md has no section [${version}] with a date"
! git rev-parse --quiet --verify "refs/tags/${version}" >/dev/null || refuse "the tag ${version} exists"
! grep -q "^| ${version} |" docs/releases.md || refuse "docs/releases.md lists ${version} already"

# newest FILE NAME: the greatest version of a range in a header.
newest() {
  sed -nE "s/.*$2\{[0-9]+, ([0-9]+)\}.*/\1/p" "$1"
}
protocol="$(newest actors/cluster_membership.hpp node_protocols)"
codec="$(newest crdt/codec_versions.hpp codec_versions)"
[[ -n "${protocol}" && -n "${codec}" ]] || refuse 'the versions of the wire are not found in their headers'

scripts/check.sh
scripts/package.sh
(cd build/packages && sha256sum ./*.deb >SHA256SUMS && cat SHA256SUMS)

git tag --annotate --message "Ariadne ${version}" "${version}"
echo
echo "tagged ${version}; the first row of the table in docs/releases.md is now:"
# shellcheck disable=SC2016 # The backquotes are those of Markdown.
printf '| %s | `%s` | %s | %s |\n' "${version}" "$(git rev-parse HEAD)" "${protocol}" "${codec}"
