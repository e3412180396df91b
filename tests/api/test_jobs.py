"""The background job: positions that no late commit slips behind, one leader, and an orderly life whatever PostgreSQL does."""
import concurrent.futures
import json
import os
import random
import signal
import subprocess
import threading
import time
import uuid

import pytest

from harness.server import ROOT, Server, sanitize

BINARY = ROOT / ("build-asan" if sanitize() else "build") / "hz-jobs"
UNIT = "INSERT INTO hz.org_unit (id, district, kind, name) VALUES (api.uuid_v7(), '500103', 'section', %s)"


class Job:
    """One hz-jobs process and what it says."""

    def __init__(self, server):
        self.lines = []
        files = server.folder / "files"
        files.mkdir(exist_ok=True)
        self.process = subprocess.Popen([BINARY], env={**os.environ, "HZ_DATABASE": server.settings["HZ_JOBS_DATABASE"], "HZ_FILES": str(files)},
                                        stdout=subprocess.PIPE, text=True)
        threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True).start()

    def says(self, message, times=1):
        return until(lambda: len([1 for line in list(self.lines) if json.loads(line)["message"].startswith(message)]) >= times)

    def stop(self, signo=signal.SIGTERM):
        """(exit status, seconds it took)."""
        began = time.monotonic()
        self.process.send_signal(signo)
        return self.process.wait(10), time.monotonic() - began


def until(condition, seconds=20):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(scope="module")
def place():
    one = Server(database_only=True).start()
    yield one
    one.close()


@pytest.fixture
def start(place):
    jobs = []

    def one():
        jobs.append(Job(place))
        return jobs[-1]

    yield one
    for job in jobs:
        if job.process.poll() is None:
            job.process.kill()
            job.process.wait()


def waiting(db):
    return db.execute("SELECT count(*) FROM hz.event WHERE position IS NULL").fetchone()[0]


def head(db):
    return db.execute("SELECT position FROM hz.event_head").fetchone()[0]


def test_nobody_overtakes_a_running_transaction(place, start):
    start()
    with place.connect() as db, place.connect() as slow:
        assert until(lambda: waiting(db) == 0)
        before = head(db)
        slow.autocommit = False
        slow.execute(UNIT, ("early",))
        db.execute(UNIT, ("late",))
        time.sleep(1)
        assert waiting(db) == 1, "an event of a younger transaction has a position while an older one runs"
        slow.commit()
        assert until(lambda: waiting(db) == 0)
        rows = db.execute("SELECT payload -> 'changed' ->> 'name', position FROM hz.event WHERE position > %s ORDER BY position", (before,)).fetchall()
        assert rows == [("early", before + 1), ("late", before + 2)]


def test_a_reader_that_follows_positions_misses_nothing(place, start):
    start()
    writers, each, seen, done = 4, 25, [], threading.Event()
    with place.connect() as db:
        assert until(lambda: waiting(db) == 0)
        before = head(db)

    def write(n):
        with place.connect() as db:
            db.autocommit = False
            for i in range(each):
                db.execute(UNIT, (f"{n} {i} {uuid.uuid4()}",))
                time.sleep(random.uniform(0, 0.03))
                db.rollback() if i % 5 == 4 else db.commit()

    def read():
        with place.connect() as db:
            while not done.is_set() or waiting(db) > 0 or follow(db):
                follow(db)
                time.sleep(0.01)

    def follow(db):
        found = db.execute("SELECT position, id FROM hz.event WHERE position > %s ORDER BY position LIMIT 7", (seen[-1][0] if seen else before,)).fetchall()
        seen.extend(found)
        return found

    with concurrent.futures.ThreadPoolExecutor() as pool:
        reader = pool.submit(read)
        list(pool.map(write, range(writers)))
        done.set()
        reader.result(30)
    assert [position for position, _ in seen] == list(range(before + 1, before + writers * each * 4 // 5 + 1))
    assert len({event for _, event in seen}) == len(seen)


def test_one_leads_and_another_takes_over(place, start):
    first = start()
    assert first.says("leading")
    second = start()
    assert second.says("started")
    time.sleep(0.6)
    assert not any("leading" in line for line in second.lines), "two leaders"
    first.stop(signal.SIGKILL)
    assert second.says("leading")
    with place.connect() as db:
        db.execute(UNIT, (f"after {uuid.uuid4()}",))
        assert until(lambda: waiting(db) == 0)


def test_postgresql_goes_away_and_comes_back(place, start):
    job = start()
    assert job.says("leading")
    place.function("pg_stop")
    assert job.says("no work done")
    place.function("pg_start")
    assert job.says("leading", times=2)
    with place.connect() as db:
        db.execute(UNIT, (f"after {uuid.uuid4()}",))
        assert until(lambda: waiting(db) == 0)
    assert job.process.poll() is None


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once(place, start, signo):
    job = start()
    assert job.says("leading")
    status, seconds = job.stop(signo)
    assert (status, seconds < 1.3) == (0, True), (status, seconds)


def test_it_ends_in_the_middle_of_a_long_statement_and_without_a_database(place, start):
    job = start()
    assert job.says("leading")
    with place.connect() as db:
        db.autocommit = False
        db.execute("SELECT FROM hz.event_head FOR UPDATE")  # the job waits for this row
        time.sleep(0.5)
        status, seconds = job.stop()
        db.rollback()
    assert (status, seconds < 1.5) == (0, True), (status, seconds)
    job = start()
    assert job.says("leading")
    place.function("pg_stop")
    assert job.says("no work done", times=4)
    status, seconds = job.stop()
    place.function("pg_start")
    assert (status, seconds < 1.5) == (0, True), (status, seconds)


def test_it_says_what_it_lacks():
    done = subprocess.run([BINARY], env={k: v for k, v in os.environ.items() if k != "HZ_DATABASE"}, capture_output=True, text=True, timeout=10)
    assert done.returncode == 1
    assert "HZ_DATABASE" in (message := json.loads(done.stdout)["message"]) and "is not set" in message


def test_reports_an_institution_left_unanswered_go_to_the_bureau(place, start):
    with place.connect() as db:
        db.execute("INSERT INTO hz.institution (id, code, district, street, type, name) VALUES ('0190d000-0000-7000-8000-0000000000a1', 'TESTAAA', '500103', "
                   "'500103001', 'elderly_care', '甲养老院')")
        report, = db.execute("INSERT INTO hz.report (district, institution_id, institution_type, street, mode, audience, subject_kind, description, state, "
                             "received_at, updated_at) SELECT district, id, type, street, 'anonymous', 'institution', 'other', 'x', 'received', now(), now() "
                             "FROM hz.institution WHERE code = 'TESTAAA' RETURNING id").fetchone()
        db.execute("INSERT INTO hz.report_clock (report_id, district, kind, title, started_on, due_on, explanation) "
                   "VALUES (%s, '500103', 'report_institution_answer', 'x', current_date - 9, current_date - 2, '[]')", (report,))
        start()
        assert until(lambda: db.execute("SELECT audience FROM hz.report WHERE id = %s", (report,)).fetchone() == ("bureau",))
