#!/bin/sh
# First the emulator as a library, in every case; then the command that people type.
here=$(dirname "$0")
node "$here/run.mjs"
status=$?
node "$here/command.mjs" || status=1
exit $status
