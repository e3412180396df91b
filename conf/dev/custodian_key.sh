#!/bin/bash
# What identities of reports are sealed to in a district from now on: DISTRICT PUBLIC [NAME: a note]. Prints the fingerprint, which the custodian
# compares with that of the key file. HZ_OWNER, or else the copy in RUN_DIR.
. "$(dirname "$0")/lib.sh"

[ -n "${DISTRICT:-}" ] && [ -n "${PUBLIC:-}" ] ||
	die "用法 / usage: make custodian-key DISTRICT=500103 PUBLIC=64 位十六进制 [NAME=…]   (docs/guides/custodian.md)"
if [ -z "${HZ_OWNER:-}" ]; then
	[ -r "$run_dir/env" ] || die "还没有数据库,请先 make up,或给出 HZ_OWNER / no database yet: make up first, or give HZ_OWNER"
	. "$run_dir/env"
fi
# a key nothing can be sealed to would be found out by the first reporter
echo | "$build/hz-custodian" seal "$PUBLIC" >/dev/null || exit 1
psql "$HZ_OWNER" -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse -v district="$DISTRICT" -v public="$PUBLIC" -v note="${NAME:-}" <<'SQL'
SELECT 'fingerprint ' || fingerprint || coalesce(E'\nretired ' || retired || format(E'\n%s 件身份仍用旧钥匙密封,旧私钥须保存到它们清除为止 / identities stay sealed to the old key: keep its private half until they are erased', sealed_to_retired), '')
  FROM api.custodian_key_set(:'district', :'public', nullif(:'note', ''));
SQL
