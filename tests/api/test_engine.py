"""The engine while the ground moves under it: a deploy, a lock, a session that is ended. On a server of its own, with one worker."""
import concurrent.futures
import os
import pathlib
import subprocess
import threading
import time

import pytest
import requests

from harness.client import Client
from harness.server import Server, sanitize
from office import new_id

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server():
    one = Server(HZ_WORKERS="1").start()
    yield one
    one.stop()
    reports = one.sanitizer_reports() if sanitize() else ""
    one.close()
    assert not reports, "the sanitizers found faults:\n" + reports


@pytest.fixture(scope="module")
def inspector_home(server):
    """(an inspector's client, an institution)"""
    with server.connect() as db:
        keys = [db.execute("SELECT key FROM api.issue_key(%s, '{500103}')", (role,)).fetchone()[0] for role in ("section_chief", "inspector")]
    chief, inspector = [Client(server.base_url, key) for key in keys]
    home = chief.post("/v1/institutions", {"name": "测试养老院", "type": "elderly_care", "district": "500103", "street": "500103001", "address": "测试路"}).ok(201)
    return inspector, home


def new_finding(home):
    return {"institution_id": home["id"], "category": "fire", "severity": "general", "description": "通道堵塞"}


def test_deploy_of_the_code_is_not_noticed(server, inspector_home):
    """db/code is dropped and made anew under load: statements are prepared again, nobody gets an error."""
    inspector, home = inspector_home
    stop, counts = threading.Event(), []

    def work(n):
        client, done = Client(server.base_url, inspector.key), 0
        while not stop.is_set():
            client.get(f"/v1/institutions/{home['id']}").ok()
            client.get("/v1/findings", {"limit": 5}).ok()
            if n == 0:
                client.post("/v1/findings", new_finding(home), idempotency_key=new_id()).ok(201)
            done += 1
        counts.append(done)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(work, n) for n in range(4)]
        for _ in range(3):
            time.sleep(0.5)
            subprocess.run([ROOT / "db/deploy.sh"], check=True, env={**os.environ, "HZ_OWNER": server.settings["HZ_OWNER"], "FORCE": "1"})
        time.sleep(0.5)
        stop.set()
        for one in workers:
            one.result(60)
    assert min(counts) > 3


def test_changed_column_type_is_not_noticed(server, inspector_home):
    """A prepared statement whose result type changed fails once in PostgreSQL, and is prepared again."""
    inspector, home = inspector_home
    path = f"/v1/institutions/{home['id']}"
    for _ in range(12):
        assert inspector.get(path).etag == '"1"'
    with server.connect() as db:
        db.execute("ALTER TABLE hz.institution ALTER COLUMN version TYPE int")
        db.commit()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for one in [pool.submit(Client(server.base_url, inspector.key).get, path) for _ in range(40)]:
            assert one.result(20).ok() and one.result().etag == '"1"'


def test_locked_table_holds_up_nobody_else(server, inspector_home):
    inspector, home = inspector_home
    with concurrent.futures.ThreadPoolExecutor(4) as pool, server.connect() as db:
        db.execute("BEGIN")
        db.execute("LOCK TABLE hz.inspection")
        blocked = [pool.submit(Client(server.base_url, inspector.key).get, "/v1/inspections") for _ in range(2)]
        time.sleep(0.4)
        for _ in range(20):
            began = time.monotonic()
            inspector.get(f"/v1/institutions/{home['id']}").ok()
            assert time.monotonic() - began < 1
        assert not any(one.done() for one in blocked)
        db.execute("ROLLBACK")
        for one in blocked:
            one.result(10).ok()


def test_statement_that_takes_too_long_is_told(server, inspector_home):
    inspector, home = inspector_home
    with server.connect() as db:
        db.execute("BEGIN")
        db.execute("LOCK TABLE hz.inspection")
        began = time.monotonic()
        inspector.get("/v1/inspections").problem("timeout", 504)
        assert 4 < time.monotonic() - began < 8
        db.execute("ROLLBACK")
    inspector.get("/v1/inspections").ok()


def end_sessions(server, how_many):
    with server.connect("postgres") as db:
        db.execute("""SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity
                      WHERE application_name = 'hz-api' ORDER BY random() LIMIT %s) s""", (how_many,))
        db.commit()


def test_reads_survive_the_end_of_a_session(server, inspector_home):
    """What was under way on it is asked again on another one: reads change nothing."""
    inspector, home = inspector_home
    stop = threading.Event()

    def work(_):
        client = Client(server.base_url, inspector.key)
        while not stop.is_set():
            client.get(f"/v1/institutions/{home['id']}").ok()
            client.get("/v1/findings").ok()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(work, n) for n in range(4)]
        for _ in range(10):
            end_sessions(server, 1)
            time.sleep(0.4)
        stop.set()
        for one in workers:
            one.result(20)


def test_all_sessions_ended_come_back(server, inspector_home):
    inspector, home = inspector_home
    for _ in range(3):
        end_sessions(server, 99)
        ends = time.monotonic() + 5
        while inspector.get(f"/v1/institutions/{home['id']}").status == 503 or requests.get(server.base_url + "/readyz", timeout=5).status_code == 503:
            assert time.monotonic() < ends
            time.sleep(0.05)
        inspector.post("/v1/findings", new_finding(home), idempotency_key=new_id()).ok(201)


def test_csv_cut_short_is_seen_as_cut(server, inspector_home):
    """The database goes away between two pages: the client must not take what it has for the whole."""
    with server.connect() as db:
        db.execute("""INSERT INTO hz.region (code, parent, level, name)
                      SELECT (900000 + n)::text, NULL, 'province', repeat('长', 200) || n FROM generate_series(1, 14999) n""")
        db.commit()

    def table():
        return requests.get(server.base_url + "/v1/regions", headers={"Accept": "text/csv"}, stream=True, timeout=20)
    with table() as whole:
        assert whole.status_code == 200 and whole.text.count("\r\n") > 15000
    with table() as cut, pytest.raises(requests.exceptions.ChunkedEncodingError):
        pieces = cut.iter_content(65536)
        next(pieces)
        server.function("pg_stop")
        for _ in pieces:
            pass
    server.function("pg_start")
