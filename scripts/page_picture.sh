#!/usr/bin/env bash
# Takes the picture of the page in docs/operations_page.png, of a cluster with some games on it. Needs chromium, and the
# program in build/release.
#
# usage: scripts/page_picture.sh
set -euo pipefail
cd "$(dirname "$0")/.."

program="${PWD}/build/release/bin/ariadne"
work="$(mktemp -d)"
sed '0,/^port = .*/s//&\nadmin = "127.0.0.1:4180"/' config/three_nodes.toml >"${work}/cluster.toml"
"${program}" cluster "${work}/cluster.toml" >"${work}/out" 2>&1 &
cluster=$!
trap 'kill "${cluster}"; wait "${cluster}"; rm -rf "${work}"' EXIT
until [[ "$(grep -c 'caught up$' "${work}/out")" -ge 3 ]]; do
  kill -0 "${cluster}"
  sleep 0.1
done
for game in {1..12}; do
  "${program}" session start "minotaur/${game}" --node 127.0.0.1:4101
done
chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --window-size=1100,980 --virtual-time-budget=8000 \
  --screenshot="${work}/page.png" http://127.0.0.1:4180/ 2>"${work}/chromium"
mv "${work}/page.png" docs/operations_page.png
