"""Processes that die without a word: PostgreSQL's postmaster, one of its backends, a worker, the jobs."""
import os
import signal
import time

import pytest
import requests

from conftest import judge_time
from harness import processes
from harness.processes import until
from load import Load


def ready(server):
    try:
        return requests.get(server.base_url + "/readyz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def bring_up_postgresql(server):
    """As an operator's service manager does: start it until it stays. Orphaned backends may hold the old one's memory a moment."""
    def started():
        try:
            server.function("pg_start")
        except AssertionError:
            return False
        return True
    until(started, 30, 0.3)


@pytest.mark.parametrize("down", [1, pytest.param(20, marks=pytest.mark.long)])
def test_postmaster_killed_under_load(place, down):
    """However long it is away (`down`, in seconds), service goes on soon after it has come back."""
    with Load(place.server, place.key, place.home, place.finding) as load:
        time.sleep(1)
        os.kill(processes.postmaster(place.server), signal.SIGKILL)
        until(lambda: not ready(place.server))
        time.sleep(down)
        assert requests.get(place.server.base_url + "/livez", timeout=5).status_code == 200
        began = time.monotonic()
        bring_up_postgresql(place.server)
        up = time.monotonic()
        until(lambda: ready(place.server))
        time.sleep(3)
    load.judge()
    assert load.done("create", up) > 10 and load.done("read", up) > 10
    judge_time(load.last_trouble(up), 5, "served again after PostgreSQL was up")
    assert load.last_trouble(began) > 0, "the outage was not felt: nothing was tested"
    with place.server.connect() as db:
        load.reconcile(db)


@pytest.mark.long
def test_backend_killed_under_load(place):
    """PostgreSQL then ends all its backends and recovers by itself: every connection is lost at once."""
    with place.server.connect("postgres") as superuser, Load(place.server, place.key, place.home, place.finding) as load:
        time.sleep(0.5)
        victim = superuser.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'hz-api' LIMIT 1").fetchone()[0]
        killed = time.monotonic()
        os.kill(victim, signal.SIGKILL)
        time.sleep(0.3)
        until(lambda: ready(place.server))
        time.sleep(2)
    load.judge()
    judge_time(load.last_trouble(killed), 5, "served again after a backend was killed")
    with place.server.connect() as db:
        load.reconcile(db)


def test_worker_killed_under_load(place, nobody_dies):
    """Cut are its own connections and no others; the parent starts another one."""
    victim = place.workers()[0]
    with Load(place.server, place.key, place.home, place.finding, writers=6, readers=6) as load:
        time.sleep(1)
        os.kill(victim, signal.SIGSTOP)                             # so that it takes no connection we do not know of
        cut = processes.client_ports(victim, place.server.port)
        killed = time.monotonic()
        os.kill(victim, signal.SIGKILL)
        nobody_dies.append(victim)
        until(lambda: victim not in place.workers() and len(place.workers()) >= 2)
        time.sleep(2)
    assert cut, "the victim had no connection: nothing was tested"
    load.judge(cut)
    assert len([r for r in load.results if isinstance(r.what, str)]) <= len(cut), "a connection was cut twice"
    judge_time(load.last_trouble(killed), 5, "served again after a worker was killed")
    with place.server.connect() as db:
        load.reconcile(db)


def test_jobs_killed_under_load(place):
    """They are started again; no event is left without a position, none has two."""
    with Load(place.server, place.key, place.home, place.finding) as load:
        time.sleep(0.5)
        victim = processes.jobs(place.server)
        os.kill(victim, signal.SIGKILL)
        killed = time.monotonic()
        until(lambda: (processes.jobs(place.server) or victim) != victim)
        time.sleep(0.5)
    load.judge()
    assert load.last_trouble(killed) == 0, "a request suffered from it"
    with place.server.connect() as db:
        until(lambda: db.execute("SELECT count(*) FROM hz.event WHERE position IS NULL").fetchone()[0] == 0)
        judge_time(time.monotonic() - killed, 5, "all events in the feed again")
        assert db.execute("SELECT count(*) = count(DISTINCT position) AND max(position) = count(*) FROM hz.event").fetchone()[0]
        load.reconcile(db)
