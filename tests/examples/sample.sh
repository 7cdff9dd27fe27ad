#!/usr/bin/env bash
# sample.sh PACKAGES FOLDER: a small index with every oddity, once and with many blocks.
set -euo pipefail
packages=$1 folder=$2
source "$folder/compare.sh"

compare "$folder/sample.txt" 1 "$packages" "$folder" "$folder/sample.txt"
cp rows.csv once.csv
diff "$folder/sample.csv" rows.csv || fail "the CSV differs from sample.csv"

# Enough for many blocks and every parser: the order of the rows stays that of the input.
for ((i = 0; i < 400; ++i)); do
  cat "$folder/sample.txt"
  printf '\n\n'
done >many.txt
compare many.txt 1 "$packages" "$folder" many.txt
{ head -n 1 once.csv; for ((i = 0; i < 400; ++i)); do tail -n +2 once.csv; done; } >want.csv
cmp want.csv rows.csv || fail "the rows are not in the order of the input"
"$packages" --quiet --parsers 1 --csv rows.csv many.txt >/dev/null
cmp want.csv rows.csv || fail "one parser gives other rows than several"
