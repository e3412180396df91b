"""What happens when something goes away: PostgreSQL, a worker, the server itself. Each test has a server of its own."""
import concurrent.futures
import os
import pathlib
import signal
import socket
import threading
import time

import pytest
import requests

from harness.client import Client
from office import EVIDENCE, new_id
from harness.processes import children, members


def people(server):
    """(clients of a section chief and an inspector) on a server that is not the shared one."""
    with server.connect() as db:
        keys = [db.execute("SELECT key FROM api.issue_key(%s, '{500103}')", (role,)).fetchone()[0] for role in ("section_chief", "inspector")]
    return [Client(server.base_url, key) for key in keys]


def institution(chief):
    return chief.post("/v1/institutions", {"name": "测试养老院", "type": "elderly_care", "district": "500103", "street": "500103001", "address": "测试路"}).ok(201)


def finding(inspector, home, **fields):
    return inspector.post("/v1/findings", {"institution_id": home["id"], "category": "fire", "severity": "general", "description": "通道堵塞", **fields}).ok(201)


def kore_parent(server):
    """The Kore parent: the process of the group that runs kore and whose own parent does not."""
    kore = {pid for pid, command in members(server).items() if "kore" in command or command.startswith("[")}
    parents = [pid for pid in kore if children(pid) and int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]) not in kore]
    assert len(parents) == 1, members(server)
    return parents[0]


def until(condition, seconds=20, pause=0.05):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        value = condition()
        if value:
            return value
        time.sleep(pause)
    raise AssertionError(f"not within {seconds} s")


