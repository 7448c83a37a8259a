#!/bin/sh
# Debian has mosquitto; without root, or without a network, its cases are skipped.
PATH=$PATH:/usr/sbin
if ! command -v mosquitto >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get install -y --no-install-recommends mosquitto >/dev/null 2>&1 ||
    { apt-get update && apt-get install -y --no-install-recommends mosquitto; } >/dev/null 2>&1
fi
exec node "$(dirname "$0")/run.mjs"
