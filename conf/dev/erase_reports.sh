#!/bin/bash
# Reports at the end of their retention: lists them under their pseudonyms, oldest first; with APPLY=1 erases those that nothing keeps, and rewrites the
# tables, so that no old row stays in their files. [DISTRICT]. HZ_OWNER, or else the copy in RUN_DIR.
. "$(dirname "$0")/lib.sh"

if [ -z "${HZ_OWNER:-}" ]; then
	[ -r "$run_dir/env" ] || die "还没有数据库,请先 make up,或给出 HZ_OWNER / no database yet: make up first, or give HZ_OWNER"
	. "$run_dir/env"
fi
sql() { PGOPTIONS="-c client_min_messages=warning" psql "$HZ_OWNER" -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse -v district="${DISTRICT:-}" "$@"; }

sql -F ' ' <<'SQL'
SELECT erase_on, pseudonym, district, state || coalesce('/' || result, ''), messages || ' messages', files || ' files', coalesce('kept: ' || kept_by, 'due')
  FROM api.reports_due(nullif(:'district', ''))
SQL
if [ "${APPLY:-}" != 1 ]; then
	say "只是列出;APPLY=1 才清除 / listed only; APPLY=1 erases what is due"
	exit 0
fi
erased=$(sql <<<"SELECT api.reports_erase(100000, nullif(:'district', ''))")
for table in report report_act report_message report_file report_finding report_assignment report_clock report_reward identity_request; do
	sql -c "VACUUM (FULL) hz.$table"
done
sql -c "VACUUM hz.attachment, hz.idempotency"
say "已清除 $erased 件;文件由 hz-jobs 随后删除。备份另行处理:docs/guides/reports.md / $erased erased; hz-jobs removes their files. Backups are another matter"
