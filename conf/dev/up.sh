#!/bin/bash
# Brings one copy up in the background, or only its database with `up.sh database`. Built already (the Makefile sees to it).
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/db.sh"

port_check() {
	/usr/bin/python3 - "$port" 2>/dev/null <<-'PY' || die "端口 $port 已被占用,请另选一个,例如 / port $port is taken, choose another: make ${HZ_VERB:-up} PORT=$((port + 1))"
		import socket, sys
		s = socket.socket()
		s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.bind(("127.0.0.1", int(sys.argv[1])))
		s.listen()
	PY
}

serve_start() {
	export HZ_RUN_DIR=$run_dir HZ_BUILD=$top/$build HZ_LISTEN=${HZ_LISTEN:-127.0.0.1} HZ_PORT=$port HZ_DATABASE HZ_JOBS_DATABASE HZ_MEDIA_DATABASE
	export HZ_FILES=${HZ_FILES:-$run_dir/files}
	[ "$HZ_FILES" != "$run_dir/files" ] || { mkdir -p "$HZ_FILES" && chmod 0750 "$HZ_FILES"; }
	export HZ_REPORT_KEY_FILE=${HZ_REPORT_KEY_FILE:-$run_dir/report.key}
	[ -s "$HZ_REPORT_KEY_FILE" ] || (umask 077; head -c 32 /dev/urandom | od -An -v -tx1 | tr -d " \n" >"$HZ_REPORT_KEY_FILE")
	export HZ_UI_DIR=${HZ_UI_DIR:-$top/docs/ui/node_modules/swagger-ui-dist}
	sed "s#build/api.so#$build/api.so#; s#^pidfile.*#pidfile $(realpath --relative-to=. "$run_dir")/kore.pid#" conf/kore.conf >"$run_dir/kore.conf"
	: >"$run_dir/api.log"
	: >"$run_dir/jobs.log"
	: >"$run_dir/media.log"
	setsid conf/dev/serve.sh </dev/null >>"$run_dir/api.log" 2>&1 9>&- &
	echo "$! $(proc_started $!)" >"$run_dir/serve.pid"
}

serve_wait() {
	local tries=0
	until curl -fso /dev/null --max-time 2 "http://127.0.0.1:$port/readyz"; do
		tries=$((tries + 1))
		if [ -z "$(serve_group)" ] || [ $tries -gt 300 ]; then
			serve_stop
			die "服务没有就绪,见 / the server did not become ready, see $run_dir/api.log, $run_dir/jobs.log, $run_dir/media.log:" \
				"$(tail -qn 8 "$run_dir/api.log" "$run_dir/jobs.log" "$run_dir/media.log")"
		fi
		sleep 0.1
	done
}

# The key of the first line people try: an inspector of the demo office, or a new one in an empty database. Made again when
# the database no longer knows it.
demo_key() {
	local file=$run_dir/demo.key person=0190d000-0000-7000-8002-000000000005
	curl -fso /dev/null -H "Authorization: Bearer $(cat "$file" 2>/dev/null)" "http://127.0.0.1:$port/v1/me" ||
		(umask 077; ROLE=inspector DISTRICT=500103 NAME="检查员(演示)" INSTITUTION= TYPE= STREET= \
			ACTOR=$(psql "$HZ_OWNER" -XAtqc "SELECT id FROM hz.actor WHERE id = '$person'") conf/dev/key.sh >"$file")
	cat "$file"
}

banner() {
	local key
	key=$(demo_key)
	cat <<-TEXT

	安全隐患排查整治系统已就绪 / ready:  http://127.0.0.1:$port
	接口文档 / documents:  http://127.0.0.1:$port/docs
	日志 / log:  $run_dir/api.log
	试一试 / try:
	curl -s 'http://127.0.0.1:$port/v1/findings?limit=3' -H 'Authorization: Bearer $key'

	TEXT
}

run_lock
serve_stop
[ "${1:-}" = database ] || port_check
db_up
[ "${DEMO:-1}" = 0 ] || db_demo
if [ "${1:-}" != database ]; then
	serve_start
	serve_wait
	[ -n "${HZ_TEST:-}" ] || banner
fi
