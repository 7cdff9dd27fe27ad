# What `packages --quiet FILE` prints, computed another way. LC_ALL=C awk -f packages.awk FILE
BEGIN { pebibyte = "1099511627776" }

{ sub(/\r$/, "") }
/^$/ { finish(); next }
!lines++ { package = section = maintainer = size = why = ""; split("", had); first = FNR }
/^[ \t]/ {
  if (lines == 1) defect("a record begins with a continuation: \"" shown($0) "\"")
  next
}
!/^[!"$-,.-9;-~][!-9;-~]*:/ { defect("neither \"Key: value\" nor a continuation: \"" shown($0) "\""); next }
{
  key = substr($0, 1, index($0, ":") - 1)
  value = substr($0, index($0, ":") + 1)
  gsub(/^[ \t]+|[ \t]+$/, "", value)
  name = tolower(key)
}
name ~ /^(package|section|maintainer|installed-size)$/ && had[name]++ {
  defect("a second " key " field: \"" shown(value) "\"")
}
name == "package" { package = value }
name == "section" { section = value }
name == "maintainer" { maintainer = value }
name == "installed-size" {
  size = value
  if (value !~ /^[0-9]+$/) defect("Installed-Size is no number: \"" shown(value) "\"")
  else if (value + 0 > pebibyte + 0) defect("Installed-Size is more than " pebibyte " KiB: \"" shown(value) "\"")
}

END {
  finish()
  top("Top ten sections by installed size", section_kib, section_records)
  top("Top ten maintainers by installed size", maintainer_kib, maintainer_records)
  for (i = 1; i <= 10 && i <= malformed; ++i) print shown_defect[i]
  if (malformed > 10) printf "… and %d more\n", malformed - 10
  printf "%d records of %.0f KiB in %s; %d malformed records left out\n", records, kib, csv, malformed
}

function finish() {
  if (!lines) return
  lines = 0
  if (package == "") defect("no Package field", first)
  if (why != "") {
    shown_defect[++malformed] = why
    return
  }
  if (section == "") section = "(none)"
  if (maintainer == "") maintainer = "(none)"
  ++records
  kib += size
  ++section_records[section]
  section_kib[section] += size
  ++maintainer_records[maintainer]
  maintainer_kib[maintainer] += size
}
function defect(text, line) {
  if (why == "") why = "line " (line ? line : FNR) ": " text
}
function shown(text) {
  return length(text) > 60 ? substr(text, 1, 60) "…" : text
}
# The largest ten, one after the other; among equals the first by name.
function top(title, sums, counts,    rank, name, best, done) {
  printf "%s\n         KiB    records\n", title
  split("", done)
  for (rank = 1; rank <= 10; ++rank) {
    best = ""
    for (name in sums) {
      if (name in done) continue
      if (best == "" || sums[name] > sums[best] || (sums[name] == sums[best] && (name "") < (best ""))) best = name
    }
    if (best == "") break
    done[best]
    printf "%12.0f %10d  %s\n", sums[best], counts[best], best
  }
  print ""
}
