# How .ci/run counts. In a file of its own, so that test/ci/lane.test.ts runs it on lanes that are made to go wrong.
passed=0
failed=0
skipped=0

# lane NAME COMMAND...: runs the command and adds up the lines `N passed, N failed` and `N passed, N failed, N skipped` that it
# prints. It has failed when it counts a failure or ends with another exit code than 0, and also when it counts nothing, or
# skipped a case: the closing line would not show that it did not do its work. The reason stands below its line.
lane() {
  start "$@"
  finish
}

# start NAME COMMAND...: the same, with other lanes that are started before `finish`. For those that leave a core idle.
started=()
start() {
  after '' "$@"
}

# next NAME COMMAND...: begins when the lane that was named before it has ended, beside the others that were started.
next() {
  after "${started[-1]}" "$@"
}

after() {
  local folder before=$1
  shift
  folder=$(mktemp -d)
  echo "$1" >"$folder/name"
  (
    shift
    until [ -z "$before" ] || [ -e "$before/end" ]; do sleep 0.2; done
    SECONDS=0
    "$@" >"$folder/log" 2>&1 </dev/null
    echo "$? $SECONDS" >"$folder/end"
  ) &
  started+=("$folder")
}

# Waits for what was started, and counts it in that order.
finish() {
  local folder
  wait
  for folder in "${started[@]}"; do
    count "$folder"
    rm -rf "$folder"
  done
  started=()
}

count() {
  local log=$1/log name status seconds good bad left reason=
  name=$(cat "$1/name")
  read -r status seconds <"$1/end"
  read -r good bad left < <(sed 's/\x1b\[[0-9;]*m//g; s/\r$//' "$log" | awk '
    /^([A-Za-z-]+: )?[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ {
      sub(/^[A-Za-z-]+: /, ""); good += $1; bad += $3; left += $5
    }
    END { print good + 0, bad + 0, left + 0 }')
  [ "$bad" -eq 0 ] || reason="$bad failed"
  [ "$status" -eq 0 ] || reason="${reason:+$reason, }exit code $status"
  [ "$left" -eq 0 ] || reason="${reason:+$reason, }$left skipped"
  [ "$((good + bad + left))" -gt 0 ] || reason="${reason:+$reason, }no test was counted"
  [ -z "$reason" ] || [ "$bad" -gt 0 ] || bad=1
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
  printf '%-28s %5d passed %3d failed %3d skipped %5d s\n' "$name" "$good" "$bad" "$left" "$seconds"
  if [ -n "$reason" ]; then
    printf '%s: %s\n' "$name" "$reason"
    grep -a '^skipped' "$log"
    tail -n 60 "$log"
  fi
}

# The last line. Skipped cases are named in it only when there are some.
closing() {
  echo
  if [ "$skipped" -eq 0 ]; then
    echo "$passed passed, $failed failed"
  else
    echo "$passed passed, $failed failed, $skipped skipped"
  fi
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
