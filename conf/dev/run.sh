#!/bin/bash
# The same as up.sh in the foreground: shows the log, and takes everything down on Ctrl-C or when the server ends.
. "$(dirname "$0")/lib.sh"

finish() {
	trap '' INT TERM HUP
	[ -z "${tail_pid:-}" ] || kill "$tail_pid" 2>/dev/null || true
	# Another `make up` of this folder may have taken over: then it is not ours to stop.
	if [ -z "${serving:-}" ] || [ ! -e "$run_dir/serve.pid" ] || [ "$(cat "$run_dir/serve.pid")" = "$serving" ]; then
		conf/dev/down.sh
	fi
	exit "$1"
}
trap 'finish 130' INT
trap 'finish 143' TERM HUP

HZ_VERB=run conf/dev/up.sh || finish 1
serving=$(cat "$run_dir/serve.pid")
say "按 Ctrl-C 停止 / Ctrl-C stops it"
tail -n 0 -f --pid="${serving%% *}" "$run_dir/api.log" &
tail_pid=$!
wait "$tail_pid" || true
finish 0