def ready(server):
    try:
        return requests.get(server.base_url + "/readyz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


@pytest.mark.provokes("unavailable")
def test_database_goes_away_and_comes_back(another_server):
    server = another_server()
    chief, inspector = people(server)
    home = institution(chief)
    server.function("pg_stop")
    answer = inspector.get(f"/v1/institutions/{home['id']}")
    answer.problem("unavailable", 503)
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    key, body = new_id(), {"institution_id": home["id"], "category": "fire", "severity": "general", "description": "通道堵塞"}
    lost = inspector.post("/v1/findings", body, idempotency_key=key)
    lost.problem("unavailable", 503)
    assert "Retry-After" in lost.headers
    until(lambda: requests.get(server.base_url + "/readyz", timeout=5).status_code == 503)
    assert requests.get(server.base_url + "/livez", timeout=5).status_code == 200
    assert requests.get(server.base_url + "/openapi.json", timeout=5).status_code == 200
    server.function("pg_start")
    until(lambda: ready(server))
    until(lambda: inspector.get(f"/v1/institutions/{home['id']}").status == 200)
    again = inspector.post("/v1/findings", body, idempotency_key=key)
    assert again.status == 201 and "Idempotent-Replayed" not in again.headers
    assert len(inspector.get("/v1/findings", {"institution_id": home["id"]}).ok()["items"]) == 1


def test_database_restarts_under_load(another_server):
    """Nothing is lost or done twice by clients that repeat with their key."""
    server = another_server()
    chief, inspector = people(server)
    home = institution(chief)
    stop = threading.Event()
    done = []

    def work(_):
        client = Client(server.base_url, inspector.key)
        while not stop.is_set():
            key = new_id()
            body = {"institution_id": home["id"], "category": "fire", "severity": "general", "description": key}
            for _ in range(300):
                answer = client.post("/v1/findings", body, idempotency_key=key)
                if answer.status == 201:
                    done.append(key)
                    break
                assert answer.status in (503, 504), answer
                time.sleep(0.1)
            else:
                raise AssertionError("never done")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        work_done = [pool.submit(work, n) for n in range(4)]
        time.sleep(0.5)
        server.function("pg_stop")
        time.sleep(0.5)
        server.function("pg_start")
        until(lambda: ready(server))
        time.sleep(0.5)
        stop.set()
        for one in work_done:
            one.result(40)
    with server.connect() as db:
        stored = [row[0] for row in db.execute("SELECT description FROM hz.finding WHERE institution_id = %s", (home["id"],))]
        assert sorted(stored) == sorted(done)
        assert db.execute("SELECT count(*) FROM hz.event WHERE resource = 'finding'").fetchone()[0] == len(done)


def test_worker_that_dies_is_replaced(another_server):
    server = another_server(HZ_WORKERS="2")
    chief, inspector = people(server)
    home = institution(chief)
    parent = kore_parent(server)
    workers = children(parent)
    assert len(workers) >= 2
    for victim in workers:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            continue
        until(lambda: victim not in children(parent) and len(children(parent)) >= 2)

    def asked():
        client = Client(server.base_url, inspector.key)
        try:
            return client.get(f"/v1/institutions/{home['id']}").status == 200
        except requests.ConnectionError:
            return False
        finally:
            client.close()
    until(asked)
    until(lambda: all(asked() for _ in range(20)))
    starts = [line for line in requests.get(server.base_url + "/metrics", timeout=5).text.splitlines() if line.startswith("hz_worker_starts_total")]
    assert sum(int(line.rsplit(" ", 1)[1]) for line in starts) >= 3


def test_drain_lets_requests_finish(another_server):
    """SIGTERM: not ready at once, what is under way is answered, then it is gone."""
    server = another_server(HZ_DRAIN_MS="1500")
    chief, inspector = people(server)
    home = institution(chief)
    one = finding(inspector, home)
    parent = kore_parent(server)
    with server.connect() as blocker, concurrent.futures.ThreadPoolExecutor(2) as pool:
        blocker.autocommit = False
        blocker.execute("SELECT FROM hz.finding WHERE id = %s FOR UPDATE", (one["id"],))
        waiting = pool.submit(inspector.post, f"/v1/findings/{one['id']}/corrections", {"note": "当场改正", "attachments": EVIDENCE})
        time.sleep(0.4)
        assert not waiting.done()
        os.kill(parent, signal.SIGTERM)
        until(lambda: not ready(server), 5)
        time.sleep(0.3)
        blocker.rollback()
        answer = waiting.result(15)
    assert answer.status == 201 and answer.data["state"] == "closed"
    until(lambda: not pathlib.Path(f"/proc/{parent}").exists() or pathlib.Path(f"/proc/{parent}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z")
    with pytest.raises(requests.ConnectionError):
        requests.get(server.base_url + "/livez", timeout=5)


@pytest.mark.provokes("overloaded")
def test_more_than_can_be_done_is_turned_away(another_server):
    """All writing connections wait behind a lock; reads go on; the queue has an end and says so."""
    server = another_server(HZ_WORKERS="1", HZ_PG_WRITE="1")
    chief, inspector = people(server)
    home = institution(chief)
    one = finding(inspector, home)
    statuses = []

    def press(_):
        client = Client(server.base_url, inspector.key)
        try:
            answer = client.post(f"/v1/findings/{one['id']}/corrections", {"note": "当场改正", "attachments": EVIDENCE}, timeout=60)
        except requests.ConnectionError:
            return
        statuses.append((answer.status, answer.data.get("code"), answer.headers.get("Retry-After")))
        client.close()
    with server.connect() as blocker, concurrent.futures.ThreadPoolExecutor(400) as pool:
        blocker.autocommit = False
        blocker.execute("SELECT FROM hz.finding WHERE id = %s FOR UPDATE", (one["id"],))
        jobs = [pool.submit(press, n) for n in range(400)]
        until(lambda: any(code == "overloaded" for _, code, _ in statuses) or all(job.done() for job in jobs), 30)
        assert requests.get(server.base_url + "/livez", timeout=5).status_code == 200
        assert inspector.get(f"/v1/findings/{one['id']}").status == 200
        blocker.rollback()
    codes = {code for _, code, _ in statuses}
    assert "overloaded" in codes, codes
    assert all(status == 503 and int(wait) >= 1 for status, code, wait in statuses if code == "overloaded")
    assert sum(status == 201 for status, *_ in statuses) <= 1


def test_what_waits_for_a_connection_is_given_up_in_time_and_never_done(another_server):
    """One write holds the only connection, behind a lock; those queued are put off before their own time is up, and nothing of them is done."""
    server = another_server(HZ_WORKERS="1", HZ_PG_WRITE="1")
    chief, inspector = people(server)
    home = institution(chief)
    body = {"institution_id": home["id"], "category": "fire", "severity": "general", "description": "通道堵塞"}

    def create(_):
        client, began = Client(server.base_url, inspector.key), time.monotonic()
        answer = client.post("/v1/findings", body, timeout=30)
        client.close()
        return answer, time.monotonic() - began
    with server.connect() as blocker, concurrent.futures.ThreadPoolExecutor(8) as pool:
        blocker.autocommit = False
        blocker.execute("SELECT FROM hz.institution WHERE id = %s FOR UPDATE", (home["id"],))
        jobs = [pool.submit(create, n) for n in range(8)]
        ended = [job.result(30) for job in jobs]
        blocker.rollback()
    codes = sorted(answer.data["code"] for answer, _ in ended)
    assert codes.count("overloaded") >= 6 and set(codes) <= {"overloaded", "timeout"}, codes
    for answer, seconds in ended:
        assert seconds < 7, (answer.status, seconds)
        if answer.data["code"] == "overloaded":
            answer.problem("overloaded", 503)
            assert int(answer.headers["Retry-After"]) >= 1
    made = inspector.post("/v1/findings", body).ok(201)
    listed = inspector.get("/v1/findings", params={"institution_id": home["id"]}).ok()
    assert [one["id"] for one in listed["items"]] == [made["id"]]


def test_bodies_that_fill_the_memory_for_them_are_put_off(another_server):
    """Large bodies under way hold what a worker has for bodies; one more is answered 503, small ones pass, and it is over when they are gone."""
    server = another_server(HZ_WORKERS="1")
    chief, inspector = people(server)
    home = institution(chief)
    large = b" " * 700_000       # held in a room of 1 MiB
    head = (f"POST /v1/findings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {inspector.key}\r\nContent-Type: application/json\r\n"
            "Content-Length: 1000000\r\n\r\n").encode()
    host, port = server.base_url.removeprefix("http://").split(":")

    def answers():
        return inspector.post("/v1/findings", data=large + b"{}", headers={"Content-Type": "application/json"}, timeout=10)
    held = []

    def hold():
        held.append(socket.create_connection((host, int(port)), 10))
        held[-1].sendall(head + large)

    def full():     # what is tried may itself take the place of one that was to hold it, and those too slow are sent away
        hold()
        answer = answers()
        if answer.status != 400:
            answer.problem("overloaded", 503)
            finding(inspector, home)
        return answer.status == 503
    try:
        for _ in range(127):
            hold()
        until(full)
    finally:
        for one in held:
            one.close()
    until(lambda: answers().status == 400, 10)      # it is taken, and found to be no finding
