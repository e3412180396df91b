#!/bin/bash
# Loads a notice of holidays into the copy in RUN_DIR (or HZ_OWNER): FILE=2027.csv. See db/calendar.sh.
. "$(dirname "$0")/lib.sh"

[ -r "${FILE:-}" ] || die "用法 / usage: make calendar FILE=2027.csv"
owner_database
exec db/calendar.sh "$FILE"
