# compare FILE TIMES PACKAGES FOLDER [FILE_AS_ARGUMENT]: the program's report and its CSV against awk's, in the folder
# at hand. Sourced by the tests.
export LC_ALL=C

fail() {
  echo "$*" >&2
  exit 1
}

compare() {
  local file=$1 times=$2 packages=$3 folder=$4
  "$packages" --quiet --csv rows.csv --times "$times" ${5+"$5"} >got
  local i
  for ((i = 0; i < times; ++i)); do
    cat "$file"
    [[ -z $(tail -c 1 "$file") ]] || echo
    echo # a record ends with its file
  done >all
  awk -v csv=rows.csv -f "$folder/packages.awk" all >want
  diff want got >differences || { cat differences; fail "the report differs (<: awk, >: packages)"; }

  # The CSV holds the records of the report: as many, with the same sum.
  local report sum
  report=$(awk '/ records of / { print $1, $4 }' got)
  sum=$(awk -F, 'NR > 1 { ++rows; kib += $NF } END { printf "%d %.0f", rows, kib }' rows.csv)
  [[ $report == "$sum" ]] || fail "report: $report; CSV: $sum"
  [[ $(head -n 1 rows.csv) == package,section,maintainer,installed_kib ]] || fail "the CSV's first line is wrong"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
