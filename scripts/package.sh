#!/usr/bin/env bash
# Makes the Debian packages of the last commit, in a copy of it, and has lintian judge them. They are in build/packages
# then.
#
# usage: scripts/package.sh
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ $# -gt 0 ]]; then
  echo 'usage: scripts/package.sh' >&2
  exit 2
fi

scripts/deps.sh --package

version="$(sed -n 's/^ *VERSION \([0-9.]*\)$/\1/p' CMakeLists.txt)"
copy="${PWD}/build/packages/copy"
source="${copy}/ariadne-${version}"
rm -rf build/packages
mkdir -p "${source}"
trap 'rm -rf "${copy}"' EXIT
git archive HEAD | tar --extract --directory "${source}"

# The version and the day stand where they are made: in CMakeLists.txt, and in the commit.
cat >"${source}/debian/changelog" <<END
ariadne (${version}) unstable; urgency=medium

  * See /usr/share/doc/ariadne/CHANGELOG.md.

 -- $(sed -n 's/^Maintainer: //p' debian/control)  $(git log -1 --format=%cD)
END

(cd "${source}" && dpkg-buildpackage --build=binary --no-sign)
lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "${copy}"/*.changes
mv "${copy}"/*.deb build/packages/
ls -l build/packages
