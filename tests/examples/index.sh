#!/usr/bin/env bash
# index.sh PACKAGES FOLDER: this machine's package index, and that memory does not grow with the input.
set -euo pipefail
packages=$1 folder=$2
source "$folder/compare.sh"

apt-cache dumpavail >index.txt 2>/dev/null || true
[[ -s index.txt ]] || { echo "no package index here: skipped"; exit 77; }

compare index.txt 1 "$packages" "$folder" index.txt
compare index.txt 1 "$packages" "$folder"            # from the command

if ! grep -qa -e __asan_init -e __tsan_init "$packages"; then
  for times in 1 20; do
    "$packages" --times "$times" --csv /dev/null index.txt >figures
    awk '/peak memory/ { print; if ($(NF - 1) + 0 >= 64) exit 1 }' figures || fail "$times times the input: too much memory"
  done
fi
