#!/usr/bin/env bash
# make.sh   makes cairo.log of the changelog in Debian 12's package libcairo2 (1.16.0-7), in this folder: the same
# lines as
#   git log --reverse --shortstat --format='commit %ct %at %aN' 1.14.0..1.16.0
# prints in a copy of cairo's repository. The changelog has been made by git log --pretty=fuller --stat.
set -euo pipefail
cd "$(dirname "$0")"

zcat /usr/share/doc/libcairo2/changelog.gz | LC_ALL=C awk '
  # Seconds since the epoch. "Tue Oct 16 09:53:18 2018 -0700" in the last six fields.
  function seconds(    month, year, day, clock, zone) {
    month = (index("JanFebMarAprMayJunJulAugSepOctNovDec", $3) + 2) / 3
    day = $4; split($5, clock, ":"); year = $6
    zone = (substr($7, 1, 1) "1") * (substr($7, 2, 2) * 60 + substr($7, 4, 2)) * 60
    if (month <= 2) { --year; month += 12 }
    day += 365 * year + int(year / 4) - int(year / 100) + int(year / 400) + int((153 * month - 457) / 5) - 719469
    return day * 86400 + clock[1] * 3600 + clock[2] * 60 + clock[3] - zone
  }
  /^commit / { ++commits }
  /^Author: / { name = $0; sub(/^Author: */, "", name); sub(/ *<[^>]*>$/, "", name) }
  /^AuthorDate: / { author = seconds() }
  /^CommitDate: / { head[commits] = sprintf("commit %d %d %s", seconds(), author, name) }
  /^ [0-9]+ files? changed/ { stat[commits] = $0 }
  END {
    for (i = commits; i >= 1; --i) {
      print head[i]
      if (i in stat) print "\n" stat[i]
    }
  }' >cairo.log
