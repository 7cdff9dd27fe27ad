# awk -v folder=F -f extract.awk PAGE.md: writes each marked block of C++ to F/PAGE-N.cpp.
FNR == 1 {
  name = FILENAME
  sub(/^.*\//, "", name)
  sub(/\.md$/, "", name)
}
block && /^```/ { close(file); block = 0; next }
block { print >file; next }
/^<!-- compile -->$/ { marked = FNR; next }
marked && /^```cpp$/ {
  file = folder "/" name "-" ++count ".cpp"
  printf "#line %d \"%s\"\n", FNR + 1, FILENAME >file
  block = 1
  marked = 0
  next
}
marked && NF { fail("a compile mark without a block of cpp below it"); exit 1 }
END { if (!failed && (marked || block)) fail("the last block has no end") ; exit failed }
function fail(text) { printf "%s:%d: %s\n", FILENAME, marked ? marked : FNR, text >"/dev/stderr"; failed = 1 }
