#!/bin/bash
# Builds what the images hold with their own script (conf/image/build.sh) in a clean Debian 12 made by debootstrap, and runs all of
# docker-compose.yml's services from it: closed as there (no root, no capability, nothing to gain, root read-only) in a network of its own
# with a name server at 127.0.0.11. Needs root, debootstrap, haproxy's and Debian's packages from the mirror; takes minutes. Leaves nothing.
# It is no container engine: Docker's own seccomp profile, cgroups and the Dockerfile's syntax are not tried here.
#   MIRROR=http://deb.debian.org/debian   BASE=a debootstrap made before
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD

if [ "${1:-}" != inside ]; then
	[ "$(id -u)" = 0 ] || { echo "root only" >&2; exit 1; }
	for tool in /usr/sbin/debootstrap unshare ip curl openssl git; do
		command -v $tool >/dev/null || { echo "missing: $tool" >&2; exit 1; }
	done
	[ -e docs/ui/node_modules/swagger-ui-dist ] || { echo "make deps first" >&2; exit 1; }
	work=$(mktemp -d /tmp/hz-image.XXXXXX)
	chmod 0755 "$work"
	trap 'rm -rf --one-file-system "$work"' EXIT
	timeout -k 10 "${LIMIT:-1500}" unshare --mount --pid --fork --kill-child --mount-proc --propagation private -- "$0" inside "$work"
	exit
fi

