#!/usr/bin/env bash
# The conformance suites. The fixture that they want is a test of the server, so
# that it shares all transport code and is not in the product.
set -euo pipefail

export FIXTURE="$WORK/fixture"
go test -c -o "$FIXTURE" ./server
.ci/steps/client.sh conformance/fixture.test.mjs
.ci/steps/client.sh conformance/server.test.mjs
