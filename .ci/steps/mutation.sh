#!/usr/bin/env bash
# Takes one guard away at a time and expects the tests that are named for it to
# fail; see .ci/mutation.
set -euo pipefail

go vet .ci/mutation/*.go
go run .ci/mutation/*.go
