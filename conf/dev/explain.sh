#!/bin/bash
# The plan of one statement against the running database, as the API's login sees it: Q=findings/list WITH="state=confirmed".
. "$(dirname "$0")/lib.sh"
[ -r "$run_dir/env" ] || die "还没有数据库,请先 make up / no database yet: make up first"
. "$run_dir/env"
sql=$(/usr/bin/python3 -B conf/dev/explain.py ${Q:-} ${WITH:-})
psql "$HZ_DATABASE" -Xq -v ON_ERROR_STOP=1 <<<"$sql"
