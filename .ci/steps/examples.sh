#!/usr/bin/env bash
# The examples do what they say, over each transport: an agent with a stand-in for
# its model solves a task of the evals.
set -euo pipefail

export MODEL=stand-in
solves() {
  for transport in stdio http; do
    go run ./evals run --program "$PROGRAM" --transport "$transport" --least 1 --agent "$1" account-who
  done
}

# Beside the packages that they import.
typescript="$WORK/clients/example-typescript"
cp examples/typescript/{*.ts,tsconfig.json} "$typescript"
(cd "$typescript" && ./node_modules/.bin/tsc)
solves "node '$typescript/agent.ts'"

# Where its packages can be had. Elsewhere this only reads it.
python="$WORK/example-python"
python3 -c 'import ast, sys; ast.parse(sys.stdin.read())' <examples/python/agent.py
if ! python3 -m venv "$python" || ! "$python/bin/pip" install --quiet --retries 0 --timeout 10 -r examples/python/requirements.txt; then
  echo 'SKIPPED: the packages of the Python example cannot be had here; it was parsed and not run.'
  exit 0
fi
solves "'$python/bin/python' '$PWD/examples/python/agent.py'"
