#!/bin/bash
# Loads a hazard standard into the copy in RUN_DIR (or HZ_OWNER): FILE=standard.csv. See db/standard.sh.
. "$(dirname "$0")/lib.sh"

[ -r "${FILE:-}" ] || die "用法 / usage: make standard FILE=standard.csv"
owner_database
exec db/standard.sh "$FILE"