work=$2 base=${BASE:-$2/base}
say() { echo "== $*"; }
fail() {
	echo "FAILED: $*" >&2
	tail -n 12 "$work"/*.log >&2
	exit 1
}

# ---- the images: the base below, what each adds on top of it ----

image() {
	local root=$work/$1
	mkdir -p "$work/up.$1" "$work/work.$1" "$root"
	mount -t overlay overlay -o "lowerdir=$base,upperdir=$work/up.$1,workdir=$work/work.$1" "$root"
	mount -t proc proc "$root/proc"
	mount -t tmpfs -o mode=755 tmpfs "$root/dev"
	local node
	for node in null zero random urandom; do
		touch "$root/dev/$node"
		mount --bind "/dev/$node" "$root/dev/$node"
	done
	ln -s /proc/self/fd "$root/dev/fd"
	mkdir "$root/dev/shm"
	chmod 1777 "$root/dev/shm"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	install -m 0755 conf/image/build.sh "$root/build.sh"
	chroot "$root" /build.sh packages "$1" >"$work/packages.$1.log" 2>&1 || fail "packages of $1"
	rm "$root/build.sh"
}

[ -n "${BASE:-}" ] || { say debootstrap; /usr/sbin/debootstrap --variant=minbase bookworm "$base" "${MIRROR:-http://deb.debian.org/debian}" >"$work/debootstrap.log" 2>&1 ||
	fail debootstrap; }
say "build"
image build
mkdir -p "$work/build/src"
git ls-files -co --exclude-standard -- Makefile api db docs conf | tar -c --ignore-failed-read -T - 2>/dev/null | tar -x -C "$work/build/src"
mkdir -p "$work/build/src/docs/ui/node_modules"
cp -r docs/ui/node_modules/swagger-ui-dist "$work/build/src/docs/ui/node_modules"
chroot "$work/build" /bin/bash -c 'cd /src && conf/image/build.sh compile /out' >"$work/compile.log" 2>&1 || fail compile
say "api, media, deploy, database, balancer"
for one in api media deploy database balancer; do image $one; done
cp -a "$work/build/out/." "$work/api/"
mkdir -p "$work"/{media,deploy,database,balancer}/opt/hz/conf/image "$work/media/opt/hz/build"
cp "$work/build/out/opt/hz/build/hz-media" "$work/media/opt/hz/build/"
cp conf/image/ready.sh "$work/media/opt/hz/conf/image/"
cp -r db "$work/deploy/opt/hz/"
cp conf/image/deploy.sh "$work/deploy/opt/hz/conf/image/"
cp conf/postgresql.conf "$work/database/opt/hz/conf/"
cp conf/image/database.sh "$work/database/opt/hz/conf/image/"
cp conf/haproxy.cfg "$work/balancer/opt/hz/conf/"
cp conf/image/ready.sh "$work/balancer/opt/hz/conf/image/"
conf/image/secrets.sh "$work/secrets"
chmod 0755 "$work/secrets"
mkdir -p "$work/data" "$work/files" "$work/work"
chown 10001:10001 "$work/data" "$work/files" "$work/work"
for one in api media deploy database balancer; do
	printf 'nameserver 127.0.0.11\noptions timeout:1\n' >"$work/$one/etc/resolv.conf"
	printf '127.0.0.1 localhost\n' >"$work/$one/etc/hosts"
	mkdir -p "$work/$one/run/secrets"
	mount --bind "$work/secrets" "$work/$one/run/secrets"
	[ $one != database ] || mount --bind "$work/data" "$work/$one/var/lib/hz"
	[ $one != api ] && [ $one != media ] || mount --bind "$work/files" "$work/$one/var/lib/hz/files"
	[ $one != media ] || mount --bind "$work/work" "$work/$one/var/lib/hz/work"
	mount -o remount,ro "$work/$one"
	mount -t tmpfs -o mode=1777,size=64m tmpfs "$work/$one/tmp"
done
du -sh "$work"/up.* | sed 's,/.*/up\.,,'

# ---- run them ----

# closed IMAGE [NAME=VALUE …] command: as the compose file's x-closed has it.
closed() {
	local root=$work/$1
	shift
	exec chroot "$root" setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
		env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
until_true() {
	local tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -le 150 ] || return 1
		sleep 0.2
	done
}
get() { curl -q -s --noproxy '*' --max-time 10 --cacert "$work/secrets/tls.crt" --resolve localhost:8443:127.0.0.1 "$@"; }
status() { get -o /dev/null -w '%{http_code}' "$@" || true; }
is() { [ "$(status "${@:2}")" = "$1" ]; }
owner=HZ_OWNER=postgresql://hz_owner@db/hz
owner_password=HZ_OWNER_PASSWORD_FILE=/run/secrets/owner_password
api_file=/run/secrets/api_database jobs_file=/run/secrets/jobs_database
media_file=/run/secrets/media_database files=HZ_FILES=/var/lib/hz/files

database() { closed database $owner_password /opt/hz/conf/image/database.sh; }
deploy() { closed deploy $owner $owner_password HZ_API_DATABASE_FILE=$api_file HZ_JOBS_DATABASE_FILE=$jobs_file \
	HZ_MEDIA_DATABASE_FILE=$media_file /opt/hz/conf/image/deploy.sh "$@"; }
api() { cd "$top"; closed api HZ_LISTEN=0.0.0.0 HZ_METRICS_PORT=9180 HZ_DRAIN_MS=3000 HZ_DATABASE_FILE=$api_file HZ_REPORT_KEY_FILE=/run/secrets/report_key $files \
	HZ_UI_DIR=/opt/hz/docs/ui/node_modules/swagger-ui-dist env --chdir=/opt/hz kore -frnc conf/kore.conf; }

unshare_net() {
	ip link set lo up
	/usr/bin/python3 -B "$top/tests/container/names.py" db=127.0.0.2 api=127.0.0.3 &
	say "run"
	( database ) >"$work/run.database.log" 2>&1 &
	db_pid=$!
	until_true chroot "$work/database" /usr/lib/postgresql/15/bin/pg_isready -q -h 127.0.0.1 -d hz || fail "the database"
	( deploy ) >"$work/run.deploy.log" 2>&1 || fail deploy
	( deploy ) >"$work/run.deploy2.log" 2>&1 || fail "deploy once more"
	( deploy calendar ) <tests/cases/notices/2026.csv >"$work/run.calendar.log" 2>&1 || fail calendar
	( deploy recompute apply ) 2>&1 | grep -q "dates that move: 0" || fail recompute
	( api ) >"$work/run.api.log" 2>&1 &
	api_pid=$!
	( closed api HZ_DATABASE_FILE=$jobs_file $files /opt/hz/build/hz-jobs ) >"$work/run.jobs.log" 2>&1 &
	jobs_pid=$!
	( closed media HZ_DATABASE_FILE=$media_file $files HZ_MEDIA_TEMP=/var/lib/hz/work /opt/hz/build/hz-media ) >"$work/run.media.log" 2>&1 &
	media_pid=$!
	( closed balancer HZ_TLS_FILE=/run/secrets/tls.pem haproxy -W -db -f /opt/hz/conf/haproxy.cfg ) >"$work/run.balancer.log" 2>&1 &
	until_true is 200 https://localhost:8443/readyz || fail "not ready behind the balancer"

	say "check"
	( closed api /opt/hz/conf/image/ready.sh 8080 ) || fail "health check of the API"
	( closed api /opt/hz/conf/image/ready.sh session 5432 ) || fail "health check of the jobs"
	( closed media /opt/hz/conf/image/ready.sh session 5432 ) || fail "health check of the media worker"
	( closed balancer /opt/hz/conf/image/ready.sh 8404 ) || fail "health check of the balancer"
	( closed api /opt/hz/conf/image/ready.sh 8081 ) 2>/dev/null && fail "a health check that always passes"
	key=$( ( deploy key admin 500103 管理员 ) 2>>"$work/run.deploy.log" ) || fail "no key"
	key2=$( ( deploy key inspector 500103 检查员 ) 2>>"$work/run.deploy.log" ) || fail "no key of an inspector"
	[ "$(get --http2 -H "Authorization: Bearer $key" -o /dev/null -w '%{http_code} %{http_version}' https://localhost:8443/v1/me)" = "200 2" ] || fail "/v1/me by HTTP/2"
	is 401 https://localhost:8443/v1/me || fail "/v1/me without a key"
	is 200 https://localhost:8443/docs || is 200 https://localhost:8443/docs/ || fail "/docs"
	is 404 https://localhost:8443/metrics || fail "/metrics is reachable"
	is 200 http://127.0.0.3:9180/metrics || fail "metrics"
	is 201 https://localhost:8443/v1/org-units -H "Authorization: Bearer $key" -H 'Content-Type: application/json' \
		-d '{"district":"500103","kind":"section","name":"安全科"}' || fail "POST /v1/org-units: $(get https://localhost:8443/v1/org-units -H "Authorization: Bearer $key" -H 'Content-Type: application/json' -d '{"district":"500103","kind":"section","name":"安全科"}')"

	# a photograph that must not tell who made it, through all of them: cleaned, its thumbnail made
	local photo id
	photo=$work/photo.jpg
	chroot "$work/media" /usr/bin/vips black /tmp/photo.jpg 900 600 --bands 3 && cp "$work/media/tmp/photo.jpg" "$photo" || fail "no photograph"
	id=$(get "https://localhost:8443/v1/attachments?filename=photo.jpg&protected=true" -H "Authorization: Bearer $key2" \
		-H 'Content-Type: application/octet-stream' --data-binary "@$photo" | sed -n 's/^{"id" *: *"\([0-9a-f-]*\)".*/\1/p')
	until_true is 200 "https://localhost:8443/v1/attachments/$id/thumbnail" -H "Authorization: Bearer $key2" ||
		fail "no thumbnail: $(get "https://localhost:8443/v1/attachments/$id/meta" -H "Authorization: Bearer $key2")"

	# an order on paper, with the fonts and tools that the image has
	made() {	# key, path, body → the member named, of what was made
		get "https://localhost:8443/v1/$2" -H "Authorization: Bearer $1" -H 'Content-Type: application/json' -d "$3" |
			grep -o "\"$4\" *: *\"[0-9a-f-]*\"" | head -n 1 | cut -d'"' -f4
	}
	local key3 place finding order
	key3=$( ( deploy key section_chief 500103 科长 ) 2>>"$work/run.deploy.log" ) || fail "no key of a section chief"
	place=$(made "$key3" institutions '{"name":"试验养老院","type":"elderly_care","district":"500103","street":"500103001"}' id)
	finding=$(made "$key2" findings "{\"institution_id\":\"$place\",\"category\":\"fire\",\"severity\":\"general\",\"description\":\"安全出口上锁\"}" id)
	order=$(made "$key2" "findings/$finding/orders" '{"days":7}' order_id)
	until_true is 200 "https://localhost:8443/v1/rectification-orders/$order/document" -H "Authorization: Bearer $key2" -H 'Accept: application/pdf' ||
		fail "no document: $(get "https://localhost:8443/v1/rectification-orders/$order/document" -H "Authorization: Bearer $key2")"

	local pid workers=0
	for pid in $(pgrep -P "$api_pid") "$api_pid" "$jobs_pid" "$media_pid" "$db_pid"; do
		[ "$(awk '/^Uid:/ { print $2 }' "/proc/$pid/status")" = 10001 ] || fail "$pid is not user 10001"
		awk '/^Cap(Prm|Eff|Bnd):/ && $2 !~ /^0+$/ { exit 1 }' "/proc/$pid/status" || fail "$pid has capabilities"
		grep -q '^NoNewPrivs:.1' "/proc/$pid/status" || fail "$pid may gain privileges"
		! tr '\0' '\n' <"/proc/$pid/environ" | grep -q 'postgresql://.*:.*@' || fail "a password in the environment of $pid"
		! tr '\0' '\n' <"/proc/$pid/cmdline" | grep -q 'postgresql://.*:.*@' || fail "a password in the command of $pid"
	done
	for pid in $(pgrep -P "$api_pid"); do
		! grep -q '^Seccomp:.2' "/proc/$pid/status" || workers=$((workers + 1))
	done
	[ $workers -ge 2 ] || fail "$workers workers under seccomp"
	( closed api touch /opt/hz/x ) 2>/dev/null && fail "the root can be written"

	kill -TERM "$api_pid"
	until_true is 503 https://localhost:8443/readyz || fail "no 503 while the API drains"
	wait "$api_pid" || true			# until then it still serves
	get https://localhost:8443/v1/me | grep -q '"code":"unavailable"' || fail "503 is no problem document"
	kill -INT "$db_pid"
	wait "$db_pid" || fail "the database did not end well"
	( database ) >>"$work/run.database.log" 2>&1 &
	( api ) >>"$work/run.api.log" 2>&1 &
	until_true is 200 https://localhost:8443/v1/me -H "Authorization: Bearer $key" || fail "not back after a restart"
	grep -q '127\.0\.0\.1\|org-units' "$work/run.balancer.log" && fail "the balancer's log knows addresses or paths"
	say "good"
}
export work top
unshare -n true || fail "no network of its own"
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
if [ -n "${SHARED_NET:-}" ]; then unshare_net; else
	export -f unshare_net say fail closed until_true get status is database deploy api
	export owner owner_password api_file jobs_file media_file files
	unshare --net -- /bin/bash -euo pipefail -c unshare_net
fi
