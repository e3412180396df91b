#!/bin/bash
# Loads a notice of the State Council's holidays, all of it or nothing, and lists the running deadlines it would move; moves none.
# Usage: HZ_OWNER=postgresql://… db/calendar.sh 2027.csv (or - for standard input). How the file is written: docs/guides/operations.md.
set -euo pipefail

: "${HZ_OWNER:?the conninfo URI of the owner of the database}"
. "$(dirname "$0")/text.sh"
text=$(text_of "${1:?usage: db/calendar.sh FILE}")
psql "$HZ_OWNER" -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse -v text="$text" <<'SQL'
SELECT format('已装载通知 %s：%s 天，日历变动 %s 天 / loaded notice %s: %s days, %s days of the calendar changed', notice, days, changed,
	notice, days, changed)
  FROM api.calendar_load(:'text');
SQL
exec "$(dirname "$0")/recompute.sh"
