#!/usr/bin/env bash
# Each fuzzer for a few seconds: enough to meet a mistake that any odd input
# makes, on top of the seeds that `go test` runs. A package is built once for all
# its fuzzers, which takes longer than they do.
set -euo pipefail

fuzzers=$(git grep -hoE '^func Fuzz[A-Za-z0-9_]+' -- '*_test.go' | wc -l)
ran=0
for folder in $(git grep -lE '^func Fuzz' -- '*_test.go' | xargs -n 1 dirname | sort -u); do
  go test -c -fuzz . -o "$WORK/fuzzer" "./$folder"
  for name in $("$WORK/fuzzer" -test.list '^Fuzz'); do
    echo "$folder: $name"
    (cd "$folder" && "$WORK/fuzzer" -test.run '^$' -test.fuzz "^$name\$" -test.fuzztime 2s -test.fuzzcachedir "$WORK/fuzz/$folder")
    ran=$((ran + 1))
  done
done
echo "$ran of $fuzzers fuzzers ran"
[[ $ran -gt 0 && $ran -eq $fuzzers ]]
