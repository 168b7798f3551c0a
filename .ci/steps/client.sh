#!/usr/bin/env bash
# Runs one test of an official client, on the Node that .ci/run put first in PATH.
set -euo pipefail

# Beside the packages that they import; what is there already another client reads.
cp -Ru .ci/clients/. "$WORK/clients/"
node --test --test-timeout 1140000 --test-reporter spec "$WORK/clients/$1"
