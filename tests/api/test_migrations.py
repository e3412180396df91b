"""Each change of the tables applies, passes its own verification, and is taken back without a trace."""
import os
import re
import subprocess

import pytest

from harness.server import ROOT, Server

pytestmark = pytest.mark.skipif(os.environ.get("HZ_SANITIZE") == "1", reason="none of our programs runs here")

PLAN = [line.split()[0] for line in (ROOT / "db/sqitch.plan").read_text().splitlines() if line and not line.startswith("%")]


@pytest.fixture(scope="module")
def empty():
    """The URI of an empty database of the owner's."""
    server = Server(database_only=True).start()
    with server.connect("postgres") as superuser:
        superuser.execute("CREATE DATABASE scratch OWNER hz_owner")
    yield server.settings["HZ_OWNER"].replace("/hz?", "/scratch?")
    server.close()


def sqitch(uri, *command):
    done = subprocess.run(["sqitch", "--quiet", *command, "--target", "db:" + uri.replace("postgresql:", "pg:")], cwd=ROOT / "db", text=True, capture_output=True,
                          env={**os.environ, "SQITCH_FULLNAME": "Test", "SQITCH_EMAIL": "test@localhost"}, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def tables(uri):
    """The schema as pg_dump writes it, without the marks that differ from run to run."""
    dump = subprocess.run(["/usr/lib/postgresql/15/bin/pg_dump", "--schema-only", "--exclude-schema=sqitch", uri], text=True, capture_output=True, check=True).stdout
    return re.sub(r"^\\(un)?restrict .*$", "", dump, flags=re.M)


def script(uri, kind, change):
    subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", uri, "-f", f"{kind}/{change}.sql"], cwd=ROOT / "db", check=True, text=True, capture_output=True, timeout=60)


def test_every_change_applies_and_reverts(empty):
    """The scripts one by one, then Sqitch with all of them."""
    before = []
    for change in PLAN:
        before.append(tables(empty))
        script(empty, "deploy", change)
        script(empty, "verify", change)
        assert tables(empty) != before[-1], f"{change} changes nothing"
    whole = tables(empty)
    for change, was in zip(reversed(PLAN), reversed(before)):
        script(empty, "revert", change)
        assert tables(empty) == was, f"{change} leaves something behind"
    sqitch(empty, "deploy", "--verify")
    assert tables(empty) == whole, "the plan leads to other tables"
    sqitch(empty, "revert", "-y")
    assert tables(empty) == before[0]


def test_code_is_made_anew_over_what_is_there(empty):
    """Twice with everything: the second deploy of code and data finds what the first has left, and changes nothing."""
    deploy = lambda: subprocess.run(["db/deploy.sh", empty], cwd=ROOT, env={**os.environ, "FORCE": "1"}, text=True, capture_output=True, check=False, timeout=120)
    first = deploy()
    assert first.returncode == 0, first.stderr
    once = tables(empty)
    second = deploy()
    assert second.returncode == 0, second.stderr
    assert tables(empty) == once
