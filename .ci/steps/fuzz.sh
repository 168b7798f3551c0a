#!/usr/bin/env bash
# Each fuzzer for a few seconds: enough to meet a mistake that any odd input
# makes, on top of the seeds that `go test` runs.
set -euo pipefail

found=0
while read -r package name; do
  found=$((found + 1))
  go test "$package" -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-4s}"
done < <(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... |
  while read -r package; do go test "$package" -list '^Fuzz' | sed -n "s|^Fuzz.*|$package &|p"; done)
echo "$found fuzzers"
[[ $found -gt 0 ]]
