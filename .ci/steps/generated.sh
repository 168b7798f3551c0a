#!/usr/bin/env bash
# Contracts and generated documents are what `go generate` writes. The tree is
# compared with itself, so that a change in progress may be checked too.
set -euo pipefail

tree() {
  git diff --no-ext-diff
  git ls-files -z --others --exclude-standard | sort -z | xargs -0 -r sha256sum
}

tree >"$WORK/before"
go generate ./...
tree >"$WORK/after"
if ! diff "$WORK/before" "$WORK/after"; then
  echo 'go generate wrote what is not there. Run it and commit what it writes.'
  exit 1
fi
