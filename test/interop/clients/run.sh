#!/bin/sh
# Debian has the mosquitto clients; without root, or without a network, their cases are skipped.
if ! command -v mosquitto_pub >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get install -y --no-install-recommends mosquitto-clients >/dev/null 2>&1 ||
    { apt-get update && apt-get install -y --no-install-recommends mosquitto-clients; } >/dev/null 2>&1
fi
exec node "$(dirname "$0")/run.mjs"
