#!/bin/bash
# PostgreSQL in a container: makes its data the first time (owner hz_owner with the password of a file, database hz), then becomes
# the server. Peers from the network need passwords; the superuser only comes through the socket, from inside.
set -euo pipefail
umask 077
bin=/usr/lib/postgresql/15/bin data=/var/lib/hz/data
if [ ! -e "$data/PG_VERSION" ]; then
	password=$(cat "$HZ_OWNER_PASSWORD_FILE")
	[[ $password =~ ^[A-Za-z0-9._~-]{20,}$ ]] || { echo "owner's password: 20 or more of A-Z a-z 0-9 . _ ~ -" >&2; exit 1; }
	rm -rf "$data.new"
	"$bin/initdb" -D "$data.new" -U postgres -E UTF8 --locale=C.UTF-8 -k >/dev/null
	cat >"$data.new/pg_hba.conf" <<-'TEXT'
		local all postgres peer map=hz
		local all all reject
		host all postgres all reject
		host all all all scram-sha-256
	TEXT
	echo 'hz hz postgres' >"$data.new/pg_ident.conf"
	"$bin/postgres" --single -D "$data.new" postgres >/dev/null <<-SQL
		CREATE ROLE hz_owner LOGIN CREATEROLE PASSWORD '$password'
		CREATE DATABASE hz OWNER hz_owner
		GRANT SET ON PARAMETER log_min_messages TO hz_owner
	SQL
	mv "$data.new" "$data"
fi
exec "$bin/postgres" -D "$data" -c config_file=/opt/hz/conf/postgresql.conf -c hba_file="$data/pg_hba.conf" \
	-c ident_file="$data/pg_ident.conf" -c listen_addresses='*' -c unix_socket_directories=/tmp
