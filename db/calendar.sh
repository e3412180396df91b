#!/bin/bash
# Loads a notice of the State Council's holidays, all of it or nothing, and lists the running deadlines it would move; moves none.
# Usage: HZ_OWNER=postgresql://… db/calendar.sh 2027.csv (or - for standard input). How the file is written: docs/guides/operations.md.
set -euo pipefail

: "${HZ_OWNER:?the conninfo URI of the owner of the database}"
file=${1:?usage: db/calendar.sh FILE}
[ "$file" != - ] || file=/dev/stdin
bytes=$(base64 <"$file")
# spreadsheets in China often save in GB 18030
text=$(base64 -d <<<"$bytes" | iconv -f UTF-8 -t UTF-8 2>/dev/null) || text=$(base64 -d <<<"$bytes" | iconv -f GB18030 -t UTF-8 2>/dev/null) ||
	{ echo "不是 UTF-8 或 GB 18030 的文字 / not text in UTF-8 or GB 18030" >&2; exit 1; }
psql "$HZ_OWNER" -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse -v text="$text" <<'SQL'
SELECT format('已装载通知 %s：%s 天，日历变动 %s 天 / loaded notice %s: %s days, %s days of the calendar changed', notice, days, changed,
	notice, days, changed)
  FROM api.calendar_load(:'text');
SQL
exec "$(dirname "$0")/recompute.sh"
