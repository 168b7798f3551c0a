#!/usr/bin/env bash
# Each fuzzer for a few seconds: enough to meet a mistake that any odd input
# makes, on top of the seeds that `go test` runs.
set -euo pipefail

fuzzers=$(git grep -hoE '^func Fuzz[A-Za-z0-9_]+' -- '*_test.go' | wc -l)
ran=0
for folder in $(git grep -lE '^func Fuzz' -- '*_test.go' | xargs -n 1 dirname | sort -u); do
  for name in $(go test "./$folder" -list '^Fuzz' | grep '^Fuzz'); do
    go test "./$folder" -run '^$' -fuzz "^$name\$" -fuzztime 4s
    ran=$((ran + 1))
  done
done
echo "$ran of $fuzzers fuzzers ran"
[[ $ran -gt 0 && $ran -eq $fuzzers ]]
