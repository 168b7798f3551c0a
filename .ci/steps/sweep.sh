#!/usr/bin/env bash
# The sweeps for secrets and for writes on every account over every transport, and
# the faults that take memory against every tool: `go test` runs a part of them.
set -euo pipefail

CLEVER_MCP_SWEEP=1 go test ./cli -run '^(TestNoSecretLeaves|TestReadOnlySweep)$' -count 1 -timeout 9m
CLEVER_MCP_SWEEP=1 go test ./tools -run '^TestFaultsTakeLittleMemory$' -count 1 -timeout 5m
