#!/usr/bin/env bash
# Packs the packages and tries the tarballs in an empty project: ESM, require, TypeScript 5.0 to 7, Deno, Bun, publint, attw.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

try() {
  local name=$1
  shift
  if "$@" >"$work/log" 2>&1 </dev/null; then
    passed=$((passed + 1))
    printf 'ok      %s\n' "$name"
  else
    failed=$((failed + 1))
    printf 'FAILED  %s\n' "$name"
    # Two columns in: the counts of a release are not those of this lane.
    tail -n 30 "$work/log" | sed 's/^/  /'
  fi
}

# As the README has it: an install of codec and client brings these two packages, and with emulator and command it brings ws.
packagesIn() {
  node -p 'const names = Object.keys(require("./package-lock.json").packages).slice(1); names.sort().join(" ").replaceAll("node_modules/", "")'
}
brings() (
  mkdir "$work/$1" && cd "$work/$1" && npm init -y >/dev/null || return
  shift
  npm install --silent --no-audit --no-fund --ignore-scripts "${@:2}" || return
  echo "$(packagesIn), wanted: $1"
  [ "$(packagesIn)" = "$1" ]
)

# In a copy, as on a clean checkout: a release removes what was built, which other lanes load meanwhile. What it packs is tried below.
node test/support/working-copy.mjs "$work/copy" || exit 1
release() (
  cd "$work/copy" && npx -y pnpm@10.34.9 install --frozen-lockfile --prefer-offline || return
  npx -y pnpm@10.34.9 release --dry-run || return
  npx -y pnpm@10.34.9 pack:all && cp tarballs/*.tgz "$work"
)
try 'a release, all but the sending' release
ls "$work"/mote-*.tgz >/dev/null || exit 1
try 'an install of codec and client brings no other package' brings lean '@mote/client @mote/codec' \
  "$work"/mote-codec-*.tgz "$work"/mote-client-*.tgz
try 'an install of all four brings ws' brings whole '@mote/cli @mote/client @mote/codec @mote/emulator ws' "$work"/mote-*.tgz
mkdir "$work/project"
cp test/packaging/project/* "$work/project"
cd "$work/project" || exit 1
# One install: the tarballs refer to each other by version, so that all four must be on the same command line.
npm install --silent --no-audit --no-fund --ignore-scripts "$work"/mote-*.tgz || exit 1

try 'ESM on Node' node try.mjs
try 'require() on Node' node try.cjs
for version in 50 59 60 70; do
  try "TypeScript $(node -p "require('ts$version/package.json').version"), strict" \
    node "node_modules/ts$version/bin/tsc" -p .
done
try 'ESM on Deno' node_modules/@deno/linux-x64-glibc/deno run -A --node-modules-dir=manual --no-lock try.mjs
try 'ESM on Bun' node_modules/@oven/bun-linux-x64/bin/bun try.mjs
try 'the mote command' npx mote --version
for name in codec client emulator cli; do
  tarball=$(ls "$work"/mote-$name-*.tgz)
  try "publint $name" npx publint "$tarball" --strict
  [ "$name" = cli ] || try "types of $name" npx attw "$tarball" --profile esm-only
done
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
