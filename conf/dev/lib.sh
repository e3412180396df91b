# Shared by the scripts beside it: places, messages, the private PostgreSQL, the server's process group.
# Sourced, never run. Everything of one copy lives under $RUN_DIR; nothing is found by name, only by what is recorded there.
set -euo pipefail
umask 022

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd "$top"
run_dir=$(realpath -m -- "${RUN_DIR:-.run}")
port=${PORT:-8080}
build=${B:-build}
tag=$(printf %s "$run_dir" | sha256sum | cut -c1-12)
postgres_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)

say() { printf '%s\n' "$@" >&2; }
die() { say "$@"; exit 1; }

# Sets HZ_OWNER, the conninfo of the owner of the database: as given, or that of the copy in $run_dir.
owner_database() {
	[ -z "${HZ_OWNER:-}" ] || return 0
	[ -r "$run_dir/env" ] || die "还没有数据库,请先 make up,或给出 HZ_OWNER / no database yet: make up first, or give HZ_OWNER"
	. "$run_dir/env"
	export HZ_OWNER
}

# ---- one at a time in a folder ----

# Children that live on must be started with 9>&-, or they would keep the lock.
run_lock() {
	[ -e "$run_dir/lock" ] || [ -z "$(ls -A "$run_dir" 2>/dev/null)" ] ||
		die "$run_dir 里有别的东西,请另选空文件夹 / $run_dir holds other things, choose an empty folder: RUN_DIR="
	mkdir -p "$run_dir"
	chmod 0711 "$run_dir"	# PostgreSQL's own user passes through; what is in it is 0600 or 0700
	exec 9>"$run_dir/lock"
	flock -w 60 9 || die "另一条命令正在使用 $run_dir / another command is busy in $run_dir"
}

run_unlock() { exec 9>&-; }

# ---- the private PostgreSQL ----

