#!/bin/bash
# Loads a hazard standard (重大事故隐患判定标准), or more clauses of one, from a file: all of it or nothing.
# Usage: HZ_OWNER=postgresql://… db/standard.sh standard.csv (or - for standard input). How the file is written: docs/guides/operations.md.
set -euo pipefail

: "${HZ_OWNER:?the conninfo URI of the owner of the database}"
. "$(dirname "$0")/text.sh"
text=$(text_of "${1:?usage: db/standard.sh FILE}")
psql "$HZ_OWNER" -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse -v text="$text" <<'SQL'
SELECT format('已装载 %s：新增 %s 条，原有 %s 条 / loaded: %s clauses added, %s were there', standard, added, kept, added, kept)
  FROM api.standard_load(:'text');
SQL
