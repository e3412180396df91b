#!/bin/sh
# Fill an empty deployed database with the demo district. Usage: HZ_OWNER=postgresql://… db/demo/load.sh
# Does nothing when the demo is there already.
set -eu
owner=${1:-${HZ_OWNER:?the conninfo URI of the owner of the database}}
export PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning"
exec psql -X -q -1 -v ON_ERROR_STOP=1 -d "$owner" -f "$(dirname "$0")/load.sql" >/dev/null
