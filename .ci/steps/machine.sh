#!/usr/bin/env bash
# What Debian has to give: a C compiler for the race detector, curl for
# `clever curl`, git for `go generate` and versions, and an OAuth 1
# implementation and a keyring that are not ours, what the browser of the tests is
# linked with.
set -euo pipefail

missing=()
for package in gcc libc6-dev curl git python3 python3-oauthlib libnss3 dbus-daemon gnome-keyring; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  echo 'Nothing is missing.'
  exit
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -o Acquire::Retries=3 update
apt-get -o Acquire::Retries=3 install -y --no-install-recommends "${missing[@]}"
