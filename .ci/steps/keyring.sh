#!/usr/bin/env bash
# Logins and tokens in a keyring that is not ours, on a message bus of its own.
set -euo pipefail

cp -R .ci/clients/. "$WORK/clients/"
XDG_RUNTIME_DIR=$(mktemp -d)
home=$(mktemp -d)
export XDG_RUNTIME_DIR XDG_DATA_HOME="$home"
trap 'rm -rf "$XDG_RUNTIME_DIR" "$home"' EXIT
# shellcheck disable=SC2016
dbus-run-session -- bash -euc '
  eval "$(printf unlock | gnome-keyring-daemon --unlock --components=secrets)"
  node --test --test-timeout 120000 --test-reporter spec "$WORK/clients/clever/keyring.test.mjs"
'
