#!/usr/bin/env bash
# The dependencies are those of go.sum, and go.mod names no more and no less.
set -euo pipefail

go mod verify
go mod tidy -diff
