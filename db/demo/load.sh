#!/bin/sh
# Fill an empty deployed database with the demo district. Usage: HZ_OWNER=postgresql://… HZ_FILES=folder db/demo/load.sh
# Does nothing when the demo is there already.
set -eu
owner=${1:-${HZ_OWNER:?the conninfo URI of the owner of the database}}
store=${HZ_FILES:?the folder of the files}
cd "$(dirname "$0")"
export PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning"

# The files first, then the rows that name them.
files=
for file in files/*; do
	sum=$(sha256sum <"$file" | cut -c1-64)
	blob=$store/blobs/$(echo "$sum" | cut -c1-2)/$(echo "$sum" | cut -c3-4)/$sum
	[ -e "$blob" ] || install -D -m 0640 "$file" "$blob"
	case $file in
	*.png) type=image/png ;;
	*) type=image/jpeg ;;
	esac
	files="$files${files:+, }('${file#files/}', '$sum', $(wc -c <"$file"), '$type')"
done
exec psql -X -q -1 -v ON_ERROR_STOP=1 -v files="$files" -d "$owner" -f load.sql >/dev/null
