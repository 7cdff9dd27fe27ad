#!/usr/bin/env bash
# bad_input.sh PACKAGES FOLDER: what cannot be read is refused with its name, and exit code 2.
set -euo pipefail
packages=$1 folder=$2
source "$folder/compare.sh"

# refuses TEXT ARGUMENT...
refuses() {
  local text=$1 code=0
  shift
  "$packages" --quiet "$@" >out 2>err || code=$?
  [[ $code -eq 2 ]] || fail "packages $*: exit code $code"
  [[ $(<err) == "packages: $text" ]] || fail "packages $*: said \"$(<err)\", not \"$text\""
}

sample=$folder/sample.txt
: >empty
printf 'no index\nat all\n' >junk
mkdir folder
refuses 'missing.txt: No such file or directory' missing.txt
refuses 'folder: is a directory' folder
refuses 'empty: is empty' empty
refuses 'junk: holds no well-formed record' junk
refuses 'unknown option "--wrong"; try --help' --wrong
refuses 'unknown option "-x"; try --help' -x
refuses 'one FILE only, got also "two"' one two
refuses 'FILE: the name is empty' ''
refuses '--times: a number from 1 to 1000000 is needed, got "0"' --times 0 "$sample"
refuses '--times: a number from 1 to 1000000 is needed, got "2x"' --times 2x "$sample"
refuses '--times: needs a value' --times
refuses '--parsers: a number from 1 to 16 is needed, got "17"' --parsers 17 "$sample"
refuses 'no/such.csv: No such file or directory' --csv no/such.csv "$sample"
refuses '/dev/full: No space left on device' --csv /dev/full "$sample"
cp "$sample" itself
refuses '--csv: ./itself is the input' --csv ./itself itself
cmp itself "$sample" || fail "the input was written over"
if [[ $(id -u) -ne 0 ]]; then
  cp "$sample" secret
  chmod 0 secret
  refuses 'secret: Permission denied' secret
fi

mkdir bin
printf "#!/bin/sh\necho Package: a\nexit 3\n" >bin/apt-cache
chmod +x bin/apt-cache
PATH=$PWD/bin:$PATH refuses "apt-cache dumpavail: failed with status 3"

# Bytes that are no text are malformed records; a record of several megabytes is one of them.
{ printf 'Package: a\n\nPackage: b\n'; head -c 3000000 /dev/zero | tr '\0' 'x'; printf '\n\nPackage: c\n'; } >long
"$packages" --quiet --csv long.csv long >out
grep -q '^2 records of 0 KiB in long.csv; 1 malformed records left out$' out || fail "long: $(<out)"
grep -q '^line 3: a record of more than 262144 bytes$' out || fail "long: $(<out)"
{ head -c 5000 /dev/zero; printf '\n\377\376\n\nPackage: ok\n'; } >bytes
"$packages" --quiet --csv bytes.csv bytes >out
grep -q '^1 records of 0 KiB in bytes.csv; 1 malformed records left out$' out || fail "bytes: $(<out)"
