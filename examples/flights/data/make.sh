#!/usr/bin/env bash
# make.sh   makes flights.csv and airports.csv from the npm package vega-datasets, in this folder.
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" vega-datasets@3.2.1 >/dev/null
tar -xzf "$work"/vega-datasets-3.2.1.tgz -C "$work"
source=$work/package/data

# [{"date":"2001/01/01 01:10","delay":95,"distance":2399,"origin":"HNL","destination":"SFO"},…
tr '}' '\n' <"$source/flights-5k.json" | awk -F '"' '
  BEGIN { print "time,delay,distance,origin,destination" }
  NF > 10 {
    gsub("/", "-", $4); gsub("[:,]", "", $7); gsub("[:,]", "", $9)
    print $4 "," $7 "," $9 "," $12 "," $16
  }' >flights.csv

# The airports that occur in it.
awk -F , 'NR == FNR { used[$4]; used[$5]; next } FNR == 1 || $1 in used' flights.csv "$source/airports.csv" \
  >airports.csv
