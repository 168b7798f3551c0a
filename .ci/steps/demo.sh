#!/usr/bin/env bash
# What the README promises a newcomer: the five tools at work, without an account.
set -euo pipefail

# A home of its own, so that the token file goes nowhere else.
output=$(HOME=$(mktemp -d -p "$WORK") GOPATH=$(go env GOPATH) GOCACHE=$(go env GOCACHE) go run . demo)
echo "$output"
for tool in get_self list_apps list_zones create_token raw_request; do
  grep -qE "^ +$tool \{" <<<"$output" || { echo "The demo does not call $tool."; exit 1; }
done
answers=$(grep -c '^ *| {$' <<<"$output")
[[ $answers -eq 5 ]] || { echo "The demo shows $answers answers and not 5."; exit 1; }
grep -q '"mcpServers"' <<<"$output" || { echo 'The demo does not say how to connect a client.'; exit 1; }
