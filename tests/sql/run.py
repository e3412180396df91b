#!/usr/bin/python3
"""Runs tests/sql/*.sql (or the files named) with pg_prove, as the owner, in a private database with code tables only."""
import glob
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from harness.server import Server  # noqa: E402


def main():
    files = sys.argv[1:] or sorted(glob.glob(str(HERE / "*.sql")))
    server = Server(database_only=True).start()
    try:
        with server.connect("postgres") as superuser:
            superuser.execute("CREATE EXTENSION pgtap")
        place = {"PGHOST": server.function('echo "$pg_socket"'), "PGUSER": "hz_owner", "PGDATABASE": "hz",
                 "PGOPTIONS": "-c client_min_messages=warning"}
        return subprocess.run(["pg_prove", "--nocolor", *files], env={**os.environ, **place}, check=False).returncode
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
