#!/usr/bin/env bash
# The program as it is shipped is at most 20 MB.
set -euo pipefail

.ci/release.sh "$WORK/stripped"
size=$(stat -c %s "$WORK/stripped")
echo "stripped: $size bytes"
[[ $size -le 20000000 ]]
