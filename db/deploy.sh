#!/bin/bash
# Bring one database up to date: tables (Sqitch), then the code in schema api (one transaction), then the code tables.
# Usage: HZ_OWNER=postgresql://… db/deploy.sh   (or the URI as first argument). Run as often as you like.
# What has not changed since the last run is not run again; FORCE=1 runs it all.
set -euo pipefail

owner=${1:-${HZ_OWNER:?the conninfo URI of the owner of the database}}
case $owner in
postgres://* | postgresql://*) ;;
*) echo "deploy: the owner must be given as a URI, postgresql://…" >&2; exit 1 ;;
esac
cd "$(dirname "$0")"
export PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning -c idle_in_transaction_session_timeout=0"	# Sqitch waits while psql works
psql=(psql -X -q -v ON_ERROR_STOP=1 -d "$owner")

# What Sqitch and the two loads below would read, as one digest kept as comments on the schemas.
digest() { cat "$@" | sha256sum | cut -c1-64; }
tables=$(digest sqitch.plan deploy/*.sql)
code=$(digest code/*.sql)
data=$(digest data/*.sql)
shopt -s nullglob

kept=$("${psql[@]}" -At <<-'SQL'
	SELECT coalesce(obj_description(to_regnamespace('hz'), 'pg_namespace'), '') || ' ' ||
	       coalesce(obj_description(to_regnamespace('api'), 'pg_namespace'), '');
SQL
)
read -r kept_tables kept_data kept_code _ <<<"$kept - - -" || true
[ "${FORCE:-0}" = 1 ] && kept_tables= kept_data= kept_code=

if [ "$kept_tables" != "$tables" ]; then
	command -v sqitch >/dev/null || { echo "deploy: sqitch is missing (apt install sqitch)" >&2; exit 1; }
	SQITCH_FULLNAME=${SQITCH_FULLNAME:-Deploy} SQITCH_EMAIL=${SQITCH_EMAIL:-deploy@localhost} \
		sqitch --quiet deploy --target "db:pg:${owner#postgres*:}" >&2
fi

if [ "$kept_code" != "$code" ] || [ "$kept_tables" != "$tables" ]; then
	{
		printf 'BEGIN;\n'
		for file in code/*.sql; do
			printf '\\set ON_ERROR_STOP 1\n\\ir %s\n' "$file"
		done
		printf "COMMENT ON SCHEMA api IS '%s';\nCOMMIT;\n" "$code"
	} | "${psql[@]}" -f -
fi

if [ "$kept_data" != "$data" ] || [ "$kept_tables" != "$tables" ]; then
	for file in data/*.sql; do
		"${psql[@]}" -1 -f "$file"
	done
	"${psql[@]}" -c "COMMENT ON SCHEMA hz IS '$tables $data'"
fi
