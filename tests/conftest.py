"""Fixtures of the black-box tests. `make all` must have built the server; nothing else is needed, and nothing is left behind."""
import itertools
import os
import signal
import sys

import pytest

from harness import client as client_module
from harness import clock as clock_module
from harness import contract as contract_module
from harness import server as server_module

DISTRICT = "500103"


def pytest_configure(config):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def _finish(server):
    reports = ""
    if server_module.sanitize():
        server.stop()
        reports = server.sanitizer_reports()
    server.close()
    assert not reports, "the sanitizers found faults:\n" + reports


@pytest.fixture(scope="session")
def server():
    """The server all tests share, with code tables and no demo data."""
    one = server_module.Server(HZ_CORS="https://app.example.org,https://other.example.org",
                               HZ_REPORTS_PER_MINUTE="6000", HZ_WRONG_RECEIPTS_PER_MINUTE="6000").start()
    yield one
    _finish(one)


@pytest.fixture
def another_server():
    """another_server(demo=False, **env) starts one more, for this test alone."""
    started = []

    def start(**options):
        started.append(server_module.Server(**options))
        return started[-1].start()

    yield start
    for one in started:
        _finish(one)


@pytest.fixture(scope="session")
def base_url(server):
    return server.base_url


@pytest.fixture(scope="session")
def contract():
    return contract_module.contract()


@pytest.fixture(scope="session")
def db(server):
    """A psycopg connection as the owner (autocommit)."""
    with server.connect() as connection:
        yield connection


@pytest.fixture(scope="session")
def issue_key(db):
    """issue_key(role, district, institution=, type=, street=, name=, actor=) -> (key, actor_id); lists where several."""
    def many(value):
        return [] if value is None else [value] if isinstance(value, str) else list(value)

    def issue(role, district=DISTRICT, institution=None, type=None, street=None, name=None, actor=None):
        key, actor_id = db.execute(
            "SELECT key, actor_id FROM api.issue_key(%s, %s, %s::uuid[], %s, %s, %s, %s::uuid)",
            (role, many(district), many(institution), many(type), many(street), name or f"{role}(测试)", actor)).fetchone()
        return key, str(actor_id)
    return issue


@pytest.fixture(scope="session")
def api(server, issue_key):
    """api(role, district=…, institution=…, type=…, street=…, name=…, actor=…) -> Client; the same arguments give the same
    caller, another `name` another person. api(None) is nobody."""
    clients = {}

    def client(role, district=DISTRICT, **who):
        def plain(value):
            return tuple(value) if isinstance(value, (list, tuple)) else value
        place = (role, plain(district), tuple(sorted((k, plain(v)) for k, v in who.items())))
        if place not in clients:
            key, actor = issue_key(role, district, **who) if role else (None, None)
            clients[place] = client_module.Client(server.base_url, key, actor)
        return clients[place]

    yield client
    for one in clients.values():
        one.close()


@pytest.fixture
def clock(server):
    """The server's clock: set(), advance(days=1), reset(); runs again after the test."""
    with server.connect("postgres") as superuser:
        one = clock_module.Clock(server, superuser)
        yield one
        one.reset()


@pytest.fixture(scope="session")
def fresh_district(db):
    """fresh_district() -> (county code, one of its streets) that no other test uses."""
    rows = iter(db.execute(
        "SELECT c.code, min(s.code) FROM hz.region c JOIN hz.region s ON s.parent = c.code AND s.level = 'street' "
        "WHERE c.level = 'county' AND c.code <> %s GROUP BY c.code ORDER BY c.code", (DISTRICT,)).fetchall())
    return lambda: next(rows)


@pytest.fixture(scope="session")
def new_institution(api, db):
    """new_institution(district=…, **fields) -> the institution, made through the API by a section chief."""
    numbers = itertools.count(1)
    streets = {}

    def create(district=DISTRICT, **fields):
        if district not in streets:
            streets[district] = db.execute("SELECT min(code) FROM hz.region WHERE parent = %s", (district,)).fetchone()[0]
        body = {"name": f"测试机构{next(numbers)}号({os.getpid()})", "type": "elderly_care", "district": district,
                "street": streets[district], "address": "测试路1号", **fields}
        return api("section_chief", district).post("/v1/institutions", body).ok(201)
    return create
