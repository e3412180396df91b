#!/bin/bash
# Makes what docker-compose.yml reads from $HZ_SECRETS (conf/secrets): passwords, the key of receipts, and a self-signed certificate to be replaced by
# a real one (tls.pem: certificate, chain, key). What exists stays. The folder is closed; the files are not, because a container's
# user has another number than the host's.
set -euo pipefail
folder=${1:-${HZ_SECRETS:-conf/secrets}}
umask 077
mkdir -p "$folder"
cd "$folder"
password() { head -c 32 /dev/urandom | sha256sum | cut -c1-48; }
[ -e owner_password ] || password >owner_password
[ -e api_database ] || echo "postgresql://hz_api_login:$(password)@db/hz" >api_database
[ -e jobs_database ] || echo "postgresql://hz_jobs_login:$(password)@db/hz" >jobs_database
[ -e media_database ] || echo "postgresql://hz_media_login:$(password)@db/hz" >media_database
[ -e report_key ] || head -c 32 /dev/urandom | od -An -v -tx1 | tr -d " \n" >report_key
if [ ! -e tls.pem ]; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -keyout tls.key -out tls.crt \
		-subj "/CN=${HZ_HOST:-localhost}" -addext "subjectAltName=DNS:${HZ_HOST:-localhost}" 2>/dev/null
	cat tls.crt tls.key >tls.pem
	rm tls.key
fi
chmod 0444 owner_password api_database jobs_database media_database report_key tls.pem
