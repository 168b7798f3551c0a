#!/usr/bin/env bash
# What the README promises a newcomer: the five tools at work, without an account.
set -euo pipefail

# The demo's token file goes into the folder for temporary files.
mkdir -p "$WORK/tmp"
output=$(TMPDIR="$WORK/tmp" go run . demo)
echo "$output"
for tool in get_self list_apps list_zones create_token raw_request; do
  grep -qE "^ +$tool \{" <<<"$output" || { echo "The demo does not call $tool."; exit 1; }
done
answers=$(grep -c '^ *| {$' <<<"$output")
[[ $answers -eq 5 ]] || { echo "The demo shows $answers answers and not 5."; exit 1; }
grep -q '"mcpServers"' <<<"$output" || { echo 'The demo does not say how to connect a client.'; exit 1; }
