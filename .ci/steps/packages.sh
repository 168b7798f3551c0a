#!/usr/bin/env bash
# The official clients, as their lock files have them. They go into the work
# folder with the tests that use them, so that the sources stay as they are. No
# install script runs: none of these packages needs its own.
set -euo pipefail

for lock in .ci/clients/*/package-lock.json examples/typescript/package-lock.json; do
  from=$(dirname "$lock")
  client=$(basename "$from")
  [[ $from == examples/* ]] && client="example-$client"
  mkdir -p "$WORK/clients/$client"
  cp "$from"/{package.json,package-lock.json,.npmrc} "$WORK/clients/$client"
  (cd "$WORK/clients/$client" && npm ci --ignore-scripts)
done
"$WORK"/clients/node/node_modules/node-linux-*/bin/node --version
