#!/bin/bash
# Replays real inspection records through the running API and reconciles them: REALDATA=folder that holds sf/, FINDINGS=2000 for a
# slice instead of all 39,006 (FINDINGS=all). May be cut and started again.
. "$(dirname "$0")/../../conf/dev/lib.sh"
[ -r "$run_dir/env" ] || die "还没有数据库,请先 make up / no database yet: make up first"
. "$run_dir/env"
data=${REALDATA:-../shared/realdata}/sf
[ -r "$data/sf_violations.csv" ] || die "没有真实数据 $data,请用 REALDATA 指明 / no real records in $data: name their folder by REALDATA"
district=${DISTRICT:-500112}
exec /usr/bin/python3 -B tests/replay/replay.py --url "$HZ_BASE_URL" --data "$data" --district "$district" --state "$run_dir/replay.json" \
	--admin-key "$(ROLE=admin DISTRICT=$district INSTITUTION= TYPE= STREET= NAME= ACTOR= conf/dev/key.sh)" \
	$([ "${FINDINGS:-all}" = all ] && echo --all || echo --findings "$FINDINGS")
