#!/usr/bin/env bash
# Builds the program as it is shipped: .ci/release.sh FILE. Static, stripped, and
# without inlining where nothing waits for the code: the emulator, the command line,
# and libraries that run once in a while. That is a thirtieth of its size.
#
# The toolchain is the one of go.mod, whose standard library has no known hole, or
# the one at hand if that is newer, whatever GOTOOLCHAIN said before.
set -euo pipefail

flags=()
for slow in clever-mcp/cli clever-mcp/cleverapi/emulator github.com/go-git github.com/godbus github.com/itchyny github.com/spf13 \
  github.com/coder github.com/huandu github.com/kljensen github.com/pelletier github.com/tailscale github.com/tidwall \
  github.com/yosida95 crypto/x509 go.opentelemetry.io go.yaml.in golang.org/x/image golang.org/x/net golang.org/x/text; do
  flags+=(-gcflags="$slow/...=-l")
done
GOTOOLCHAIN=auto CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' "${flags[@]}" -o "$1" .
