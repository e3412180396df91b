#!/bin/bash
# Holds every file against the database: `make verify-attachments`. The copy in RUN_DIR, or HZ_DATABASE (of a login in role
# hz_jobs) and HZ_FILES. Exit code 0: all is well; 1: lines on standard output say what is missing, changed or orphaned.
. "$(dirname "$0")/lib.sh"

if [ -z "${HZ_DATABASE:-}${HZ_DATABASE_FILE:-}" ]; then
	[ -r "$run_dir/env" ] || die "没有运行中的系统：先 make up，或给出 HZ_DATABASE 与 HZ_FILES / nothing runs here: make up first, or give HZ_DATABASE and HZ_FILES"
	. "$run_dir/env"
	HZ_DATABASE=$HZ_JOBS_DATABASE
	export HZ_DATABASE
fi
export HZ_FILES=${HZ_FILES:?the folder of the files}
exec "$top/$build/hz-jobs" verify
