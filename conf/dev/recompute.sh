#!/bin/bash
# Counts the running deadlines of the copy in RUN_DIR (or HZ_OWNER) again: a list, or with APPLY=1 the deed. See db/recompute.sh.
. "$(dirname "$0")/lib.sh"

owner_database
case ${APPLY:-0} in
0) exec db/recompute.sh ;;
1) exec db/recompute.sh apply ;;
*) die "用法 / usage: make recompute [APPLY=1]" ;;
esac
