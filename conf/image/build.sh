#!/bin/bash
# The steps of conf/Dockerfile, and of tests/container/check.sh: what an image holds is decided here. As root, in a Debian 12.
#   build.sh packages build|api|media|deploy|database|balancer    Debian packages, and the user that all of it runs as
#   build.sh compile OUT                                     in the sources: build, and lay out the API's files under OUT
set -euo pipefail

packages() {
	local wanted
	case $1 in
	build) wanted="gcc make libc6-dev kore libpq-dev libjansson-dev libsodium-dev libssl-dev libmagic-dev libqrencode-dev libpng-dev python3 python3-yaml" ;;
	api) wanted="libpq5 libssl3 libjansson4 libsodium23 libmagic1 libqrencode4 libpng16-16 ca-certificates" ;;
	media) wanted="libpq5 libssl3 libvips-tools webp mat2 ffmpeg weasyprint python3-jinja2 libharfbuzz-bin fonts-noto-cjk ca-certificates" ;;
	deploy) wanted="sqitch libdbd-pg-perl postgresql-client-15" ;;
	database) wanted="postgresql-15" ;;
	balancer) wanted="haproxy" ;;
	*) echo "no image is called $1" >&2; exit 2 ;;
	esac
	mkdir -p /etc/postgresql-common/createcluster.d
	echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/hz.conf
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $wanted </dev/null
	rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
	getent passwd hz >/dev/null || useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin hz
	install -d -m 0755 /opt/hz
	case $1 in
	database) install -d -m 0700 -o hz -g hz /var/lib/hz ;;
	api | media) install -d -m 0750 -o hz -g hz /var/lib/hz/files /var/lib/hz/work ;;	# where volumes are put, theirs from the first
	esac
}

compile() {
	local to=$1/opt/hz
	make -s -j"${JOBS:-2}" all
	install -d "$to/build" "$to/conf/image" "$to/docs/ui/node_modules" "$1/usr/bin"
	install -m 0755 build/api.so build/hz-jobs build/hz-media "$to/build"
	install -m 0644 conf/kore.conf "$to/conf"
	install -m 0755 conf/image/ready.sh "$to/conf/image"
	cp -r docs/ui/node_modules/swagger-ui-dist "$to/docs/ui/node_modules"
	install -m 0755 /usr/bin/kore "$1/usr/bin"	# the package itself would bring compilers' headers along
}

"$@"
