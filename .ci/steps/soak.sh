#!/usr/bin/env bash
# Two minutes of work must not cost more memory at the end than at the beginning.
set -euo pipefail

CLEVER_MCP_SOAK=2m go test ./cli -run '^TestSoak$' -count 1 -timeout 5m -v
