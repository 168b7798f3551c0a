#!/usr/bin/env bash
# An example does what it says, over each transport: with a stand-in for its model
# it solves a task of the evals.
set -euo pipefail

export MODEL=stand-in
solves() {
  for transport in stdio http; do
    go run ./evals run --program "$PROGRAM" --transport "$transport" --least 1 --agent "$1" account-who
  done
}

case $1 in
typescript)
  # Beside the packages that it imports.
  typescript="$WORK/clients/example-typescript"
  cp examples/typescript/{*.ts,tsconfig.json} "$typescript"
  (cd "$typescript" && ./node_modules/.bin/tsc)
  solves "node '$typescript/agent.ts'"
  ;;
python)
  python3 -c 'import ast, sys; ast.parse(sys.stdin.read())' <examples/python/agent.py
  python="$WORK/example-python"
  if ! python3 -m venv "$python" || ! "$python/bin/pip" install --quiet --retries 0 --timeout 10 -r examples/python/requirements.txt; then
    echo 'its packages cannot be had here; it was parsed and not run'
    exit 77
  fi
  solves "'$python/bin/python' '$PWD/examples/python/agent.py'"
  ;;
esac