# PostgreSQL refuses to run as root: it runs as user postgres then, as the caller otherwise.
as_postgres() {
	if [ "$(id -u)" = 0 ]; then
		(cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$@")
	else
		"$@"
	fi
}

# Sets pg_home (data, log, id) and pg_socket. Data lies outside $RUN_DIR only where user postgres cannot get into it (a
# clone in /root); the socket only where its path would pass the kernel's 107 octets.
pg_places() {
	pg_home=$run_dir/pg
	if [ "$(id -u)" = 0 ] && ! as_postgres test -x "$run_dir"; then
		pg_home=/var/lib/hz-dev/$tag
	fi
	pg_socket=$pg_home/socket
	[ ${#pg_socket} -le 90 ] && [[ $pg_socket != *[!A-Za-z0-9_./-]* ]] || pg_socket=/tmp/hz-$tag
}

# The postmaster of our own data folder, or nothing: a stale file may name a process that is somebody else's by now.
pg_pid() {
	local pid
	pid=$(head -n 1 "$pg_home/data/postmaster.pid" 2>/dev/null) || return 0
	tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "-D $pg_home/data" && echo "$pid" || true
}

pg_create() {
	local owner=$(id -u)
	[ "$owner" != 0 ] || owner=postgres
	[ "$pg_home" = "$run_dir/pg" ] || {
		install -d -m 0711 "$(dirname "$pg_home")"
		say "数据库放在 $pg_home(用户 postgres 进不了 $run_dir)/ database in $pg_home: user postgres cannot enter $run_dir"
	}
	install -d -m 0700 -o "$owner" "$pg_home"
	if [ -n "${HZ_TEST:-}" ] && [ -d "${HZ_TEST_CLUSTER:-}" ]; then	# one at rest, deployed before: copied in a tenth of the time
		cp -a -- "$HZ_TEST_CLUSTER" "$pg_home/data"
	else
		as_postgres "$postgres_bin/initdb" -D "$pg_home/data" -U postgres -E UTF8 --locale=C.UTF-8 \
			--auth-local=trust --auth-host=reject --no-sync >"$run_dir/initdb.log" 2>&1 ||
			die "不能建立 PostgreSQL,见 / cannot create PostgreSQL, see $run_dir/initdb.log:" "$(tail -n 3 "$run_dir/initdb.log")"
	fi
	head -c 16 /dev/urandom | sha256sum | cut -c1-32 >"$run_dir/pg.id"
	install -m 0644 "$run_dir/pg.id" "$pg_home/id"
}

# The settings are copied: user postgres may be unable to read the repository.
pg_configure() {
	local owner=$(id -u)
	[ "$owner" != 0 ] || owner=postgres
	install -m 0600 -o "$owner" conf/postgresql.conf "$pg_home/data/product.conf"
	{
		echo "include 'product.conf'"
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$pg_socket'"
		echo "log_destination = stderr"
		echo "dynamic_shared_memory_type = mmap"
		[ -z "${HZ_TEST:-}" ] || printf '%s\n' "fsync = off" "full_page_writes = off" "hz.test_clock = on" \
			"include_if_exists 'clock.conf'"
	} >"$run_dir/postgresql.conf"
	install -m 0600 -o "$owner" "$run_dir/postgresql.conf" "$pg_home/data/postgresql.conf"
	[ ! -e "$pg_socket" ] || [ "$(stat -c %F:%U "$pg_socket")" = "directory:$(id -un "$owner")" ] ||
		die "$pg_socket 不是我们的 / is not ours"
	install -d -m 0700 -o "$owner" "$pg_socket"
}

pg_start() {
	[ -n "$postgres_bin" ] || die "缺少 PostgreSQL,请先 make deps / PostgreSQL is missing: make deps"
	pg_places
	# A data folder outside belongs to the $RUN_DIR that made it; when that one is gone, so is its use.
	if [ -e "$pg_home/data" ] && ! cmp -s "$run_dir/pg.id" "$pg_home/id"; then
		pg_remove
	fi
	[ -e "$pg_home/data/PG_VERSION" ] || pg_create
	[ -z "$(pg_pid)" ] || return 0
	rm -f "$pg_home/data/postmaster.pid" "$pg_socket"/.s.PGSQL.*
	pg_configure
	as_postgres "$postgres_bin/pg_ctl" start -D "$pg_home/data" -l "$pg_home/log" -w -t 60 -s >/dev/null 2>&1 9>&- ||
		die "PostgreSQL 没有启动,见 / PostgreSQL did not start, see $pg_home/log:" "$(tail -n 5 "$pg_home/log" 2>/dev/null)"
	psql -XAtq -h "$pg_socket" -U postgres -d postgres -v ON_ERROR_STOP=1 >/dev/null <<-'SQL'
		SELECT 'CREATE ROLE hz_owner LOGIN CREATEROLE' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hz_owner') \gexec
		SELECT 'CREATE DATABASE hz OWNER hz_owner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'hz') \gexec
		GRANT SET ON PARAMETER log_min_messages TO hz_owner;
	SQL
}

# Fast, then immediate, then SIGKILL: bounded in any case. The data stay.
pg_stop() {
	local pid mode
	pg_places
	pid=$(pg_pid)
	[ -n "$pid" ] || return 0
	for mode in fast immediate; do
		as_postgres "$postgres_bin/pg_ctl" stop -D "$pg_home/data" -m $mode -w -t 8 -s >/dev/null 2>&1 && return 0
		[ -n "$(pg_pid)" ] || return 0
	done
	kill -KILL "$pid" 2>/dev/null || true
}

pg_remove() {
	pg_stop
	rm -rf -- "$pg_home"
	[ "$pg_home" = "$run_dir/pg" ] || rmdir --ignore-fail-on-non-empty "$(dirname "$pg_home")"
	[ "$pg_socket" != "/tmp/hz-$tag" ] || rm -rf -- "$pg_socket"
	rm -f -- "$run_dir/pg.id"
}

# ---- the server: one process group, its leader recorded with its start time ----

# Start time of a process that lives (in ticks since boot), or nothing.
proc_started() {
	local stat
	read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
	set -- ${stat##*) }
	[ "$1" = Z ] || echo "${20}"
}

# Members of a process group that live.
group_members() {
	local group=$1 file stat
	for file in /proc/[0-9]*/stat; do
		read -r stat 2>/dev/null <"$file" || continue
		set -- ${stat##*) }
		[ "$3" != "$group" ] || [ "$1" = Z ] || echo "${file//[^0-9]/}"
	done
}

# The group's number while it has members that are ours, or nothing. A number whose leader began at another time, or whose
# members do not stand in our folder, is not ours any more. (Kore writes its title over its environment: no mark holds there.)
serve_group() {
	local pid started member
	read -r pid started 2>/dev/null <"$run_dir/serve.pid" || return 0
	if [ "$(proc_started "$pid")" = "$started" ]; then
		echo "$pid"
		return 0
	fi
	for member in $(group_members "$pid"); do
		if [ "$(readlink "/proc/$member/cwd")" = "$top" ]; then
			echo "$pid"
			return 0
		fi
	done
}

# SIGTERM drains; what is left after 12 s is killed, in our own group only.
serve_stop() {
	local group tries=0
	group=$(serve_group)
	if [ -n "$group" ]; then
		[ -n "$(proc_started "$group")" ] && kill -TERM "$group" || kill -TERM -- "-$group" 2>/dev/null || true
		while [ -n "$(group_members "$group")" ]; do
			tries=$((tries + 1))
			[ $tries -le 120 ] || { kill -KILL -- "-$group" 2>/dev/null || true; break; }
			sleep 0.1
		done
	fi
	rm -f -- "$run_dir/serve.pid"
}
