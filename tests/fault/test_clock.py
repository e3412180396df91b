"""The wall clock is set, forwards and back, while requests run: time limits go by the monotonic clock and take no notice."""
import threading
import time
import uuid

import pytest
import requests

from conftest import FULL
from harness.client import EVIDENCE
from harness.server import sanitize
from load import Load

pytestmark = pytest.mark.skipif(sanitize(), reason="the sanitizers are preloaded in the place of the clock")

DAY = 86400


def server_time(place):
    return requests.get(place.server.base_url + "/livez", timeout=5).headers["Date"]


def test_clock_jumps_under_load(place):
    """Nobody is refused, cut off or made to wait; records carry the time of their clock, events keep their order."""
    jumps = [3600, -3600, 30 * DAY, -30 * DAY, 0] if FULL else [30 * DAY, -30 * DAY, 0]
    waits = []
    with Load(place.server, place.key, place.home, place.finding) as load:
        day = server_time(place)
        for offset in jumps:
            time.sleep(0.4)
            place.wall.jump(offset)
            waits.append(time.monotonic())
            if abs(offset) >= 30 * DAY:
                time.sleep(1.2)     # Kore writes the date once a second
                assert server_time(place)[5:16] != day[5:16], "the server did not see the jump: nothing was tested"
        time.sleep(0.5)
    load.judge()
    refused = [r for r in load.results if r.what not in (200, 201)]
    assert not refused, refused[:5]
    assert all(load.done("create", moment) and load.done("read", moment) for moment in waits)
    with place.server.connect() as db:
        load.reconcile(db)
        assert db.execute("SELECT max(created_at) - min(created_at) > interval '40 days' FROM hz.finding WHERE starts_with(description, %s)",
                          (load.run,)).fetchone()[0]


@pytest.mark.long
@pytest.mark.parametrize("offset", [3600, -3600])
def test_time_limits_hold_while_the_clock_jumps(place, offset):
    """A request that waits for a lock is given up in time. PostgreSQL's own timers go by the wall clock: a jump ahead ends the wait
    at once, a jump back makes PostgreSQL itself wait on, so that the act may still happen; repeated with its key it happens once,
    and it is not out of order although the clock is behind."""
    one, key, act = place.new_finding(), str(uuid.uuid4()), {"note": "当场改正", "attachments": EVIDENCE}
    path = f"/v1/findings/{one}/corrections"
    with place.server.connect() as holder:
        holder.autocommit = False
        holder.execute("SELECT FROM hz.finding WHERE id = %s FOR UPDATE", (one,))
        began = time.monotonic()
        with Load(place.server, place.key, place.home, place.finding, writers=1, readers=1) as load:
            place.wall.jump(offset // 2)
            mover = threading.Timer(1, place.wall.jump, (offset,))
            mover.start()
            answer = place.client.post(path, act, idempotency_key=key, timeout=20)
            took = time.monotonic() - began
            mover.join()
        holder.rollback()
    try:
        answer.problem("timeout", 504)
        assert 0.9 < took < 8, f"{took:.1f} s"
        load.judge()
        place.client.post(path, act, idempotency_key=key).ok(201)
        with place.server.connect() as db:
            assert db.execute("SELECT count(*) FROM hz.finding_act WHERE finding_id = %s AND command = 'corrections'", (one,)).fetchone()[0] == 1
            load.reconcile(db)
    finally:
        place.wall.jump(0)
