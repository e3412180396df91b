"""Clients that want to hold the server up: one row everybody waits for, answers nobody reads, headers that never end."""
import concurrent.futures
import select
import socket
import threading
import time

import pytest

from conftest import FULL, Place, judge_time
from harness import processes
from harness.client import EVIDENCE
from load import Caller, Load, p99

# 24 MiB of findings: far more than the kernel would buffer for a client. Beside the API, because the reading is what is tested.
FILL = """
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description,
                        found_at, state, last_act_at, created_by)
SELECT api.uuid_v7(), district, institution_id, institution_type, street, category, severity, source_kind, repeat('通道堵塞', 250),
       found_at, state, last_act_at, created_by
  FROM hz.finding, generate_series(1, 8000) WHERE id = %(finding)s
"""
READS = 300         # of each measurement, spread over its readers
CLOSED = ("RemoteDisconnected", "ConnectionResetError", "BrokenPipeError")      # what a caller sees of a connection that gave way


def measured_reads(place, finding, readers=3, cuts=0):
    """Durations of point reads, at a steady rate well below what the machine can do; `cuts` of them may be closed and asked again."""
    closed = []

    def read(_):
        caller, took = Caller(place.server, place.key), []
        while len(took) <= READS // readers:
            result, _ = caller.ask("read", "GET", f"/v1/findings/{finding}")
            if result.what in CLOSED and len(closed) < cuts:
                closed.append(result)
                continue
            assert result.what == 200, (result, closed)
            took.append(result.took)
            time.sleep(0.01)
        caller.close()
        return took
    with concurrent.futures.ThreadPoolExecutor(readers) as pool:
        return sum(pool.map(read, range(readers)), [])


def acts(db, finding):
    """What an act on a finding writes."""
    return db.execute("SELECT f.state, f.version, (SELECT count(*) FROM hz.finding_act WHERE finding_id = f.id), "
                      "(SELECT count(*) FROM hz.event WHERE resource_id = f.id) FROM hz.finding f WHERE id = %s", (finding,)).fetchone()


@pytest.mark.parametrize("held_for", [6, pytest.param(30, marks=pytest.mark.long)])
def test_row_locked(place, held_for):
    """Somebody holds a row (here a session of the database), and 40 callers want it. They hear 504 or 503 in bounded time, those
    who want other rows hardly notice, writers among them, and afterwards nothing of the refused acts is there."""
    locked = place.new_finding()
    quiet = measured_reads(place, place.finding)
    with place.server.connect() as db, place.server.connect() as holder:
        before, answers = acts(db, locked), []
        over = threading.Event()

        def want(_):
            caller = Caller(place.server, place.key)
            while not over.is_set():
                answers.append(caller.ask("act", "POST", f"/v1/findings/{locked}/corrections", {"note": "当场改正", "attachments": EVIDENCE})[0])
                time.sleep(0.2)
            caller.close()

        holder.autocommit = False
        holder.execute("SELECT FROM hz.finding WHERE id = %s FOR UPDATE", (locked,))
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            jobs = [pool.submit(want, n) for n in range(40)]
            with Load(place.server, place.key, place.home, place.finding, writers=2, readers=0) as load:
                time.sleep(0.5)
                under = measured_reads(place, place.finding)
                assert place.client.get(f"/v1/findings/{locked}").ok()["state"] == "confirmed"
                time.sleep(max(0, held_for - (time.monotonic() - began)))
            over.set()
            for job in jobs:
                job.result(30)
        waited = [a for a in answers if a.began < began + held_for]
        bad = [a for a in waited if a.what not in (503, 504)]
        assert waited and not bad, bad[:5]
        assert any(a.what == 504 for a in waited)
        assert acts(db, locked) == before
        holder.rollback()
        time.sleep(0.5)
        assert acts(db, locked) == before, "an act that was answered 504 has happened after all"
        place.client.post(f"/v1/findings/{locked}/corrections", {"note": "当场改正", "attachments": EVIDENCE}).ok(201)
        load.reconcile(db)
    put_off = [r for r in load.results if r.what != 201]
    assert not put_off and load.acknowledged, f"{len(put_off)} creates beside it were put off, {len(load.acknowledged)} done: {put_off[:3]}"
    judge_time(max(a.took for a in waited), 7, "the longest wait for the locked row")
    judge_time(p99(under), max(3 * p99(quiet), p99(quiet) + 0.010), f"p99 of others' point reads (quiet: {p99(quiet) * 1000:.1f} ms)")
    judge_time(p99([r.took for r in load.results] * 100), 0.5, f"p99 of others' {len(load.acknowledged)} creates")


