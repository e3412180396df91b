# What up.sh, key.sh and the tests share about the database. Sourced after lib.sh.

# A role for one login of one copy; on another server its name carries the copy, so that copies do not spoil each other.
# Prints the conninfo for it: the owner's with user and password replaced (the last mention of a keyword wins in libpq).
db_login() {
	local group=$1 role=$1_login password="" join='&'
	if [ -n "${DATABASE_URL:-}" ]; then
		role=$1_login_$tag
		[ -s "$run_dir/$role.password" ] || (umask 077; head -c 32 /dev/urandom | sha256sum | cut -c1-48 >"$run_dir/$role.password")
		password=$(cat "$run_dir/$role.password")
	fi
	HZ_PASSWORD=$password psql "$HZ_OWNER" -XAtq -v ON_ERROR_STOP=1 -v role="$role" -v group="$group" >/dev/null <<-'SQL'
		\getenv password HZ_PASSWORD
		SELECT format('CREATE ROLE %I LOGIN IN ROLE %I', :'role', :'group')
		WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
		SELECT format('ALTER ROLE %I PASSWORD %L', :'role', :'password') WHERE :'password' <> '' \gexec
		-- what the API's commands refuse is no fault: no line in PostgreSQL's log tells when somebody was refused
		SELECT format('ALTER ROLE %I SET log_min_messages = log', :'role')
		WHERE :'group' = 'hz_api' AND has_parameter_privilege(current_user, 'log_min_messages', 'SET') \gexec
	SQL
	case $HZ_OWNER in
	*://*\?*) ;;
	*://*) join='?' ;;
	*) join=' ' ;;
	esac
	[ "$join" = ' ' ] && echo "$HZ_OWNER user=$role${password:+ password=$password}" ||
		echo "$HZ_OWNER${join}user=$role${password:+&password=$password}"
}

# Server, schema, code, code tables, logins; sets and records HZ_OWNER, HZ_DATABASE, HZ_JOBS_DATABASE, HZ_MEDIA_DATABASE, HZ_FILES.
db_up() {
	if [ -n "${DATABASE_URL:-}" ]; then
		HZ_OWNER=$DATABASE_URL
		psql "$HZ_OWNER" -XAtqc 'SELECT 1' >/dev/null 2>"$run_dir/psql.log" ||
			die "连不上 DATABASE_URL / cannot reach DATABASE_URL:" "$(tail -n 2 "$run_dir/psql.log")"
	else
		pg_start
		HZ_OWNER="postgresql:///hz?host=$pg_socket&user=hz_owner"
	fi
	export HZ_OWNER
	db/deploy.sh >"$run_dir/deploy.log" 2>&1 9>&- ||
		die "数据库结构没有部署成功,见 / the schema was not deployed, see $run_dir/deploy.log:" "$(tail -n 15 "$run_dir/deploy.log")"
	HZ_DATABASE=$(db_login hz_api)
	HZ_JOBS_DATABASE=$(db_login hz_jobs)
	HZ_MEDIA_DATABASE=$(db_login hz_media)
	HZ_FILES=$(realpath -m -- "${HZ_FILES:-$run_dir/files}")
	(umask 077; printf '%s=%q\n' HZ_OWNER "$HZ_OWNER" HZ_DATABASE "$HZ_DATABASE" HZ_JOBS_DATABASE "$HZ_JOBS_DATABASE" \
		HZ_MEDIA_DATABASE "$HZ_MEDIA_DATABASE" \
		HZ_FILES "$HZ_FILES" HZ_BASE_URL "http://127.0.0.1:$port" >"$run_dir/env")
}

# Once for a database: an office that already has institutions is left alone.
db_demo() {
	[ "$(psql "$HZ_OWNER" -XAtqc 'SELECT EXISTS (SELECT FROM hz.institution)')" = f ] || return 0
	HZ_FILES=$HZ_FILES db/demo/load.sh >"$run_dir/demo.log" 2>&1 9>&- ||
		die "演示数据没有装入,见 / demo data not loaded, see $run_dir/demo.log:" "$(tail -n 8 "$run_dir/demo.log")"
}
