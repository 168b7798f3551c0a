#!/usr/bin/env bash
# Assistants run on desktops, so it has to build for them.
set -euo pipefail

for platform in windows/amd64 darwin/arm64 linux/arm64; do
  echo "$platform"
  GOOS=${platform%/*} GOARCH=${platform#*/} go build ./...
done