@pytest.mark.long
def test_clients_that_do_not_read(place):
    """They ask for a large table, read its beginning and then nothing: cut off in time, at a bounded cost of memory."""
    count = 40
    with place.server.connect() as db:
        db.execute("ALTER TABLE hz.finding DISABLE TRIGGER event")
        db.execute(FILL, {"finding": place.finding})
        db.execute("ALTER TABLE hz.finding ENABLE TRIGGER event")
        db.execute("ANALYZE hz.finding")
    workers = place.workers()
    before = {pid: processes.resident(pid) for pid in workers}
    lazy = []
    for _ in range(count):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        one.connect(("127.0.0.1", place.server.port))
        one.sendall(f"GET /v1/findings?limit=200 HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\nAuthorization: Bearer {place.key}\r\n\r\n".encode())
        one.settimeout(10)
        assert one.recv(1000).startswith(b"HTTP/1.1 200 ")
        lazy.append(one)
    with Load(place.server, place.key, place.home, place.finding, writers=1, readers=2) as load:
        time.sleep(1)
        during = {pid: processes.resident(pid) for pid in workers}
        began = time.monotonic()
        waiting = dict((one.fileno(), one) for one in lazy)
        poll = select.poll()
        for number in waiting:
            poll.register(number, select.POLLRDHUP)
        while waiting and time.monotonic() < began + 40:
            for number, _ in poll.poll(500):
                poll.unregister(number)
                waiting.pop(number).close()
    load.judge()
    assert not waiting, f"{len(waiting)} of {count} are still connected"
    judge_time(time.monotonic() - began, 10, "clients that read nothing are cut off (HZ_SEND_SECONDS=3)")
    for pid in workers:
        grown = during[pid] - before[pid]
        print(f"worker {pid}: {before[pid]:.0f} MiB before, {during[pid]:.0f} MiB with {count} of them")
        assert grown < 64 + 2 * count, f"worker {pid} has grown by {grown:.0f} MiB"
    with place.server.connect() as db:
        load.reconcile(db)
        assert db.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hz-api' AND state LIKE 'idle in%'").fetchone()[0] == 0


def slow_loris(port, count):
    """Connections that have sent the beginning of a header."""
    found = []
    for n in range(count):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(("127.0.0.1", port))
        found.append(one)
        if n % 200 == 199:
            time.sleep(0.05)
    return found


def drip(port, sockets, stop):
    """One more octet of a header on each, every second; what the server has closed is opened again. -> how many were."""
    reopened, octets = 0, b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"x" * 10000
    sent = [0] * len(sockets)
    while not stop.is_set():
        for n, one in enumerate(sockets):
            try:
                one.send(octets[sent[n]:sent[n] + 1])
                sent[n] += 1
                one.recv(4096)
                raise ConnectionResetError      # an answer (408) or the end
            except BlockingIOError:
                continue
            except OSError:
                one.close()
                sockets[n], = slow_loris(port, 1)
                sent[n] = 0
                reopened += 1
        stop.wait(1)
    return reopened


