#!/bin/bash
# redocly and spectral over the published document; the rules and what is let pass, with reasons: redocly.yaml, spectral.yaml here.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
document=../../build/gen/openapi.json failed=0
[ -x node_modules/.bin/spectral ] || { echo "tests/contract/node_modules is missing: conf/dev/deps.sh test"; exit 1; }
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
node_modules/.bin/redocly lint "$document" --config redocly.yaml --max-problems=20 2>&1 || failed=1
node_modules/.bin/spectral lint "$document" --ruleset spectral.yaml --fail-severity=hint || failed=1
exit $failed
