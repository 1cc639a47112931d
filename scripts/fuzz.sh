#!/usr/bin/env bash
# Builds the fuzz targets, with clang, and runs each for a while, from the inputs of test/fuzz/corpus/ and those that
# earlier runs have found. Exits with 1 on a finding; the input that leads to it is kept in build/fuzz/findings/, and
# `build/fuzz/test/fuzz/TARGET_fuzzer FILE` plays it again.
#
# usage: scripts/fuzz.sh [SECONDS [TARGET...]]
#   SECONDS   how long each target runs; by default 60
#   TARGET    decode, receive, snapshot, guard, messages, recovery; by default all
# Environment:
#   FUZZ_JOBS   how many targets run at once; by default 2
#   FUZZ_KEEP   if it is 1, test/fuzz/corpus/ is written anew afterwards: a line of hexadecimal digits for each of the
#               inputs that it takes to reach all that has been reached
set -euo pipefail
cd "$(dirname "$0")/.."

seconds="${1:-60}"
if [[ ! "${seconds}" =~ ^[1-9][0-9]*$ ]]; then
  echo 'usage: scripts/fuzz.sh [SECONDS [TARGET...]]' >&2
  exit 2
fi
targets=("${@:2}")
if [[ ${#targets[@]} -eq 0 ]]; then
  targets=(decode receive snapshot guard messages recovery)
fi

scripts/deps.sh
units=()
[[ -e build/fuzz/CMakeCache.txt ]] || units=(-DCMAKE_UNITY_BUILD=ON)
cmake --preset fuzz "${units[@]}"
cmake --build --preset fuzz

findings=build/fuzz/findings
mkdir -p "${findings}"

# run TARGET LIBFUZZER_ARGUMENT...
run() {
  "build/fuzz/test/fuzz/$1_fuzzer" -max_len=4096 -timeout=20 -rss_limit_mb=2048 -artifact_prefix="${findings}/$1-" "${@:2}"
}

# fuzz TARGET SEED: prints one line.
fuzz() {
  local -r log="${findings}/$1.log" found="build/fuzz/corpus/$1"
  mkdir -p "${found}"
  # shellcheck disable=SC2016 # the variables are Perl's
  perl -ne 'chomp; open my $file, ">", "'"${found}"'/kept-$."; binmode $file; print $file pack "H*", $_' \
    "test/fuzz/corpus/$1.hex"
  # An input takes milliseconds, so long ones are tried from the beginning.
  if ! run "$1" -seed="$2" -max_total_time="${seconds}" -len_control=10 -print_final_stats=1 "${found}" >"${log}" 2>&1; then
    tail -n 60 "${log}"
    echo "$1: seed $2: a finding, see ${findings}"
    return 1
  fi
  echo "$1: seed $2: $(sed -nE 's/^Done ([0-9]+) runs in ([0-9]+) second.*/\1 inputs in \2 s/p' "${log}")," \
    "$(grep -oE 'cov: [0-9]+' "${log}" | tail -n 1 | cut -c 6-) edges covered"
}

# keep TARGET
keep() {
  local -r kept="build/fuzz/kept/$1"
  rm -rf "${kept}"
  mkdir -p "${kept}"
  run "$1" -merge=1 -use_counters=0 "${kept}" "build/fuzz/corpus/$1" >"${findings}/$1-merge.log" 2>&1
  # shellcheck disable=SC2016 # the variables are Perl's
  perl -0777 -ne 'print unpack("H*", $_), "\n"' "${kept}"/* | sort >"test/fuzz/corpus/$1.hex"
}

failed=0
running=0
for target in "${targets[@]}"; do
  if [[ "${running}" -ge "${FUZZ_JOBS:-2}" ]]; then
    wait -n || failed=1
    running=$((running - 1))
  fi
  fuzz "${target}" $((RANDOM << 15 | RANDOM)) &
  running=$((running + 1))
done
for (( ; running > 0; --running)); do
  wait -n || failed=1
done
if [[ "${FUZZ_KEEP:-0}" -eq 1 ]]; then
  for target in "${targets[@]}"; do
    keep "${target}"
  done
fi
exit "${failed}"
