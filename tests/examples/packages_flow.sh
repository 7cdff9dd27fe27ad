#!/usr/bin/env bash
# packages_flow.sh PACKAGES_FLOW FOLDER: the demonstration as a flow: the same report and table as awk's.
set -euo pipefail
program=$1 folder=$2
"$BASH" "$folder/sample.sh" "$program" "$folder"

work=$(mktemp -d)
trap 'rm -rf ""' EXIT
cd "$work"
code=0
"$program" no-such-file >/dev/null 2>err || code=$?
[[ $code -eq 2 && $(<err) == *'no-such-file: No such file or directory'* ]] || { cat err; exit 1; }