def under_slow_loris(place, count, seconds, cuts=0):
    """Judge what other clients get while `count` connections are held open by octets; `cuts` of their requests may be closed unanswered.
    -> (held by the workers, opened again)"""
    stop, port = threading.Event(), place.server.port
    quiet = measured_reads(place, place.finding)
    sockets = slow_loris(port, count)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        dripping = pool.submit(drip, port, sockets, stop)
        try:
            with Load(place.server, place.key, place.home, place.finding, writers=1, readers=1, pause=0.05) as load:
                began = time.monotonic()
                under = measured_reads(place, place.finding, cuts=cuts)
                time.sleep(max(0, seconds - (time.monotonic() - began)))
                fresh = Caller(place.server, place.key)
                result, _ = fresh.ask("read", "GET", f"/v1/findings/{place.finding}")
                fresh.close()
                held = sum(len(processes.client_ports(pid, port)) for pid in place.workers())
        finally:
            stop.set()
            reopened = dripping.result(60)
            for one in sockets:
                one.close()
    print(f"{count} slow clients: {held} connections held by the workers, {reopened} opened again")
    closed = [one.port for one in load.results if one.what in CLOSED]
    assert len(closed) <= cuts, closed
    load.judge(closed)
    assert result.what == 200, result
    judge_time(result.took, 1, "a new client under it")
    judge_time(p99(under), 0.5, f"p99 of others' point reads (quiet: {p99(quiet) * 1000:.1f} ms)")
    with place.server.connect() as db:
        load.reconcile(db)
    return held, reopened


@pytest.mark.parametrize("count", [1500, pytest.param(5000, marks=pytest.mark.long)])
def test_slow_loris_beyond_the_limit(place, count):
    """More than the 2 × 512 connections this server may have: the slowest give way to those that come. When hundreds come at once, a
    client that has connected and not yet sent its request is among the slowest: a few may have to ask again."""
    held, reopened = under_slow_loris(place, count, 15 if FULL else 2, cuts=5)
    assert held <= 1024 and reopened > 0


@pytest.mark.long
def test_slow_loris_within_the_limit(another_server):
    """As it is delivered."""
    place = Place(another_server())
    workers = place.workers()
    held, _ = under_slow_loris(place, 5000, 15)
    assert held >= 4900
    assert place.workers() == workers


def slow_bodies(port, key, count):
    """Connections that have sent the head of a request and the first octet of its body."""
    found, octets = [], (f"POST /v1/findings HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
                         "Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{").encode()
    for _ in range(count):
        one = socket.create_connection(("127.0.0.1", port), timeout=10)
        one.sendall(octets)
        found.append(one)
    return found


@pytest.mark.parametrize("workers, count", [(1, 1500), pytest.param(2, 5000, marks=pytest.mark.long)])
def test_slow_bodies(another_server, workers, count):
    """More bodies that do not come on than requests a worker may have (1,000): they are told that they are too slow, the others
    are served. Whether the sender may send at all is known only when all of it is there, so this needs no key."""
    place = Place(another_server(HZ_WORKERS=str(workers)))
    alive, bodies = place.workers(), slow_bodies(place.server.port, "nobody", count)
    time.sleep(0.5)
    try:
        with Load(place.server, place.key, place.home, place.finding, writers=2, readers=2) as load:
            time.sleep(3)
            fresh = Caller(place.server, place.key)
            result, _ = fresh.ask("read", "GET", f"/v1/findings/{place.finding}")
            fresh.close()
        poll = select.poll()
        for one in bodies:
            poll.register(one.fileno(), select.POLLIN)
        told = dict(poll.poll(0))
        answers = {one.recv(4096)[:13] for one in bodies if one.fileno() in told}
    finally:
        for one in bodies:
            one.close()
    assert result.what == 200, result
    assert answers == {b"HTTP/1.1 408 "} and count - 750 * workers <= len(told) < count, f"{len(told)} of {count}: {answers}"
    load.judge()
    put_off = [r for r in load.results if r.what not in (200, 201)]
    assert not put_off, f"{len(put_off)}: {put_off[:3]}"
    assert place.workers() == alive
