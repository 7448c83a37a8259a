# How .ci/run counts. In a file of its own, so that test/ci/lane.test.ts runs it on lanes that are made to go wrong.
passed=0
failed=0
skipped=0
cpus=0

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
  local folder
  folder=$(mktemp -d)
  echo "$1" >"$folder/name"
  shift
  (
    SECONDS=0
    TIMEFORMAT='%U %S'
    { time "$@" >"$folder/log" 2>&1 </dev/null; } 2>"$folder/time"
    echo "$? $SECONDS $(awk 'END { print int($1 + $2 + 0.5) }' "$folder/time")" >"$folder/ending"
    mv "$folder/ending" "$folder/end"
  ) &
  started+=("$folder")
}

# queue NAME COMMAND...: begins when fewer than two of those that were started run.
queue() {
  while [ "$(jobs -rp | wc -l)" -ge 2 ]; do
    wait -n
    count_ended
  done
  start "$@"
}

# Waits for what was started, and counts it in that order.
finish() {
  wait
  count_ended
}

# Counts those that have ended, up to the first that has not: they stand in the order in which they were started.
count_ended() {
  while [ "${#started[@]}" -gt 0 ] && [ -e "${started[0]}/end" ]; do
    count "${started[0]}"
    rm -rf "${started[0]}"
    started=("${started[@]:1}")
  done
}

count() {
  local log=$1/log name status seconds cpu good bad left reason=
  name=$(cat "$1/name")
  read -r status seconds cpu <"$1/end"
  cpus=$((cpus + cpu))
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
  # Seconds by the clock, and of CPU time: on a machine that is busy with other things only the second tells what the lane takes.
  printf '%-32s %5d passed %3d failed %3d skipped %5d s %5d s CPU\n' "$name" "$good" "$bad" "$left" "$seconds" "$cpu"
  if [ -n "$reason" ]; then
    printf '%s: %s\n' "$name" "$reason"
    grep -a '^skipped' "$log"
    tail -n 60 "$log"
  fi
}

# The last line. Skipped cases are named in it only when there are some.
closing() {
  printf '%-32s %46d s %5d s CPU\n' 'all of it' "$SECONDS" "$cpus"
  echo
  if [ "$skipped" -eq 0 ]; then
    echo "$passed passed, $failed failed"
  else
    echo "$passed passed, $failed failed, $skipped skipped"
  fi
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
