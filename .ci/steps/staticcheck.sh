#!/usr/bin/env bash
# ST1005 is off: it wants errors without a full stop, and ours are read by people
# and models as sentences, with the next step after them.
set -euo pipefail

go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 -checks inherit,-ST1005 ./...
