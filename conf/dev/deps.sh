#!/bin/bash
# Installs what is missing: `deps.sh run` for make run, `test`, `lint` and `bench` what those need beside it. Quick when nothing is.
set -euo pipefail
cd "$(dirname "$0")/../.."

run="gcc make libc6-dev kore libpq-dev libjansson-dev libsodium-dev libqrencode-dev libpng-dev libssl-dev libmagic-dev python3 python3-yaml postgresql-15 postgresql-client-15
	sqitch libdbd-pg-perl curl libvips-tools webp mat2 ffmpeg weasyprint python3-jinja2 libharfbuzz-bin fonts-noto-cjk"
test="libcmocka-dev python3-pytest python3-psycopg python3-requests python3-jsonschema jq postgresql-15-pgtap
	libtap-parser-sourcehandler-pgtap-perl haproxy zbar-tools librsvg2-bin poppler-utils openssl clang libclang-rt-14-dev
	chromium chromium-driver"
lint="clang-tidy cppcheck shellcheck docker-compose libcmocka-dev"
bench="wrk"
ui=docs/ui/node_modules/swagger-ui-dist

say() { printf '%s\n' "$*" >&2; }

as_root() {
	if [ "$(id -u)" = 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@"
	elif command -v sudo >/dev/null; then
		sudo env DEBIAN_FRONTEND=noninteractive "$@"
	else
		say "缺少软件包,请用 root 安装 / packages are missing, install them as root: apt-get install --no-install-recommends $missing"
		exit 1
	fi
}

# Debian's PostgreSQL makes and starts a cluster of its own when it is installed; this product brings its own, so the
# package is told not to, for this installation only. Clusters that exist are not touched.
install_packages() {
	local quiet=/etc/postgresql-common/createcluster.d/hz-none.conf
	say "安装 / installing: $missing"
	as_root apt-get update -qq
	as_root mkdir -p "${quiet%/*}"
	echo 'create_main_cluster = false' | as_root tee "$quiet" >/dev/null
	local failed=0
	as_root apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $missing </dev/null >build/apt.log 2>&1 || failed=1
	as_root rm -f "$quiet"
	if [ $failed = 1 ]; then
		tail -n 15 build/apt.log >&2
		say "apt 没有装好,见 / apt failed, see build/apt.log"
		exit 1
	fi
}

wanted=$run
case ${1:-run} in
test) wanted="$run $test" ;;
lint) wanted="$run $lint" ;;
bench) wanted="$run $bench" ;;
esac
missing=""
for package in $wanted; do
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
done
[ "${1:-run}" = run ] && [ -e "$ui/swagger-ui.css" ] || command -v npm >/dev/null || missing="$missing npm"
mkdir -p build
[ -z "$missing" ] || install_packages
if [ ! -e "$ui/swagger-ui.css" ]; then
	npm ci --prefix docs/ui --ignore-scripts --no-audit --no-fund >build/npm.log 2>&1 ||
		say "没有取得 Swagger UI,/docs 暂缺,见 build/npm.log / Swagger UI could not be fetched, /docs will be missing"
fi
# nginx to compare with: unpacked only, as its package would start a server of its own on port 80, now and at every boot.
if [ "${1:-run}" = bench ] && [ ! -x build/nginx/usr/sbin/nginx ]; then
	(cd build && apt-get download -qq nginx >apt.log 2>&1 && dpkg-deb -x nginx_*.deb nginx && rm nginx_*.deb) ||
		say "没有取得 nginx,见 build/apt.log / nginx could not be fetched, see build/apt.log"
fi
# The tools of the tests, again when a lock file is newer than what was installed from it.
if [ "${1:-run}" = test ] || [ "${1:-run}" = lint ]; then
	for tools in tests/contract tests/uploads; do
		[ "$tools/node_modules/.package-lock.json" -nt "$tools/package-lock.json" ] ||
			npm ci --prefix "$tools" --ignore-scripts --no-audit --no-fund >"build/npm-${tools##*/}.log" 2>&1 ||
			say "没有取得测试工具,见 build/npm-${tools##*/}.log / the tools of $tools could not be fetched"
	done
fi
