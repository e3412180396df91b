#!/bin/bash
# Leader of the server's process group: the API, the jobs and the media worker, as systemd looks after them in production. Jobs
# and media workers that die are started again after a second; when the API ends all ends, so that nobody looks at half a
# server. SIGTERM lets all drain. Started by up.sh with the server's environment.
set -u
jobs="" media="" api=""

stop() {
	trap '' TERM INT HUP
	[ -z "$jobs$media$api" ] || kill -TERM $jobs $media $api 2>/dev/null
	wait
	exit "${1:-0}"
}
trap 'stop 0' TERM INT HUP

jobs_start() {
	HZ_DATABASE=$HZ_JOBS_DATABASE "$HZ_BUILD/hz-jobs" >>"$HZ_RUN_DIR/jobs.log" 2>&1 &
	jobs=$!
}

media_start() {
	HZ_DATABASE=$HZ_MEDIA_DATABASE "$HZ_BUILD/hz-media" >>"$HZ_RUN_DIR/media.log" 2>&1 &
	media=$!
}

jobs_start
media_start
LD_PRELOAD=${HZ_PRELOAD:-} kore -frnc "$HZ_RUN_DIR/kore.conf" >>"$HZ_RUN_DIR/api.log" 2>&1 &
api=$!
while wait -n -p ended "$jobs" "$media" "$api"; [ "$ended" != "$api" ]; do
	[ "$ended" = "$jobs" ] && jobs="" || media=""
	sleep 1 &
	wait $!
	[ -n "$jobs" ] || jobs_start
	[ -n "$media" ] || media_start
done
stop 1
