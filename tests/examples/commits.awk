# What `commits --lateness DAYS FILE` prints, computed another way. LC_ALL=C awk -v lateness=DAYS -f commits.awk FILE
#
# A commit is late for a window that ended `lateness` or more before the latest commit that came before it.
BEGIN { day = 86400; monday = 3 * day; late_by = lateness * day }

/^commit / {
  finish()
  committed = $2
  written = $3 < $2 ? $3 : $2
  name = $0
  sub(/^commit [^ ]+ [^ ]+ /, "", name)
  added = deleted = 0
  open = 1
}
/^ / {
  for (i = 1; i <= NF; ++i) {
    if ($i ~ /^insertion/) added = $(i - 1)
    if ($i ~ /^deletion/) deleted = $(i - 1)
  }
}
END {
  finish()
  print_windows("week of", 0)
  print_windows("four weeks from", 1)
  print_sessions()
  printf "%d commits; too late: %d for their week, %d for one of their four weeks, %d for a session\n",
    commits, late[0], late[1], late["session"]
}

function floor(x) { return x < int(x) ? int(x) - 1 : int(x) }
function is_over(end) { return commits > 0 && end <= latest - late_by }

function finish(    number, last) {
  if (!open) return
  open = 0
  number = floor((written + monday) / (7 * day))
  if (is_over((number + 1) * 7 * day - monday)) ++late[0]
  else count(0, number)
  if (is_over((number + 1) * 7 * day - monday)) ++late[1]
  for (last = number; number > last - 4; --number)
    if (!is_over((number + 4) * 7 * day - monday)) count(1, number)
  add_to_session()
  if (commits++ == 0 || written > latest) latest = written
}

# The commit at hand, in window `number` of a kind.
function count(kind, number,    w, a) {
  w = kind SUBSEP number
  if (!(w in sum)) {
    if (!seen[kind]++ || number < least[kind]) least[kind] = number
    if (seen[kind] == 1 || number > greatest[kind]) greatest[kind] = number
  }
  ++sum[w]
  plus[w] += added
  minus[w] += deleted
  if (committed - written > wait[w]) wait[w] = committed - written
  a = w SUBSEP name
  if (!(a in churn)) author[w, ++authors[w]] = name
  churn[a] += added + deleted
}

function print_windows(title, kind,    number, w, rank, i, best, done) {
  if (!seen[kind]) return
  for (number = least[kind]; number <= greatest[kind]; ++number) {
    w = kind SUBSEP number
    if (!(w in sum)) continue
    printf "%s %s: %d commits +%d -%d by %d, longest wait %d days\n", title, date(number * 7 * day - monday),
      sum[w], plus[w], minus[w], authors[w], floor(wait[w] / day)
    split("", done)
    for (rank = 1; rank <= 10 && rank <= authors[w]; ++rank) {
      best = 0
      for (i = 1; i <= authors[w]; ++i)
        if (!(i in done) && (!best || before(w, i, best))) best = i
      done[best]
      printf "  %8d %s\n", churn[w, author[w, best]], author[w, best]
    }
  }
}
function before(w, i, j,    a, b) {
  a = churn[w, author[w, i]]
  b = churn[w, author[w, j]]
  return a != b ? a > b : (author[w, i] "") < (author[w, j] "")
}

# Sessions of one author that are less than eight hours from the commit at hand become one with it.
function add_to_session(    i, first, last, n, plus_lines, minus_lines) {
  first = last = written
  n = 1; plus_lines = added; minus_lines = deleted
  for (i = 1; i <= sessions; ++i) {
    if (who[i] != name || !n_of[i] || is_over(end_of[i] + 8 * 3600)) continue
    if (written - end_of[i] >= 8 * 3600 || begin_of[i] - written >= 8 * 3600) continue
    if (begin_of[i] < first) first = begin_of[i]
    if (end_of[i] > last) last = end_of[i]
    n += n_of[i]; plus_lines += plus_of[i]; minus_lines += minus_of[i]
    n_of[i] = 0
  }
  if (is_over(last + 8 * 3600)) { ++late["session"]; return }
  ++sessions
  who[sessions] = name; begin_of[sessions] = first; end_of[sessions] = last
  n_of[sessions] = n; plus_of[sessions] = plus_lines; minus_of[sessions] = minus_lines
}
function print_sessions(    i, all, rank, best, done) {
  for (i = 1; i <= sessions; ++i) if (n_of[i]) ++all
  printf "%d sessions; the largest:\n", all
  for (rank = 1; rank <= 10 && rank <= all; ++rank) {
    best = 0
    for (i = 1; i <= sessions; ++i) if (n_of[i] && !(i in done) && (!best || larger(i, best))) best = i
    done[best]
    printf "  %s %02d:%02d for %d min: %d commits +%d -%d by %s\n", date(begin_of[best]),
      floor(modulo(begin_of[best], day) / 3600), floor(modulo(begin_of[best], 3600) / 60),
      floor((end_of[best] - begin_of[best]) / 60), n_of[best], plus_of[best], minus_of[best], who[best]
  }
}
function larger(i, j) {
  if (n_of[i] != n_of[j]) return n_of[i] > n_of[j]
  if (plus_of[i] + minus_of[i] != plus_of[j] + minus_of[j]) return plus_of[i] + minus_of[i] > plus_of[j] + minus_of[j]
  if (begin_of[i] != begin_of[j]) return begin_of[i] < begin_of[j]
  return (who[i] "") < (who[j] "")
}
function modulo(a, b) { return a - floor(a / b) * b }

# Year, month and day of a time, by the calendar that begins each year in March.
function date(seconds,    days, era, doe, yoe, doy, mp, y, m) {
  days = floor(seconds / day) + 719468
  era = floor(days / 146097)
  doe = days - era * 146097
  yoe = floor((doe - floor(doe / 1460) + floor(doe / 36524) - floor(doe / 146096)) / 365)
  doy = doe - (365 * yoe + floor(yoe / 4) - floor(yoe / 100))
  mp = floor((5 * doy + 2) / 153)
  m = mp < 10 ? mp + 3 : mp - 9
  y = yoe + era * 400 + (m <= 2)
  return sprintf("%04d-%02d-%02d", y, m, doy - floor((153 * mp + 2) / 5) + 1)
}
