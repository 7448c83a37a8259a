#!/bin/sh
# run.sh XSNAP-WORKER FILE...: netstrings come in on descriptor 3, first one for each file to load; answers, on 4, say nothing.
worker=$1
shift
{
  for file; do printf '%d:s%s,' $((${#file} + 1)) "$file"; done
  cat
} | stdbuf -oL "$worker" 3<&0 4>/dev/null
