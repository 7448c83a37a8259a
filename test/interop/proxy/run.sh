#!/bin/sh
# Debian has tinyproxy; without root, or without a network, its cases are skipped.
if ! command -v tinyproxy >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get install -y --no-install-recommends tinyproxy-bin >/dev/null 2>&1 ||
    { apt-get update && apt-get install -y --no-install-recommends tinyproxy-bin; } >/dev/null 2>&1
fi
exec node "$(dirname "$0")/run.mjs"
