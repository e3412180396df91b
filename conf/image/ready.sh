#!/bin/bash
# Health check without curl: `ready.sh PORT` asks for /readyz on loopback; `ready.sh session PORT` sees whether a connection to
# that port (PostgreSQL's) is open in this container.
set -euo pipefail
if [ "$1" = session ]; then
	exec grep -q "$(printf ':%04X 01 ' "$2")" /proc/net/tcp /proc/net/tcp6
fi
exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 3 _ code _ <&3
[ "$code" = 200 ]
