#!/bin/sh
# run.sh HERMES FILE...: everything goes in as if it were typed, the files first; so do the lines, as calls.
hermes=$1
shift
cat "$@" - | "$hermes"
