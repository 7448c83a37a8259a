#!/usr/bin/env bash
# Is each command of .ci/parts there? A lane that misses its own would have nothing to do, so that it is named here, with its package.
passed=0
failed=0
while read -r command package lane; do
  case $command in '' | '#') continue ;; esac
  if command -v "$command" >/dev/null; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED  $command is not installed: apt-get install $package (needed by: $lane)"
  fi
done <"${BASH_SOURCE%/*}/parts"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
