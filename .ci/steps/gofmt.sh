#!/usr/bin/env bash
# gofmt exits 0 whatever it finds: what it lists is the verdict.
set -euo pipefail

unformatted=$(git ls-files -z '*.go' | xargs -0 gofmt -l)
if [[ -n $unformatted ]]; then
  printf 'gofmt would change:\n%s\n' "$unformatted"
  exit 1
fi
