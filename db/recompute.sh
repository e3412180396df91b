#!/bin/bash
# Counts running deadlines and clocks again along the calendar as it is now. Lists what would move and what would no longer be
# provisional; with `apply` sets them, each with its reason, and keeps the dates before.
# Usage: HZ_OWNER=postgresql://… db/recompute.sh [apply]
set -euo pipefail

: "${HZ_OWNER:?the conninfo URI of the owner of the database}"
case ${1:-} in
apply) moves=api.deadline_recompute title="已重新计算 / set anew" ;;
'') moves=api.deadline_moves title="重新计算会改动的 / would change" ;;
*) echo "usage: db/recompute.sh [apply]" >&2; exit 1 ;;
esac
psql "$HZ_OWNER" -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse -v moves="$moves" -v title="$title" <<'SQL'
WITH m AS MATERIALIZED (SELECT m, row_number() OVER () AS n FROM :moves() m)
SELECT line FROM (
	SELECT 0 AS n, format('%s：%s 条，其中日期变动 %s 条 / %s, dates that move: %s', :'title', count(*), count(*) FILTER (WHERE (m).old_due <> (m).new_due),
		count(*), count(*) FILTER (WHERE (m).old_due <> (m).new_due)) AS line FROM m
	UNION ALL
	SELECT n, concat_ws(E'\t', (m).district, (m).institution, (m).kind, coalesce((m).finding_id::text, '-'), left((m).title, 40),
		(m).old_due || ' → ' || (m).new_due, coalesce((SELECT string_agg(s ->> 'text', '；') FROM jsonb_array_elements((m).explanation) s
			WHERE s ->> 'step' IN ('skipped', 'roll')), '期限不变，不再暂定'))
	  FROM m) l
 ORDER BY n;
SQL
