#!/usr/bin/env bash
# Installs the Debian packages that the build, the tests and the programs need. Does nothing if all are there.
#
# usage: scripts/deps.sh [--compare | --coverage | --package | --page]
#   --compare   installs what bench/compare.sh and bench/plots.sh need, too
#   --coverage  installs what scripts/coverage.sh needs, too
#   --package   installs what scripts/package.sh needs, too
#   --page      installs what test/page/ and scripts/page_picture.sh need, too
set -euo pipefail

packages=(
  # build
  ccache
  cmake
  g++
  make
  ninja-build
  # libraries
  libabsl-dev
  libboost-dev
  libcaf-dev
  libcli11-dev
  libexpected-dev
  libfmt-dev
  libgoogle-perftools-dev
  libssl-dev
  libtomlplusplus-dev
  libxxhash-dev
  nlohmann-json3-dev
  prometheus-cpp-dev
  # tests
  clang-14
  dnsmasq-base
  faketime
  fish
  iproute2
  libboost-test-dev
  libclang-rt-14-dev
  librapidcheck-dev
  mandoc
  nftables
  zsh
  # benchmarks
  libbenchmark-dev
)

case "$*" in
  '') ;;
  --compare) packages+=(etcd-server gnuplot-nox jq libbroker-dev nats-server redis-server) ;;
  --coverage) packages+=(gcovr) ;;
  --package) packages+=(debhelper debootstrap dpkg-dev lintian procps) ;;
  --page) packages+=(chromium chromium-driver python3-selenium) ;;
  *)
    echo 'usage: scripts/deps.sh [--compare | --coverage | --package | --page]' >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo "error: this is no Debian system; install the counterparts of: ${packages[*]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  if [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "${package}" 2>/dev/null)" != installed ]]; then
    missing+=("${package}")
  fi
done

if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi

as_root=()
if [[ "$(id -u)" -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "error: packages are missing and there is no sudo; as root, run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "Installing: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "${missing[@]}"
