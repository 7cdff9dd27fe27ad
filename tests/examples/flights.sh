#!/usr/bin/env bash
# flights.sh PROGRAM FOLDER: flights joined with airports, as SQLite computes it; files that are wrong.
set -euo pipefail
program=$1 folder=$2
source "$folder/compare.sh"
command -v sqlite3 >/dev/null || { echo "no sqlite3 here: skipped"; exit 77; }
data=$folder/../../examples/flights/data

# agrees: flights.csv and airports.csv in the folder at hand, with SQLite.
agrees() {
  sqlite3 -batch :memory: <"$folder/flights.sql" >want
  "$program" flights.csv airports.csv >got
  diff want got >differences || { head differences; fail "the report differs (<: SQLite, >: flights)"; }
}

cp "$data/flights.csv" "$data/airports.csv" .
agrees
"$program" >got
cmp want got || fail "without arguments it reads other files"

# Airports that the table lacks, and a table that comes in another order.
{
  head -n 1 "$data/airports.csv"
  tail -n +2 "$data/airports.csv" | sort -r | awk -F , '$1 !~ /^(DFW|ORD|ABI)$/'
} >airports.csv
agrees
# Lines that end as on other systems.
sed -i 's/$/\r/' flights.csv airports.csv
"$program" flights.csv airports.csv >got
cmp want got || fail "carriage returns make a difference"

# refuses TEXT
refuses() {
  local code=0
  "$program" flights.csv airports.csv >out 2>err || code=$?
  [[ $code -eq 2 ]] || fail "exit code $code, not 2"
  [[ $(<err) == "flights: "*"$1" ]] || fail "said \"$(<err)\", not \"$1\""
}
echo '2001-02-30 10:00,1,1,ABE,ABI' >>flights.csv
refuses '"2001-02-30 10:00,1,1,ABE,ABI": "2001-02-30 10:00" is no time'
printf 'time,delay,distance,origin,destination\n2001-02-03 10:00,soon,1,ABE,ABI\n' >flights.csv
refuses '"2001-02-03 10:00,soon,1,ABE,ABI": "soon" is no number of minutes'
echo 'a,b' >flights.csv
refuses '"a,b": it has 2 fields, not 5'
rm flights.csv
refuses 'flights.csv: cannot be opened: No such file or directory'
