#!/bin/bash
# Leader of the server's process group: the API and the jobs. When one ends the other is ended too, so that nobody looks at
# half a server; SIGTERM lets both drain. Started by up.sh with the server's environment.
set -u
pids=()

stop() {
	trap '' TERM INT HUP
	[ ${#pids[@]} -eq 0 ] || kill -TERM "${pids[@]}" 2>/dev/null
	wait
	exit "${1:-0}"
}
trap 'stop 0' TERM INT HUP

HZ_DATABASE=$HZ_JOBS_DATABASE "$HZ_BUILD/hz-jobs" >>"$HZ_RUN_DIR/jobs.log" 2>&1 &
pids+=($!)
LD_PRELOAD=${HZ_PRELOAD:-} kore -frnc "$HZ_RUN_DIR/kore.conf" >>"$HZ_RUN_DIR/api.log" 2>&1 &
pids+=($!)
wait -n
stop 1
