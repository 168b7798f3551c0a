#!/usr/bin/env bash
# The conformance suites against a server with the fixtures that they want. It
# shares all transport code with clever-mcp.
set -euo pipefail

.ci/steps/client.sh conformance/conformance.test.mjs
