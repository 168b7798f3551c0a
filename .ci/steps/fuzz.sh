#!/usr/bin/env bash
# Each fuzzer for a while, on top of the seeds that `go test` runs: 20 seconds for
# what stands between an attacker and the account, 1 for the others. A package is
# built once for all its fuzzers, which takes longer than some of them; two run at
# a time. What they find is kept in the work folder for the next run; an input that
# fails goes into testdata/fuzz, to be committed with what mends it.
set -euo pipefail

# Path checking, message reading, hiding, cleaning, signing, sealing, reading of
# configuration.
long=(FuzzCheckPath FuzzReadEnvelope FuzzPlainCall FuzzHide FuzzVisible FuzzSign FuzzSealer FuzzConfig FuzzPolicy)

# fuzz FOLDER BINARY NAME runs one fuzzer. The fuzzing of Go now and then ends
# with nothing but "context deadline exceeded" when its time is out in the middle
# of an input; no input failed then, and it is run again.
fuzz() {
  local folder=$1 binary=$2 name=$3 time=1s log="$WORK/fuzz/$3.log" try
  [[ " ${long[*]} " != *" $name "* ]] || time=20s
  for try in 1 2 3; do
    if (cd "$folder" && "$binary" -test.run '^$' -test.fuzz "^$name\$" -test.fuzztime "$time" -test.parallel 1 -test.fuzzcachedir "$WORK/fuzz/cache/$folder") >"$log" 2>&1; then
      echo "ok      $folder $name $time"
      return
    fi
    grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log" || break
    echo "again   $folder $name: its time was out in the middle of an input"
  done
  echo "FAILED  $folder $name"
  cat "$log"
  return 1
}
export -f fuzz

declared=$(git grep -hoE '^func Fuzz[A-Za-z0-9_]+' -- '*_test.go' | wc -l)
mkdir -p "$WORK/fuzz"
jobs=()
for folder in $(git grep -lE '^func Fuzz' -- '*_test.go' | xargs -n 1 dirname | sort -u); do
  binary="$WORK/fuzz/${folder//\//-}.test"
  go test -c -fuzz . -o "$binary" "./$folder"
  for name in $("$binary" -test.list '^Fuzz'); do
    jobs+=("$folder $binary $name")
  done
done
for name in "${long[@]}"; do
  [[ " ${jobs[*]} " == *" $name "* ]] || { echo "There is no fuzzer $name."; exit 1; }
done

# The long ones first, so that the end is not one of them alone.
order() {
  local job
  for job in "${jobs[@]}"; do
    [[ " ${long[*]} " == *" ${job##* } "* ]] && echo "0 $job" || echo "1 $job"
  done | sort -s -k 1,1 | cut -d ' ' -f 2-
}
running=0 failed=0
while read -r folder binary name; do
  if [[ $running -eq 2 ]]; then
    wait -n || failed=$((failed + 1))
    running=$((running - 1))
  fi
  fuzz "$folder" "$binary" "$name" </dev/null &
  running=$((running + 1))
done < <(order)
while [[ $running -gt 0 ]]; do
  wait -n || failed=$((failed + 1))
  running=$((running - 1))
done
echo "${#jobs[@]} of $declared fuzzers ran, $failed failed"
[[ ${#jobs[@]} -gt 0 && ${#jobs[@]} -eq $declared && $failed -eq 0 ]]
