#!/usr/bin/env bash
# commits.sh PROGRAM FOLDER: a log in windows, as awk computes them; logs that are none.
set -euo pipefail
program=$1 folder=$2
source "$folder/compare.sh"
log=$folder/../../examples/commits/data/cairo.log

# agrees FILE LATENESS: with awk.
agrees() {
  awk -v lateness="$2" -f "$folder/commits.awk" "$1" >want
  "$program" --lateness "$2" "$1" >got
  diff want got >differences || { head differences; fail "$1, lateness $2: the report differs (<: awk, >: commits)"; }
}

for lateness in 0 3 28 10000; do agrees "$log" "$lateness"; done
"$program" --lateness 10000 - <"$log" >once
# Commits that are late for nobody are the same for any number of stages.
"$program" --lateness 10000 --stages 3 "$log" >got
cmp once got || fail "three stages find something else than one"
# With three each has its own idea of the latest commit, but every commit is either counted or late.
"$program" --lateness 0 --stages 3 "$log" |
  awk '/^week of/ { counted += $4 } /^465 commits/ { late = $5 } END { exit counted + late != 465 }' ||
  fail "three stages lose commits"

# Before 1970, in the same second, without changes, with names of every kind; committed before it was written.
cat >odd.log <<'END'
commit -86401 -1000000 Ann
commit -1 -1 Ann

 1 file changed, 1 insertion(+)
commit 0 0 Bob  von (Builder) commit

 0 files changed
commit 0 500 Ann

 2 files changed, 3 insertions(+), 1 deletion(-)
commit 1700000000 1600000000 Ñandú, 50% \n "q"

 1 file changed, 7 deletions(-)
commit 1700000000 1700000000 Ann
END
for lateness in 0 28; do agrees odd.log "$lateness"; done

# refuses TEXT ARGUMENT...
refuses() {
  local text=$1 code=0
  shift
  "$program" "$@" >out 2>err || code=$?
  [[ $code -eq 2 ]] || fail "commits $*: exit code $code"
  [[ $(<err) == "commits: "*"$text"* ]] || fail "commits $*: said \"$(<err)\", not \"$text\""
}
: >empty
printf 'commit 1 1 Ann\ncommit 2 x Bob\n' >junk
printf 'commit 1 999999999999 Ann\n' >far
printf 'commit 18b845e69752c975dfeda418ec00eda22605c2ee\nAuthor: Ann\n' >medium
refuses 'there are no commits in it; it must come from git log' empty
refuses 'line 2: "commit 2 x Bob" is not of git log' junk
refuses 'line 1: "commit 18b845e69752c975dfeda418ec00eda22605c2ee" is not of git log' medium
refuses 'line 1: "commit 1 999999999999 Ann" is not of git log' far
refuses 'missing: cannot be opened: No such file or directory' missing
refuses '--lateness: a number from 0 to 100000 is needed, got "-1"' --lateness -1 "$log"
refuses '--stages: a number from 1 to 64 is needed, got "0"' --stages 0 "$log"
refuses '--stages: needs a value' --stages
refuses 'unknown option "--wrong"; try --help' --wrong
refuses 'one FILE is needed, or none, got "two"' one two
printf '\377\376\0\001 \n\r\n' >bytes
refuses 'line 1' bytes
