#!/bin/bash
# Stops what runs for $RUN_DIR: the server's own group, then its private PostgreSQL. `down.sh remove` deletes the folder and
# the data that belong to it as well. Never hangs: every wait is bounded and ends in SIGKILL.
. "$(dirname "$0")/lib.sh"

[ -e "$run_dir/lock" ] || exit 0
run_lock
serve_stop
pg_stop
if [ "${1:-}" = remove ]; then
	pg_remove
	rm -rf -- "$run_dir"
fi
