#!/usr/bin/env bash
# Takes the picture of the page in docs/operations_page.png, of a cluster with some games on it. Needs what
# scripts/deps.sh --page installs, and the program in build/release.
#
# usage: scripts/page_picture.sh
set -euo pipefail
cd "$(dirname "$0")/.."

exec test/page/page_test.py build/release/bin/ariadne --picture docs/operations_page.png
