#!/bin/bash
# Prints one API key and nothing else: ROLE DISTRICT [INSTITUTION TYPE STREET NAME ACTOR]; commas separate several.
. "$(dirname "$0")/lib.sh"

[ -n "${ROLE:-}" ] ||
	die "用法 / usage: make key ROLE=inspector DISTRICT=500103 [INSTITUTION=uuid] [TYPE=…] [STREET=…] [NAME=…] [ACTOR=uuid]"
[ -r "$run_dir/env" ] || die "还没有数据库,请先 make up / no database yet: make up first"
. "$run_dir/env"
psql "$HZ_OWNER" -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse -v role="$ROLE" -v districts="${DISTRICT:-}" -v institutions="${INSTITUTION:-}" \
	-v types="${TYPE:-}" -v streets="${STREET:-}" -v name="${NAME:-}" -v actor="${ACTOR:-}" <<'SQL'
SELECT key FROM api.issue_key(:'role', string_to_array(:'districts', ','), string_to_array(:'institutions', ',')::uuid[],
	string_to_array(:'types', ','), string_to_array(:'streets', ','), :'name',
	NULLIF(:'actor', '')::uuid);
SQL
