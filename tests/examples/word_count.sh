#!/usr/bin/env bash
# word_count.sh PROGRAM FOLDER: the most frequent words of any text, as awk counts them.
set -euo pipefail
program=$1 folder=$2
source "$folder/compare.sh"

# counts FILE...: the same as awk. A word ends with its file.
counts() {
  awk 1 "$@" | tr '\v\f\r\0' ' ' | awk '{ for (i = 1; i <= NF; ++i) ++count[$i] }
    END { for (word in count) printf "%8d %s\n", count[word], word }' | sort -k 1,1nr -k 2 | head -n 20 >want || true
  "$program" "$@" >got
  cmp want got || { diff want got || true; fail "other counts for $*"; }
}

counts "$folder"/../../docs/*.md

# Many lines, so that all stages have some; long lines; no newline at the end; nothing at all.
awk 'BEGIN { for (i = 0; i < 200000; ++i) print "w" i % 17, "v" i % 1009, "only" i }' >many
awk 'BEGIN { for (i = 0; i < 300000; ++i) printf "%s ", "x" i % 23; printf "\n\n\t last" }' >long
: >empty
counts many
counts many long empty many
counts empty
gzip -c many >many.gz
"$program" many.gz >got
"$program" many >want
cmp want got || fail "other counts for the packed file"
"$program" - <many >got
cmp want got || fail "other counts on standard input"

code=0
"$program" no-such-file >out 2>err || code=$?
[[ $code -eq 2 ]] || fail "a missing file: exit code $code"
grep -q 'no-such-file: cannot be opened: No such file or directory' err || fail "a missing file: $(<err)"
