#!/bin/bash
# Leader of the server's process group: the API and the jobs, as systemd looks after them in production. Jobs that die are
# started again after a second; when the API ends all ends, so that nobody looks at half a server. SIGTERM lets both drain.
# Started by up.sh with the server's environment.
set -u
jobs="" api=""

stop() {
	trap '' TERM INT HUP
	[ -z "$jobs$api" ] || kill -TERM $jobs $api 2>/dev/null
	wait
	exit "${1:-0}"
}
trap 'stop 0' TERM INT HUP

jobs_start() {
	HZ_DATABASE=$HZ_JOBS_DATABASE "$HZ_BUILD/hz-jobs" >>"$HZ_RUN_DIR/jobs.log" 2>&1 &
	jobs=$!
}

jobs_start
LD_PRELOAD=${HZ_PRELOAD:-} kore -frnc "$HZ_RUN_DIR/kore.conf" >>"$HZ_RUN_DIR/api.log" 2>&1 &
api=$!
while wait -n -p ended "$jobs" "$api"; [ "$ended" = "$jobs" ]; do
	jobs=""
	sleep 1 &
	wait $!
	jobs_start
done
stop 1
