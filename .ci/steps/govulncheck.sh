#!/usr/bin/env bash
# No known vulnerability can be reached from the program as it is shipped, on any
# system. The database is taken as the module that its makers publish it in: modules
# can be had wherever the dependencies can, vuln.go.dev cannot, and go.sum's checksum
# database vouches for what comes. It is the newest one and not a fixed one, since
# what was found yesterday is what this step is for. Without it nothing is checked,
# and the step is skipped; everything else that goes wrong is a failure.
set -euo pipefail

scanner=golang.org/x/vuln/cmd/govulncheck@v1.9.0
module=golang.org/x/vulndb@latest
if ! said=$(go mod download -json "$module"); then
  echo "$said"
  echo "the database, $module, cannot be had here, so nothing was checked"
  exit 77
fi
database="file://$(sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' <<<"$said")/data/osv"
echo "$database"

GOBIN="$WORK" go install "$scanner"

# A database that cannot be read has no vulnerabilities either: this one is in it.
known=golang.org/x/net@v0.57.0
found=$("$WORK/govulncheck" -db "$database" -mode query -json "$known")
if [[ $found != *'"id": "GO-2026-6603"'* ]]; then
  echo "The database does not have what is known of $known."
  exit 1
fi

# The toolchain that .ci/release.sh builds with: its standard library is what is
# shipped.
GOTOOLCHAIN=$(GOTOOLCHAIN=auto go env GOVERSION)
export GOTOOLCHAIN
failed=0
for system in linux darwin windows; do
  echo "$system, $GOTOOLCHAIN"
  GOOS=$system "$WORK/govulncheck" -db "$database" ./... || failed=1
done
exit "$failed"
