#!/bin/bash
# One-shot: tables, code, code tables, then the logins of the API, the jobs and the media worker with the passwords of their conninfo files.
# `deploy.sh key ROLE DISTRICT NAME` issues an API key and prints it instead; `deploy.sh calendar` loads a notice of holidays from standard
# input, `deploy.sh standard` a hazard standard, `deploy.sh recompute [apply]` counts running deadlines again.
set -euo pipefail
umask 077
export HOME=/tmp PGPASSFILE=/tmp/owner.pass
printf '*:*:*:hz_owner:%s\n' "$(cat "$HZ_OWNER_PASSWORD_FILE")" >"$PGPASSFILE"

case ${1:-} in
key)
	exec psql "$HZ_OWNER" -XAtq -v ON_ERROR_STOP=1 -v role="$2" -v districts="$3" -v name="$4" <<-'SQL'
		SELECT key FROM api.issue_key(:'role', string_to_array(:'districts', ','), '{}', '{}', '{}', :'name', NULL);
	SQL
	;;
standard) exec /opt/hz/db/standard.sh - ;;
calendar) exec /opt/hz/db/calendar.sh - ;;
recompute) exec /opt/hz/db/recompute.sh ${2:+"$2"} ;;
esac

login() {
	local group=$1 uri
	uri=$(cat "$2")
	[[ $uri =~ ^postgresql://([a-z_]+):([A-Za-z0-9._~-]{20,})@ ]] ||
		{ echo "$2: postgresql://login:password@…, the password 20 or more of A-Z a-z 0-9 . _ ~ -" >&2; exit 1; }
	HZ_PASSWORD=${BASH_REMATCH[2]} psql "$HZ_OWNER" -XAtq -v ON_ERROR_STOP=1 -v role="${BASH_REMATCH[1]}" -v group="$group" <<-'SQL'
		\getenv password HZ_PASSWORD
		SELECT format('CREATE ROLE %I LOGIN IN ROLE %I', :'role', :'group')
		WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
		SELECT format('ALTER ROLE %I PASSWORD %L', :'role', :'password') \gexec
		-- what the API's commands refuse is no fault: no line in PostgreSQL's log tells when somebody was refused
		SELECT format('ALTER ROLE %I SET log_min_messages = log', :'role')
		WHERE :'group' = 'hz_api' AND has_parameter_privilege(current_user, 'log_min_messages', 'SET') \gexec
	SQL
}

/opt/hz/db/deploy.sh
login hz_api "$HZ_API_DATABASE_FILE"
login hz_jobs "$HZ_JOBS_DATABASE_FILE"
login hz_media "$HZ_MEDIA_DATABASE_FILE"
echo "deployed"
